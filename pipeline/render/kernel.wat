;; Enlarging a picture and blending it with the plates, eight values at a time (WebAssembly 2.0 with its 128-bit SIMD).
;; plain.ts does the same in TypeScript and explains the arithmetic; resample.ts lays out the memory.
;; kernel.wasm is this file assembled: node bench/render/build-kernel.ts. A test compares the two.
(module
  (memory (export "memory") 1)

  ;; Stretches one row of RGB bytes to `count` pixels of RGB, 16 bits a value with 6 fractional bits.
  ;; A table entry is 12 bytes: the byte offset of the first of four source pixels, then four weights in 1/4096.
  (func (export "stretch") (param $row i32) (param $table i32) (param $target i32) (param $count i32)
    (local $pixels v128)
    (local $sum v128)
    (loop $next
      (local.set $pixels (v128.load (i32.add (local.get $row) (i32.load (local.get $table)))))
      ;; Pixels 0 and 1 side by side as r0 r1 g0 g1 b0 b1, times weights 0 and 1; likewise pixels 2 and 3.
      (local.set $sum
        (i32x4.add
          (i32x4.dot_i16x8_s
            (i8x16.shuffle 0 16 3 16 1 16 4 16 2 16 5 16 16 16 16 16
              (local.get $pixels) (v128.const i32x4 0 0 0 0))
            (v128.load32_splat offset=4 (local.get $table)))
          (i32x4.dot_i16x8_s
            (i8x16.shuffle 6 16 9 16 7 16 10 16 8 16 11 16 16 16 16 16
              (local.get $pixels) (v128.const i32x4 0 0 0 0))
            (v128.load32_splat offset=8 (local.get $table)))))
      (local.set $sum (i32x4.shr_s (i32x4.add (local.get $sum) (v128.const i32x4 32 32 32 32)) (i32.const 6)))
      ;; Writes four values; the fourth is overwritten by the next pixel.
      (v128.store64_lane 0
        (local.get $target)
        (i16x8.narrow_i32x4_s (local.get $sum) (local.get $sum)))
      (local.set $table (i32.add (local.get $table) (i32.const 12)))
      (local.set $target (i32.add (local.get $target) (i32.const 6)))
      (br_if $next (local.tee $count (i32.sub (local.get $count) (i32.const 1))))))

  ;; Weighs four stretched rows (weights in 1/32768), multiplies with plate a and adds the result to the row at `out`,
  ;; which holds plate b. Works on 16 pixels a turn.
  (func (export "blend")
    (param $row0 i32) (param $row1 i32) (param $row2 i32) (param $row3 i32)
    (param $w0 i32) (param $w1 i32) (param $w2 i32) (param $w3 i32)
    (param $a i32) (param $out i32) (param $turns i32)
    (local $v0 v128) (local $v1 v128) (local $v2 v128) (local $v3 v128)
    (local $gains v128) (local $each v128)
    (local.set $v0 (i16x8.splat (local.get $w0)))
    (local.set $v1 (i16x8.splat (local.get $w1)))
    (local.set $v2 (i16x8.splat (local.get $w2)))
    (local.set $v3 (i16x8.splat (local.get $w3)))
    (loop $next
      (local.set $gains (v128.load (local.get $a)))
      ;; The gain of each pixel, once for red, green and blue.
      (local.set $each (i8x16.shuffle 0 0 0 1 1 1 2 2 2 3 3 3 4 4 4 5 (local.get $gains) (local.get $gains)))
      (v128.store
        (local.get $out)
        (i8x16.add_sat_u
          (v128.load (local.get $out))
          (i8x16.narrow_i16x8_u
            ;; values 0 to 7
            (i16x8.shr_s
              (i16x8.add
                (i16x8.q15mulr_sat_s
                  (i16x8.shl (i16x8.extend_low_i8x16_u (local.get $each)) (i32.const 7))
                  (i16x8.add
                    (i16x8.add
                      (i16x8.q15mulr_sat_s (local.get $v0) (v128.load (local.get $row0)))
                      (i16x8.q15mulr_sat_s (local.get $v1) (v128.load (local.get $row1))))
                    (i16x8.add
                      (i16x8.q15mulr_sat_s (local.get $v2) (v128.load (local.get $row2)))
                      (i16x8.q15mulr_sat_s (local.get $v3) (v128.load (local.get $row3))))))
                (v128.const i32x4 0x00200020 0x00200020 0x00200020 0x00200020))
              (i32.const 6))
            ;; values 8 to 15
            (i16x8.shr_s
              (i16x8.add
                (i16x8.q15mulr_sat_s
                  (i16x8.shl (i16x8.extend_high_i8x16_u (local.get $each)) (i32.const 7))
                  (i16x8.add
                    (i16x8.add
                      (i16x8.q15mulr_sat_s (local.get $v0) (v128.load offset=16 (local.get $row0)))
                      (i16x8.q15mulr_sat_s (local.get $v1) (v128.load offset=16 (local.get $row1))))
                    (i16x8.add
                      (i16x8.q15mulr_sat_s (local.get $v2) (v128.load offset=16 (local.get $row2)))
                      (i16x8.q15mulr_sat_s (local.get $v3) (v128.load offset=16 (local.get $row3))))))
                (v128.const i32x4 0x00200020 0x00200020 0x00200020 0x00200020))
              (i32.const 6)))))
      ;; The gain of each pixel, once for red, green and blue.
      (local.set $each (i8x16.shuffle 5 5 6 6 6 7 7 7 8 8 8 9 9 9 10 10 (local.get $gains) (local.get $gains)))
      (v128.store offset=16
        (local.get $out)
        (i8x16.add_sat_u
          (v128.load offset=16 (local.get $out))
          (i8x16.narrow_i16x8_u
            ;; values 16 to 23
            (i16x8.shr_s
              (i16x8.add
                (i16x8.q15mulr_sat_s
                  (i16x8.shl (i16x8.extend_low_i8x16_u (local.get $each)) (i32.const 7))
                  (i16x8.add
                    (i16x8.add
                      (i16x8.q15mulr_sat_s (local.get $v0) (v128.load offset=32 (local.get $row0)))
                      (i16x8.q15mulr_sat_s (local.get $v1) (v128.load offset=32 (local.get $row1))))
                    (i16x8.add
                      (i16x8.q15mulr_sat_s (local.get $v2) (v128.load offset=32 (local.get $row2)))
                      (i16x8.q15mulr_sat_s (local.get $v3) (v128.load offset=32 (local.get $row3))))))
                (v128.const i32x4 0x00200020 0x00200020 0x00200020 0x00200020))
              (i32.const 6))
            ;; values 24 to 31
            (i16x8.shr_s
              (i16x8.add
                (i16x8.q15mulr_sat_s
                  (i16x8.shl (i16x8.extend_high_i8x16_u (local.get $each)) (i32.const 7))
                  (i16x8.add
                    (i16x8.add
                      (i16x8.q15mulr_sat_s (local.get $v0) (v128.load offset=48 (local.get $row0)))
                      (i16x8.q15mulr_sat_s (local.get $v1) (v128.load offset=48 (local.get $row1))))
                    (i16x8.add
                      (i16x8.q15mulr_sat_s (local.get $v2) (v128.load offset=48 (local.get $row2)))
                      (i16x8.q15mulr_sat_s (local.get $v3) (v128.load offset=48 (local.get $row3))))))
                (v128.const i32x4 0x00200020 0x00200020 0x00200020 0x00200020))
              (i32.const 6)))))
      ;; The gain of each pixel, once for red, green and blue.
      (local.set $each (i8x16.shuffle 10 11 11 11 12 12 12 13 13 13 14 14 14 15 15 15 (local.get $gains) (local.get $gains)))
      (v128.store offset=32
        (local.get $out)
        (i8x16.add_sat_u
          (v128.load offset=32 (local.get $out))
          (i8x16.narrow_i16x8_u
            ;; values 32 to 39
            (i16x8.shr_s
              (i16x8.add
                (i16x8.q15mulr_sat_s
                  (i16x8.shl (i16x8.extend_low_i8x16_u (local.get $each)) (i32.const 7))
                  (i16x8.add
                    (i16x8.add
                      (i16x8.q15mulr_sat_s (local.get $v0) (v128.load offset=64 (local.get $row0)))
                      (i16x8.q15mulr_sat_s (local.get $v1) (v128.load offset=64 (local.get $row1))))
                    (i16x8.add
                      (i16x8.q15mulr_sat_s (local.get $v2) (v128.load offset=64 (local.get $row2)))
                      (i16x8.q15mulr_sat_s (local.get $v3) (v128.load offset=64 (local.get $row3))))))
                (v128.const i32x4 0x00200020 0x00200020 0x00200020 0x00200020))
              (i32.const 6))
            ;; values 40 to 47
            (i16x8.shr_s
              (i16x8.add
                (i16x8.q15mulr_sat_s
                  (i16x8.shl (i16x8.extend_high_i8x16_u (local.get $each)) (i32.const 7))
                  (i16x8.add
                    (i16x8.add
                      (i16x8.q15mulr_sat_s (local.get $v0) (v128.load offset=80 (local.get $row0)))
                      (i16x8.q15mulr_sat_s (local.get $v1) (v128.load offset=80 (local.get $row1))))
                    (i16x8.add
                      (i16x8.q15mulr_sat_s (local.get $v2) (v128.load offset=80 (local.get $row2)))
                      (i16x8.q15mulr_sat_s (local.get $v3) (v128.load offset=80 (local.get $row3))))))
                (v128.const i32x4 0x00200020 0x00200020 0x00200020 0x00200020))
              (i32.const 6)))))
      (local.set $row0 (i32.add (local.get $row0) (i32.const 96)))
      (local.set $row1 (i32.add (local.get $row1) (i32.const 96)))
      (local.set $row2 (i32.add (local.get $row2) (i32.const 96)))
      (local.set $row3 (i32.add (local.get $row3) (i32.const 96)))
      (local.set $a (i32.add (local.get $a) (i32.const 16)))
      (local.set $out (i32.add (local.get $out) (i32.const 48)))
      (br_if $next (local.tee $turns (i32.sub (local.get $turns) (i32.const 1)))))))

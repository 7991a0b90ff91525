import { dab, glow, stroke } from './brush.ts'
import { addScaled, clamp01, mix, shade, shadeSoft, smooth } from './canvas.ts'
import { mixColor, WHITE } from './palette.ts'
import type { Scene } from './scene.ts'
import { paintStars } from './sky.ts'

/** Deep water: light comes down in shafts and drowns; `amount` 1 is just below the surface, 0.3 is far down. */
export function paintWater(scene: Scene, amount: number): void {
  const { canvas, noise, palette, focus, random } = scene
  const source = { x: focus.x + random.between(-120, 40), y: -random.between(260, 380) }
  shadeSoft(
    canvas,
    (x, y, pixel) => {
      const t = y / canvas.height
      const angle = Math.atan2(x - source.x, y - source.y)
      const ray = smooth(-0.25, 0.75, noise.cloud(angle * 11 + 5, 2 + y / 2600, 3))
      const side = Math.exp(-((x - focus.x) ** 2) / (430 * 430))
      const down = Math.exp(-t * 2.6)
      const silt = 0.75 + 0.5 * noise.cloud(x / 210, y / 170 + 40, 3)
      addScaled(pixel, palette.base, 1)
      addScaled(pixel, palette.haze, 0.07 * (1 - t) * silt)
      addScaled(pixel, palette.deep, amount * down * (0.2 + 0.8 * side) * (0.3 + 0.5 * ray) * silt)
      addScaled(pixel, palette.mid, amount * down * down * side * (0.1 + 0.75 * ray * ray) * silt)
      addScaled(pixel, palette.bright, amount * down ** 3 * side * side * ray * ray * 0.5)
    },
    4,
  )
  for (let i = 0; i < 260; i++) {
    const far = random.next()
    const y = random.next() * canvas.height * 0.9
    const color = mixColor(palette.mid, palette.bright, random.next())
    dab(canvas, random.next() * canvas.width, y, mix(1.2, 3, far ** 6), color, random.between(0.05, 0.5))
  }
}

/** Light shafts, a shoal that turns in them, and a chain of bubbles. */
export function paintUnderwater(scene: Scene): void {
  const { canvas, random, palette, focus } = scene
  paintWater(scene, 1.15)
  const turn = random.between(0, 6.3)
  const lean = random.between(-0.3, 0.3)
  for (let i = 0; i < 330; i++) {
    const ring = random.bell() * 0.22 + 1
    const angle = random.between(0, 6.3)
    const x = Math.cos(angle) * 285 * ring
    const y = Math.sin(angle) * 150 * ring + random.bell() * 34
    const at = { x: focus.x + x * Math.cos(lean) - y * Math.sin(lean), y: focus.y + x * Math.sin(lean) + y }
    const near = 0.55 + 0.45 * Math.sin(angle)
    paintFish(scene, at, angle + Math.PI / 2 + lean + random.bell() * 0.14, near, i % 61 === 7)
  }
  glow(canvas, focus.x, focus.y, 300, palette.bright, 0.25)
  paintBubbles(scene, focus.x + Math.cos(turn) * 60, 46)
}

function paintFish(scene: Scene, at: { x: number; y: number }, heading: number, near: number, odd: boolean): void {
  const { palette, canvas } = scene
  const long = mix(9, 25, near)
  const cos = Math.cos(heading)
  const sin = Math.sin(heading) * 0.6
  const color = odd ? palette.spark : mixColor(palette.mid, palette.bright, near)
  stroke(canvas, long, color, (t, out) => {
    out.x = at.x + cos * long * (t - 0.5)
    out.y = at.y + sin * long * (t - 0.5)
    const tail = t < 0.22 ? 0.85 - t * 2.4 : Math.sin(Math.PI * (0.18 + (t - 0.22) * 1.02)) * 0.9
    out.radius = 1 + long * 0.17 * tail
    out.amount = (odd ? 1.5 : 0.75) * mix(0.3, 1, near)
  })
}

/** A swarm of bubbles close up: each bends the light from above, one is warm. */
export function paintBubbleColumn(scene: Scene): void {
  const { canvas, random, palette, focus } = scene
  paintWater(scene, 1)
  for (let i = 0; i < 64; i++) {
    const radius = i === 63 ? random.between(118, 136) : mix(6, 74, random.next() ** 3)
    const far = i === 63 ? 0 : random.next()
    const x = i === 63 ? focus.x : focus.x + random.bell() * mix(190, 330, far)
    const y = i === 63 ? focus.y : mix(canvas.height * 0.72, 20, random.next())
    paintLens(scene, { x, y, radius, light: mix(1, 0.25, far) }, i === 63 || i % 23 === 5)
  }
  glow(canvas, focus.x, focus.y, 320, palette.spark, 0.3)
}

function paintLens(scene: Scene, lens: { x: number; y: number; radius: number; light: number }, warm: boolean): void {
  const { canvas, palette } = scene
  const inner = warm ? palette.spark : palette.mid
  shade(
    canvas,
    (x, y, pixel) => {
      const dx = (x - lens.x) / lens.radius
      const dy = (y - lens.y) / lens.radius
      const r = Math.sqrt(dx * dx + dy * dy)
      if (r > 1.05) return
      const inside = clamp01((1 - r) * lens.radius + 0.5)
      const rim = r ** 9 * (0.5 - 0.5 * dy)
      const sill = smooth(0.35, 0.85, r) * smooth(0.2, 0.9, dy)
      addScaled(pixel, palette.bright, inside * rim * 0.95 * lens.light)
      addScaled(pixel, inner, inside * (0.03 + sill * 0.6 + r ** 5 * 0.22) * lens.light)
    },
    {
      left: lens.x - lens.radius,
      right: lens.x + lens.radius,
      top: lens.y - lens.radius,
      bottom: lens.y + lens.radius,
    },
  )
  dab(
    canvas,
    lens.x - lens.radius * 0.36,
    lens.y - lens.radius * 0.42,
    lens.radius * 0.17 + 1.2,
    WHITE,
    1.3 * lens.light,
  )
}

/** A chain of bubbles that rises and grows: each a thin rim, brighter above, with one glint. */
export function paintBubbles(scene: Scene, x: number, count: number): void {
  const { canvas, random, palette } = scene
  const sway = random.between(0, 6)
  for (let i = 0; i < count; i++) {
    const t = random.next()
    const y = mix(canvas.height * 0.78, 30, t)
    const radius = mix(2, 15, random.next() ** 2) * (0.5 + 0.8 * t)
    const spot = { x: x + Math.sin(t * 7 + sway) * 44 + random.bell() * mix(14, 62, t), y }
    stroke(canvas, 60 + radius * 20, palette.bright, (s, out) => {
      out.x = spot.x + Math.cos(s * 6.2832) * radius
      out.y = spot.y + Math.sin(s * 6.2832) * radius
      out.radius = 1
      out.amount = 0.28 + 0.4 * smooth(0.2, -1, Math.sin(s * 6.2832))
    })
    dab(canvas, spot.x - radius * 0.35, spot.y - radius * 0.4, Math.max(1.3, radius * 0.22), WHITE, 0.9)
  }
}

/** Open sea at night: swell under a low moon, the path of its light. */
export function paintWaves(scene: Scene): void {
  const { canvas, random, noise, palette, focus } = scene
  const horizon = canvas.height * random.between(0.41, 0.44)
  const moon = { x: focus.x, y: horizon - random.between(150, 190), radius: random.between(52, 68) }
  const color = mixColor(palette.spark, WHITE, 0.45)
  shadeSoft(canvas, (x, y, pixel) => {
    const t = y / horizon
    const near = Math.exp(-((x - moon.x) ** 2 + (y - moon.y) ** 2) / (330 * 330))
    const cloud = smooth(-0.1, 0.7, noise.cloud(x / 330, y / 74, 4)) * smooth(0.2, 0.9, t)
    addScaled(pixel, palette.base, 1)
    if (t > 1) return
    addScaled(pixel, palette.haze, 0.1 + 0.15 * t)
    addScaled(pixel, palette.deep, 0.25 * t * t + near * 0.4)
    addScaled(pixel, palette.mid, cloud * (0.05 + near * 0.55))
  })
  paintStars(scene, 800, (x, y) => (y < horizon - 10 ? { x, y } : null))
  glow(canvas, moon.x, moon.y, 460, mixColor(palette.spark, palette.mid, 0.5), 0.7)
  shade(
    canvas,
    (x, y, pixel) => {
      const inside = clamp01(moon.radius - Math.sqrt((x - moon.x) ** 2 + (y - moon.y) ** 2) + 0.5)
      addScaled(pixel, color, inside * (1.25 + 0.4 * noise.cloud(x / 36, y / 36, 3)))
    },
    { left: moon.x - 90, right: moon.x + 90, top: moon.y - 90, bottom: moon.y + 90 },
  )
  shade(
    canvas,
    (x, y, pixel) => {
      const depth = (y - horizon) / (canvas.height - horizon)
      const distance = 1 / (0.035 + depth)
      const u = ((x - focus.x) * distance) / 300
      const v = distance * 2.2
      const swell = noise.cloud(u * 1.1, v * 3.2, 2)
      const chop = noise.cloud(u * 5.2 + swell, v * 11 + 9, 4)
      const facing = swell * 0.55 + chop * 0.85
      const path = Math.exp(-((x - moon.x) ** 2) / (70 + depth * 430) ** 2)
      const glint = smooth(0.12, 0.55, facing)
      const solid = clamp01(y - horizon)
      const crest = smooth(0.05, 0.7, facing) * (0.25 + path)
      pixel.r = mix(pixel.r, palette.base.r, solid)
      pixel.g = mix(pixel.g, palette.base.g, solid)
      pixel.b = mix(pixel.b, palette.base.b, solid)
      addScaled(pixel, palette.deep, solid * (0.1 + 0.5 * crest) * Math.exp(-depth * 1.7))
      addScaled(pixel, palette.mid, solid * crest * 0.38 * Math.exp(-depth * 1.6))
      addScaled(pixel, color, solid * glint * glint * path * 1.9 * Math.exp(-depth * 2.1))
      addScaled(pixel, palette.mid, solid * Math.exp(-depth * 60) * (0.1 + path * 0.5))
    },
    { left: 0, right: canvas.width, top: horizon - 1, bottom: canvas.height },
  )
}

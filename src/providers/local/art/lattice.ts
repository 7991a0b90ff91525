import { dab, glow, line, type Point } from './brush.ts'
import { mixColor, WHITE } from './palette.ts'
import type { Scene } from './scene.ts'
import { paintAir } from './sky.ts'

/** Atoms of a crystal in rank and file, one of them another element. */
export function paintLattice(scene: Scene): void {
  const { canvas, random, focus, palette } = scene
  paintAir(scene, 0.7)
  const yaw = random.between(0.35, 0.75)
  const pitch = random.between(0.3, 0.5)
  const size = 205
  type Atom = Point & { z: number; scale: number; odd: boolean }
  const place = (i: number, j: number, k: number): Atom => {
    const x = i * Math.cos(yaw) - k * Math.sin(yaw)
    const depth = i * Math.sin(yaw) + k * Math.cos(yaw)
    const y = j * Math.cos(pitch) - depth * Math.sin(pitch)
    const z = j * Math.sin(pitch) + depth * Math.cos(pitch)
    const scale = 5.4 / (5.4 + z)
    return {
      x: focus.x + x * size * scale,
      y: focus.y + y * size * scale,
      z,
      scale,
      odd: i === 0 && j === 0 && k === 0,
    }
  }
  const range = [-3, -2, -1, 0, 1, 2, 3]
  const atoms: Atom[] = []
  const bonds: [Atom, Atom][] = []
  for (const i of range)
    for (const j of range)
      for (const k of range) {
        const atom = place(i, j, k)
        if (atom.scale > 2.4 || atom.x < -200 || atom.x > canvas.width + 200 || atom.y < -200 || atom.y > canvas.height)
          continue
        atoms.push(atom)
        bonds.push([atom, place(i + 1, j, k)], [atom, place(i, j + 1, k)], [atom, place(i, j, k + 1)])
      }
  for (const [a, b] of bonds) {
    const blurPx = Math.abs(a.z) * 1.5
    const near = Math.exp(-(a.z * a.z) / 4)
    const hot = a.odd || b.odd
    line(canvas, a, b, 1.5 * a.scale + blurPx, hot ? palette.spark : palette.mid, (hot ? 0.7 : 0.24) * (0.04 + near))
  }
  for (const atom of atoms.sort((a, b) => b.z - a.z)) {
    const blurPx = Math.abs(atom.z) * 4.2
    const near = 0.05 + Math.exp(-(atom.z * atom.z) / 4)
    const color = atom.odd ? palette.spark : mixColor(palette.mid, palette.bright, near * 0.5)
    const radius = (atom.odd ? 34 : 17) * atom.scale + blurPx
    dab(canvas, atom.x, atom.y, radius, color, (atom.odd ? 1.8 : 0.75) * near)
    if (near > 0.45) dab(canvas, atom.x - radius * 0.18, atom.y - radius * 0.2, radius * 0.5, WHITE, near)
    if (atom.odd) glow(canvas, atom.x, atom.y, 300, palette.spark, 1)
  }
}

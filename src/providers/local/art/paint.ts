import { createCanvas } from './canvas.ts'
import { type ArtTask, chooseComposition } from './choose.ts'
import { COMPOSITIONS, type CompositionName } from './compositions.ts'
import { develop, type RawPicture } from './finish.ts'
import { createNoise } from './noise.ts'
import { makePalette } from './palette.ts'
import { createRandom } from './random.ts'
import type { Scene } from './scene.ts'

export type { ArtTask }

/** Pure: the same task gives the same pixels. */
export function paintRaw(task: ArtTask): RawPicture {
  return paintComposition(chooseComposition(task), task)
}

/** The palette hangs on the seed, not on the role, so that a carousel has one mood. */
export function paintComposition(name: CompositionName, task: Omit<ArtTask, 'prompt'>): RawPicture {
  const carousel = createRandom(`${task.seed}/${task.category}`)
  const random = createRandom(`${task.seed}/${task.category}/${task.role}`)
  const canvas = createCanvas()
  const scene: Scene = {
    canvas,
    random,
    noise: createNoise(random),
    palette: makePalette(carousel, task.role),
    role: task.role,
    focus: { x: random.between(0.54, 0.66) * canvas.width, y: random.between(0.31, 0.37) * canvas.height },
  }
  COMPOSITIONS[name](scene)
  return develop(canvas, random)
}

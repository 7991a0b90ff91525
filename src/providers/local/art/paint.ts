import type { Category } from '../../../content.ts'
import type { PaintRequest } from '../../ports.ts'
import { paintPyramids, paintRelief } from './antiquity.ts'
import { paintAstrolabe } from './astrolabe.ts'
import { paintBlackHole } from './black-hole.ts'
import { createCanvas } from './canvas.ts'
import { paintCell, paintTissue } from './cells.ts'
import { paintChip } from './chip.ts'
import { paintCollision } from './collision.ts'
import { paintDataCity } from './data-city.ts'
import { paintEclipse } from './eclipse.ts'
import { paintFieldLines, paintGravityWell, paintInterference } from './fields.ts'
import { develop, type RawPicture } from './finish.ts'
import { paintGalaxy } from './galaxy.ts'
import { paintHelix } from './helix.ts'
import { paintHorizon } from './horizon.ts'
import { paintAurora, paintMist } from './landscape.ts'
import { paintLattice } from './lattice.ts'
import { paintNeuralWeb } from './neural-web.ts'
import { paintNeuron, paintSynapse } from './neuron.ts'
import { createNoise } from './noise.ts'
import { makePalette } from './palette.ts'
import { paintPlanet } from './planet.ts'
import { createRandom } from './random.ts'
import type { Composition, Scene } from './scene.ts'
import { paintSnowCrystal } from './snow.ts'
import { paintStorm } from './storm.ts'

export type ArtTask = Pick<PaintRequest, 'seed' | 'category' | 'role'>

/**
 * The shot list: what each slide of each category may show; the seed picks. No composition stands under two roles of a
 * category unless it looks at the role itself, so that the four slides of a carousel always differ.
 * Mechanism is close up, twist is bold enough for a thumb-sized picture.
 */
const SHOTS: Record<Category, Record<PaintRequest['role'], readonly [Composition, ...Composition[]]>> = {
  space: { hook: [paintPlanet], reveal: [paintGalaxy], mechanism: [paintBlackHole], twist: [paintHorizon] },
  psychology: { hook: [paintNeuralWeb], reveal: [paintNeuralWeb], mechanism: [paintNeuron], twist: [paintSynapse] },
  physics: {
    hook: [paintGravityWell],
    reveal: [paintInterference],
    mechanism: [paintFieldLines],
    twist: [paintCollision],
  },
  nature: { hook: [paintAurora], reveal: [paintMist], mechanism: [paintSnowCrystal], twist: [paintStorm] },
  biology: { hook: [paintHelix], reveal: [paintTissue], mechanism: [paintCell], twist: [paintHelix] },
  history: { hook: [paintPyramids], reveal: [paintAstrolabe], mechanism: [paintRelief], twist: [paintEclipse] },
  technology: { hook: [paintChip], reveal: [paintDataCity], mechanism: [paintLattice], twist: [paintDataCity] },
}

/** Pure: the same task gives the same pixels. The palette hangs on the seed alone, so that a carousel has one mood. */
export function paintRaw(task: ArtTask): RawPicture {
  const random = createRandom(`${task.seed}/${task.category}/${task.role}`)
  const canvas = createCanvas()
  const scene: Scene = {
    canvas,
    random,
    noise: createNoise(random),
    palette: makePalette(createRandom(`${task.seed}/palette`), task.role),
    role: task.role,
    focus: { x: random.between(0.54, 0.66) * canvas.width, y: random.between(0.31, 0.37) * canvas.height },
  }
  random.pick(SHOTS[task.category][task.role])(scene)
  return develop(canvas, random)
}

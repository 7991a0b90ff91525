import type { Category } from '../../../content.ts'
import type { PaintRequest } from '../../ports.ts'
import { paintPyramids, paintRelief } from './antiquity.ts'
import { paintAstrolabe } from './astrolabe.ts'
import { paintBlackHole } from './black-hole.ts'
import { paintBrain } from './brain.ts'
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

type Arrangement = Record<PaintRequest['role'], Composition>

/**
 * The shot lists: what the four slides of a carousel show; the seed picks an arrangement. Within one, no composition
 * comes twice unless it looks at the role itself, so that the slides always differ. Mechanism is seen close up; twist
 * is bold enough for a thumb-sized picture.
 */
const ARRANGEMENTS: Record<Category, readonly [Arrangement, ...Arrangement[]]> = {
  space: [
    { hook: paintPlanet, reveal: paintGalaxy, mechanism: paintBlackHole, twist: paintHorizon },
    { hook: paintBlackHole, reveal: paintPlanet, mechanism: paintGalaxy, twist: paintHorizon },
    { hook: paintGalaxy, reveal: paintHorizon, mechanism: paintBlackHole, twist: paintPlanet },
  ],
  psychology: [
    { hook: paintBrain, reveal: paintNeuralWeb, mechanism: paintNeuron, twist: paintSynapse },
    { hook: paintNeuralWeb, reveal: paintNeuron, mechanism: paintSynapse, twist: paintBrain },
  ],
  physics: [
    { hook: paintGravityWell, reveal: paintInterference, mechanism: paintFieldLines, twist: paintCollision },
    { hook: paintCollision, reveal: paintFieldLines, mechanism: paintInterference, twist: paintGravityWell },
  ],
  nature: [
    { hook: paintAurora, reveal: paintMist, mechanism: paintSnowCrystal, twist: paintStorm },
    { hook: paintStorm, reveal: paintMist, mechanism: paintSnowCrystal, twist: paintAurora },
  ],
  biology: [
    { hook: paintHelix, reveal: paintTissue, mechanism: paintCell, twist: paintHelix },
    { hook: paintCell, reveal: paintHelix, mechanism: paintTissue, twist: paintHelix },
  ],
  history: [
    { hook: paintPyramids, reveal: paintAstrolabe, mechanism: paintRelief, twist: paintEclipse },
    { hook: paintEclipse, reveal: paintRelief, mechanism: paintAstrolabe, twist: paintPyramids },
  ],
  technology: [
    { hook: paintChip, reveal: paintDataCity, mechanism: paintLattice, twist: paintDataCity },
    { hook: paintDataCity, reveal: paintLattice, mechanism: paintChip, twist: paintDataCity },
  ],
}

/** Pure: the same task gives the same pixels. Arrangement and palette hang on the seed, not on the role, so that a carousel has one mood. */
export function paintRaw(task: ArtTask): RawPicture {
  const carousel = createRandom(`${task.seed}/${task.category}`)
  const arrangement = carousel.pick(ARRANGEMENTS[task.category])
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
  arrangement[task.role](scene)
  return develop(canvas, random)
}

import { paintPyramids, paintRelief } from './antiquity.ts'
import { paintAstrolabe } from './astrolabe.ts'
import { paintBlackHole } from './black-hole.ts'
import { paintBrain } from './brain.ts'
import { paintCell, paintTissue } from './cells.ts'
import { paintChip } from './chip.ts'
import { paintCollision } from './collision.ts'
import { paintDataCity } from './data-city.ts'
import { paintEclipse } from './eclipse.ts'
import { paintFieldLines, paintGravityWell, paintInterference } from './fields.ts'
import { paintGalaxy } from './galaxy.ts'
import { paintHelix } from './helix.ts'
import { paintHorizon } from './horizon.ts'
import { paintAurora, paintMist } from './landscape.ts'
import { paintLattice } from './lattice.ts'
import { paintNeuralWeb } from './neural-web.ts'
import { paintNeuron, paintSynapse } from './neuron.ts'
import { paintPlanet, paintRingedPlanet } from './planet.ts'
import type { Composition } from './scene.ts'
import { paintSnowCrystal } from './snow.ts'
import { paintStorm } from './storm.ts'

/** Everything local art can paint, by what it shows. */
export const COMPOSITIONS = {
  astrolabe: paintAstrolabe,
  aurora: paintAurora,
  'black-hole': paintBlackHole,
  brain: paintBrain,
  cell: paintCell,
  chip: paintChip,
  collision: paintCollision,
  'data-city': paintDataCity,
  eclipse: paintEclipse,
  'field-lines': paintFieldLines,
  galaxy: paintGalaxy,
  'gravity-well': paintGravityWell,
  helix: paintHelix,
  horizon: paintHorizon,
  interference: paintInterference,
  lattice: paintLattice,
  mist: paintMist,
  'neural-web': paintNeuralWeb,
  neuron: paintNeuron,
  planet: paintPlanet,
  pyramids: paintPyramids,
  relief: paintRelief,
  'ringed-planet': paintRingedPlanet,
  snow: paintSnowCrystal,
  storm: paintStorm,
  synapse: paintSynapse,
  tissue: paintTissue,
} as const satisfies Record<string, Composition>

export type CompositionName = keyof typeof COMPOSITIONS

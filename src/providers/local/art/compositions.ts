import { paintPyramids, paintRelief } from './antiquity.ts'
import { paintAstrolabe } from './astrolabe.ts'
import { paintBlackHole } from './black-hole.ts'
import { paintPulse, paintVessel } from './blood.ts'
import { paintBrain } from './brain.ts'
import { paintCell, paintTissue } from './cells.ts'
import { paintChip } from './chip.ts'
import { paintCollision } from './collision.ts'
import { paintDataCity } from './data-city.ts'
import { paintDesert } from './dunes.ts'
import { paintEclipse } from './eclipse.ts'
import { paintEye, paintSlitEye } from './eye.ts'
import { paintFeather } from './feather.ts'
import { paintFieldLines, paintGravityWell, paintInterference } from './fields.ts'
import { paintFlame } from './flame.ts'
import { paintForest } from './forest.ts'
import { paintGalaxy } from './galaxy.ts'
import { paintGears } from './gears.ts'
import { paintCrystals, paintGem } from './gems.ts'
import { paintHelix } from './helix.ts'
import { paintHoneycomb } from './honeycomb.ts'
import { paintHorizon } from './horizon.ts'
import { paintAurora, paintMist } from './landscape.ts'
import { paintLattice } from './lattice.ts'
import { paintMicrobes, paintVirus } from './microbes.ts'
import { paintNeuralWeb } from './neural-web.ts'
import { paintNeuron, paintSynapse } from './neuron.ts'
import { paintPlanet, paintRingedPlanet } from './planet.ts'
import { paintFlower, paintLeaf } from './plants.ts'
import { paintRipples, paintSoundRings } from './ripples.ts'
import type { Composition } from './scene.ts'
import { paintBubbleColumn, paintUnderwater, paintWaves } from './sea.ts'
import { paintJellyfish, paintOctopus } from './sea-creatures.ts'
import { paintSnowCrystal } from './snow.ts'
import { paintStorm } from './storm.ts'
import { paintVolcano } from './volcano.ts'
import { paintCloudWorld, paintMoon, paintRockWorld, paintSun } from './worlds.ts'

/** Everything local art can paint, by what it shows. */
export const COMPOSITIONS = {
  astrolabe: paintAstrolabe,
  aurora: paintAurora,
  'black-hole': paintBlackHole,
  brain: paintBrain,
  bubbles: paintBubbleColumn,
  cell: paintCell,
  chip: paintChip,
  'cloud-world': paintCloudWorld,
  collision: paintCollision,
  crystals: paintCrystals,
  'data-city': paintDataCity,
  desert: paintDesert,
  eclipse: paintEclipse,
  eye: paintEye,
  feather: paintFeather,
  'field-lines': paintFieldLines,
  flame: paintFlame,
  flower: paintFlower,
  forest: paintForest,
  galaxy: paintGalaxy,
  gears: paintGears,
  gem: paintGem,
  'gravity-well': paintGravityWell,
  helix: paintHelix,
  honeycomb: paintHoneycomb,
  horizon: paintHorizon,
  interference: paintInterference,
  jellyfish: paintJellyfish,
  lattice: paintLattice,
  leaf: paintLeaf,
  microbes: paintMicrobes,
  mist: paintMist,
  moon: paintMoon,
  'neural-web': paintNeuralWeb,
  neuron: paintNeuron,
  octopus: paintOctopus,
  planet: paintPlanet,
  pulse: paintPulse,
  pyramids: paintPyramids,
  relief: paintRelief,
  'ringed-planet': paintRingedPlanet,
  ripples: paintRipples,
  'rock-world': paintRockWorld,
  'slit-eye': paintSlitEye,
  snow: paintSnowCrystal,
  'sound-rings': paintSoundRings,
  storm: paintStorm,
  sun: paintSun,
  synapse: paintSynapse,
  tissue: paintTissue,
  underwater: paintUnderwater,
  vessel: paintVessel,
  virus: paintVirus,
  volcano: paintVolcano,
  waves: paintWaves,
} as const satisfies Record<string, Composition>

export type CompositionName = keyof typeof COMPOSITIONS

import type { CompositionName } from './compositions.ts'

/**
 * What a subject looks like: one composition for all four slides, or hook, reveal, mechanism, twist.
 * Words are whole words of a prompt (plurals count), separated by spaces, `_` for the space inside a phrase.
 * Hints name a setting or a material rather than a subject: they decide only where no subject is named.
 */
export type Motif = { shows: CompositionName | readonly CompositionName[]; words: string; hints?: string }

export const MOTIFS: readonly Motif[] = [
  // The sky
  { shows: 'black-hole', words: 'black_hole event_horizon singularity accretion' },
  { shows: 'ringed-planet', words: 'saturn planetary_ring ringed_planet' },
  {
    shows: ['planet', 'planet', 'horizon', 'planet'],
    words: 'venus mars martian jupiter neptune uranus pluto planet exoplanet gas_giant',
  },
  { shows: ['horizon', 'planet', 'planet', 'horizon'], words: 'earth orbit satellite atmosphere astronaut spacecraft' },
  {
    shows: ['galaxy', 'planet', 'galaxy', 'horizon'],
    words: 'galaxy galaxie milky_way nebula universe cosmos andromeda',
    hints: 'star starry starlight',
  },
  { shows: 'aurora', words: 'aurora northern_light polar_light night_sky magnetosphere' },
  // Body and life
  { shows: ['brain', 'neural-web', 'neuron', 'brain'], words: 'brain mind memory memorie cortex hippocampus' },
  { shows: ['neuron', 'synapse', 'synapse', 'neuron'], words: 'neuron nerve synapse axon dendrite' },
  { shows: 'helix', words: 'dna gene genome genetic chromosome helix inheritance' },
  { shows: ['cell', 'tissue', 'cell', 'tissue'], words: 'cell nucleus mitochondria mitochondrion membrane tissue' },
  // Matter and force
  { shows: 'storm', words: 'lightning storm thunder thunderstorm electricity bolt_of' },
  {
    shows: ['mist', 'snow', 'snow', 'horizon'],
    words: 'snow snowy snowflake ice frost frosted frozen freezing glacier iceberg blizzard',
  },
  { shows: ['field-lines', 'field-lines', 'gravity-well', 'field-lines'], words: 'magnet magnetic magnetized compass' },
  {
    shows: ['interference', 'neural-web', 'interference', 'field-lines'],
    words: 'sound echo vibration vibrating ripple wave resonance',
    hints: 'ring_of drop droplet',
  },
  { shows: 'gravity-well', words: 'gravity spacetime sagging' },
  { shows: 'lattice', words: 'lattice atom atomic molecule graphene' },
  { shows: 'collision', words: 'particle collision explosion collider firework' },
  // What people made
  { shows: ['pyramids', 'mist', 'relief', 'pyramids'], words: 'pyramid egypt egyptian pharaoh sphinx' },
  { shows: 'eclipse', words: 'eclipse stonehenge monolith megalith standing_stone temple ruin obelisk' },
  {
    shows: ['astrolabe', 'astrolabe', 'field-lines', 'eclipse'],
    words: 'clock watch clockwork gear astrolabe dial pendulum hourglass calendar',
  },
  { shows: 'relief', words: 'map maze labyrinth excavation' },
  {
    shows: ['chip', 'data-city', 'lattice', 'chip'],
    words: 'chip microchip circuit computer processor transistor silicon motherboard',
  },
  { shows: 'data-city', words: 'city skyline server data_center' },
  {
    shows: ['neural-web', 'lattice', 'neural-web', 'gravity-well'],
    words: 'network web',
    hints: 'thread filament node',
  },
  // Landscapes
  {
    shows: ['mist', 'horizon', 'relief', 'mist'],
    words: 'mountain hill valley alpine',
    hints: 'mist misty fog ridge moonlight moonlit dawn dusk cliff',
  },
]

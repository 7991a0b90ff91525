import type { CompositionName } from './compositions.ts'

/** Four views of one subject, in the order of the slides: hook, reveal, mechanism, twist. */
export type Shots = readonly [CompositionName, CompositionName, CompositionName, CompositionName]

/**
 * What a subject looks like. Where a carousel may name the same subject four times, its shots differ.
 * Words are whole words of a prompt (plurals count), separated by spaces, `_` for the space inside a phrase.
 * Hints name a setting or a material rather than a subject: they decide only where no subject is named.
 */
export type Motif = { shots: Shots; words: string; hints?: string }

const same = (name: CompositionName): Shots => [name, name, name, name]

export const MOTIFS: readonly Motif[] = [
  // The sky
  {
    shots: ['black-hole', 'galaxy', 'black-hole', 'gravity-well'],
    words: 'black_hole event_horizon singularity accretion',
  },
  { shots: ['ringed-planet', 'planet', 'ringed-planet', 'horizon'], words: 'saturn planetary_ring ringed_planet' },
  { shots: ['cloud-world', 'cloud-world', 'volcano', 'horizon'], words: 'venus' },
  { shots: ['rock-world', 'desert', 'rock-world', 'horizon'], words: 'mars martian rover' },
  { shots: ['planet', 'horizon', 'planet', 'horizon'], words: 'jupiter neptune uranus planet exoplanet gas_giant' },
  {
    shots: ['horizon', 'planet', 'horizon', 'planet'],
    words: 'earth orbit satellite atmosphere astronaut spacecraft probe',
  },
  { shots: ['moon', 'moon', 'rock-world', 'mist'], words: 'moon lunar crater asteroid meteorite pluto' },
  { shots: ['sun', 'horizon', 'sun', 'sun'], words: 'sun solar sunspot supernova corona', hints: 'sunlight sunrise' },
  {
    shots: ['galaxy', 'horizon', 'galaxy', 'desert'],
    words: 'galaxy galaxie milky_way nebula universe cosmos comet',
    hints: 'star starry starlight constellation',
  },
  { shots: ['aurora', 'mist', 'aurora', 'aurora'], words: 'aurora northern_light polar_light night_sky magnetosphere' },
  // Body and life
  { shots: ['brain', 'neural-web', 'neuron', 'brain'], words: 'brain mind memory memorie cortex hippocampus' },
  { shots: ['neuron', 'synapse', 'synapse', 'neuron'], words: 'neuron nerve synapse axon dendrite' },
  { shots: ['helix', 'helix', 'cell', 'helix'], words: 'dna gene genome genetic chromosome helix inheritance' },
  { shots: ['cell', 'tissue', 'tissue', 'cell'], words: 'cell nucleus mitochondria mitochondrion membrane tissue' },
  { shots: same('eye'), words: 'eye eyelid iris retina cornea pupil gaze stare' },
  { shots: ['slit-eye', 'slit-eye', 'slit-eye', 'mist'], words: 'cat kitten feline owl fox snake crocodile lizard' },
  {
    shots: ['honeycomb', 'forest', 'honeycomb', 'honeycomb'],
    words: 'honey honeycomb bee beehive hive beeswax hexagon',
  },
  // Water
  { shots: ['jellyfish', 'underwater', 'jellyfish', 'jellyfish'], words: 'jellyfish' },
  { shots: ['octopus', 'underwater', 'octopus', 'octopus'], words: 'octopus octopuse squid cuttlefish tentacle' },
  {
    shots: ['underwater', 'underwater', 'bubbles', 'waves'],
    words: `underwater fish shark whale dolphin shrimp crab coral reef seabed seafloor submarine axolotl eel salmon diver
      clownfish seahorse lobster sponge plankton deep_sea`,
    hints: 'dark_water black_water clear_water',
  },
  {
    shots: ['waves', 'underwater', 'waves', 'waves'],
    words: 'ocean sea lake tide surf ship boat sail coast shore iceberg tsunami longship harbor',
    hints: 'river horizon',
  },
  { shots: ['bubbles', 'underwater', 'bubbles', 'underwater'], words: 'bubble foam fizz', hints: 'water' },
  // Land and weather
  {
    shots: ['volcano', 'volcano', 'relief', 'volcano'],
    words: 'volcano volcanic lava magma eruption erupting crater_rim caldera krakatoa',
  },
  {
    shots: ['forest', 'mist', 'forest', 'forest'],
    words: 'forest tree woodland grove jungle trunk root mushroom rainforest fungus fungi pine oak bark',
    hints: 'branch wood',
  },
  { shots: ['desert', 'desert', 'relief', 'desert'], words: 'desert dune sahara camel', hints: 'sand sandstone' },
  {
    shots: ['storm', 'storm', 'collision', 'storm'],
    words: 'lightning storm thunder thunderstorm electricity bolt_of',
  },
  {
    shots: ['mist', 'snow', 'snow', 'mist'],
    words: 'snow snowy snowflake ice frost frosted frozen freezing glacier blizzard winter',
  },
  {
    shots: ['mist', 'forest', 'relief', 'mist'],
    words: 'mountain hill valley alpine cliff',
    hints: 'mist misty fog ridge moonlight moonlit dawn dusk',
  },
  // Matter and force
  { shots: ['field-lines', 'field-lines', 'field-lines', 'gravity-well'], words: 'magnet magnetic magnetized compass' },
  {
    shots: ['interference', 'waves', 'interference', 'neural-web'],
    words: 'sound echo vibration vibrating ripple wave resonance',
    hints: 'ring_of drop droplet ring rings',
  },
  { shots: ['gravity-well', 'gravity-well', 'field-lines', 'horizon'], words: 'gravity spacetime sagging' },
  {
    shots: ['lattice', 'lattice', 'lattice', 'collision'],
    words: 'lattice atom atomic molecule graphene',
    hints: 'grid',
  },
  {
    shots: ['collision', 'collision', 'lattice', 'collision'],
    words: 'particle collision explosion collider firework',
  },
  // What people made
  { shots: ['pyramids', 'desert', 'relief', 'pyramids'], words: 'pyramid egypt egyptian pharaoh sphinx' },
  {
    shots: ['eclipse', 'eclipse', 'relief', 'eclipse'],
    words: 'eclipse stonehenge monolith megalith standing_stone temple ruin obelisk arch',
    hints: 'column pillar gate slab',
  },
  {
    shots: ['astrolabe', 'astrolabe', 'astrolabe', 'eclipse'],
    words: 'clock watch clockwork gear astrolabe dial pendulum hourglass calendar sundial',
    hints: 'brass bronze needle',
  },
  { shots: ['relief', 'relief', 'relief', 'neural-web'], words: 'map maze labyrinth excavation trench' },
  {
    shots: ['chip', 'data-city', 'lattice', 'chip'],
    words: 'chip microchip circuit computer processor transistor silicon motherboard',
  },
  {
    shots: ['data-city', 'data-city', 'lattice', 'data-city'],
    words: 'city skyline server data_center',
    hints: 'cube',
  },
  { shots: ['neural-web', 'lattice', 'neural-web', 'neural-web'], words: 'network web', hints: 'thread filament node' },
]

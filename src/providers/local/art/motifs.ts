import type { CompositionName } from './compositions.ts'

/** Four views of one subject, in the order of the slides: hook, reveal, mechanism, twist. */
export type Shots = readonly [CompositionName, CompositionName, CompositionName, CompositionName]

/**
 * What a subject looks like. Where a carousel may name the same subject four times, its shots differ.
 * Words are whole words of a prompt (plurals count), separated by spaces, `_` for the space inside a phrase.
 * Hints name a setting or a material rather than a subject: they decide only where no subject is named.
 */
export type Motif = { shots: Shots; words: string; hints?: string }

export const MOTIFS: readonly Motif[] = [
  // The sky
  {
    shots: ['black-hole', 'galaxy', 'black-hole', 'gravity-well'],
    words: 'black_hole event_horizon singularity accretion',
  },
  { shots: ['ringed-planet', 'planet', 'ringed-planet', 'horizon'], words: 'saturn planetary_ring ringed_planet' },
  { shots: ['cloud-world', 'cloud-world', 'volcano', 'horizon'], words: 'venus' },
  { shots: ['rock-world', 'desert', 'rock-world', 'horizon'], words: 'mars martian rover' },
  { shots: ['planet', 'horizon', 'planet', 'galaxy'], words: 'jupiter neptune uranus planet exoplanet gas_giant' },
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
  { shots: ['neuron', 'synapse', 'synapse', 'neural-web'], words: 'neuron nerve synapse axon dendrite' },
  { shots: ['helix', 'tissue', 'cell', 'helix'], words: 'dna gene genome genetic chromosome helix inheritance' },
  {
    shots: ['cell', 'tissue', 'tissue', 'cell'],
    words: 'cell nucleus mitochondria mitochondrion membrane tissue skin pore',
  },
  {
    shots: ['microbes', 'microbes', 'microbes', 'virus'],
    words: 'bacteria bacterium microbe microbial germ tardigrade amoeba yeast',
  },
  { shots: ['virus', 'microbes', 'virus', 'virus'], words: 'virus viral spiky_sphere spiky_particle pollen' },
  { shots: ['pulse', 'vessel', 'vessel', 'pulse'], words: 'heart heartbeat' },
  {
    shots: ['vessel', 'pulse', 'cell', 'vessel'],
    words: 'blood artery arterie capillary capillarie red_disk red_cell blue_vessel',
  },
  {
    shots: ['feather', 'forest', 'feather', 'mist'],
    words: 'feather bird hummingbird crow raven pigeon eagle penguin quill',
  },
  {
    shots: ['leaf', 'flower', 'tissue', 'leaf'],
    words: 'leaf leaves plant tea grass wheat bamboo sprout fern moss cactus field_of_wheat meadow cacao coffee_plant',
  },
  {
    shots: ['flower', 'leaf', 'flower', 'leaf'],
    words: 'flower petal blossom bloom seed coffee tulip orchid bud burr',
  },
  { shots: ['eye', 'eye', 'tissue', 'eye'], words: 'eye eyelid iris retina cornea pupil gaze stare' },
  { shots: ['slit-eye', 'forest', 'slit-eye', 'mist'], words: 'cat kitten feline owl fox snake crocodile lizard' },
  {
    shots: ['honeycomb', 'flower', 'honeycomb', 'forest'],
    words: 'honey honeycomb bee beehive hive beeswax hexagon',
  },
  // Water
  { shots: ['jellyfish', 'underwater', 'bubbles', 'jellyfish'], words: 'jellyfish' },
  { shots: ['octopus', 'underwater', 'bubbles', 'octopus'], words: 'octopus octopuse squid cuttlefish tentacle' },
  {
    shots: ['underwater', 'underwater', 'bubbles', 'waves'],
    words: `underwater fish shark whale dolphin shrimp crab coral reef seabed seafloor submarine axolotl eel salmon diver
      clownfish seahorse lobster sponge plankton deep_sea`,
    hints: 'dark_water black_water clear_water',
  },
  {
    shots: ['waves', 'underwater', 'ripples', 'mist'],
    words: 'ocean sea lake tide surf ship boat sail coast shore iceberg tsunami longship harbor',
    hints: 'river horizon',
  },
  { shots: ['ripples', 'underwater', 'bubbles', 'waves'], words: 'bubble foam fizz', hints: 'water' },
  // Land and weather
  {
    shots: ['volcano', 'mist', 'flame', 'volcano'],
    words: 'volcano volcanic lava magma eruption erupting crater_rim caldera krakatoa',
  },
  {
    shots: ['forest', 'mist', 'leaf', 'forest'],
    words: 'forest tree woodland grove jungle trunk root mushroom rainforest fungus fungi pine oak bark',
    hints: 'branch wood',
  },
  { shots: ['desert', 'mist', 'relief', 'desert'], words: 'desert dune sahara camel', hints: 'sand sandstone' },
  {
    shots: ['storm', 'mist', 'collision', 'storm'],
    words: 'lightning storm thunder thunderstorm electricity bolt_of',
  },
  {
    shots: ['mist', 'crystals', 'snow', 'snow'],
    words: 'snow snowy snowflake ice frost frosted frozen freezing glacier blizzard winter',
  },
  {
    shots: ['mist', 'relief', 'forest', 'mist'],
    words: 'mountain hill valley alpine cliff',
    hints: 'mist misty fog ridge moonlight moonlit dawn dusk',
  },
  // Matter and force
  {
    shots: ['field-lines', 'interference', 'field-lines', 'gravity-well'],
    words: 'magnet magnetic magnetized compass',
  },
  {
    shots: ['sound-rings', 'interference', 'ripples', 'sound-rings'],
    words: 'sound echo vibration vibrating wave resonance song voice loudspeaker',
    hints: 'ring_of ring',
  },
  { shots: ['gravity-well', 'gravity-well', 'field-lines', 'horizon'], words: 'gravity spacetime sagging' },
  {
    shots: ['lattice', 'collision', 'lattice', 'collision'],
    words: 'lattice atom atomic molecule graphene',
    hints: 'grid',
  },
  {
    shots: ['collision', 'lattice', 'interference', 'collision'],
    words: 'particle collision explosion collider firework',
  },
  { shots: ['eclipse', 'relief', 'relief', 'eclipse'], words: 'boulder granite pebble', hints: 'rock stone limestone' },
  {
    shots: ['ripples', 'bubbles', 'ripples', 'waves'],
    words: 'ripple droplet raindrop drop rain puddle',
    hints: 'bead pool',
  },
  {
    shots: ['flame', 'mist', 'flame', 'sun'],
    words: 'flame fire candle ember burning torche torch furnace bonfire',
    hints: 'smoke lantern',
  },
  { shots: ['gem', 'crystals', 'gem', 'gem'], words: 'diamond gem jewel sapphire ruby emerald', hints: 'glass facet' },
  {
    shots: ['crystals', 'gem', 'lattice', 'crystals'],
    words: 'crystal crystalline quartz salt mineral sugar shard amethyst',
  },
  // What people made
  { shots: ['pyramids', 'desert', 'relief', 'pyramids'], words: 'pyramid egypt egyptian pharaoh sphinx' },
  {
    shots: ['mist', 'eclipse', 'relief', 'eclipse'],
    words: 'eclipse stonehenge monolith megalith standing_stone temple ruin obelisk arch',
    hints: 'column pillar gate slab',
  },
  {
    shots: ['gears', 'astrolabe', 'gears', 'galaxy'],
    words: 'clock watch clockwork gear cogwheel pendulum hourglass mechanism wheel machine engine',
    hints: 'brass bronze needle lever steel_cylinder',
  },
  {
    shots: ['astrolabe', 'astrolabe', 'relief', 'gears'],
    words: 'astrolabe dial calendar sundial sextant telescope',
  },
  { shots: ['relief', 'neural-web', 'relief', 'mist'], words: 'map maze labyrinth excavation trench' },
  {
    shots: ['chip', 'data-city', 'lattice', 'chip'],
    words: 'chip microchip circuit computer processor transistor silicon motherboard',
  },
  {
    shots: ['data-city', 'neural-web', 'lattice', 'data-city'],
    words: 'city skyline server data_center',
    hints: 'cube',
  },
  {
    shots: ['neural-web', 'lattice', 'interference', 'neural-web'],
    words: 'network web',
    hints: 'thread filament node',
  },
]

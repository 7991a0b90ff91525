import type { Category, Draft, Fact } from '../../../src/content.ts'
import { isJson, type Json } from './http-fake.ts'

/** Invented but plausible content, as many different pieces as a bench can ask for. Nothing here claims to be true. */

const SUBJECTS: readonly [name: string, category: Category][] = [
  ['Octopuses', 'biology'],
  ['Neutron stars', 'space'],
  ['Honeybees', 'nature'],
  ['Medieval masons', 'history'],
  ['Glacier crystals', 'physics'],
  ['Newborn babies', 'psychology'],
  ['Quartz watches', 'technology'],
  ['Sea cucumbers', 'biology'],
  ['Rogue planets', 'space'],
  ['Mangrove roots', 'nature'],
  ['Roman surveyors', 'history'],
  ['Soap films', 'physics'],
  ['Chess masters', 'psychology'],
  ['Fibre cables', 'technology'],
  ['Arctic terns', 'biology'],
  ['Comet tails', 'space'],
  ['Desert lichens', 'nature'],
  ['Viking shipwrights', 'history'],
  ['Superfluid helium', 'physics'],
  ['Bilingual speakers', 'psychology'],
  ['Memory chips', 'technology'],
  ['Mantis shrimps', 'biology'],
  ['Binary pulsars', 'space'],
]

const DEEDS = [
  'hide a second rhythm',
  'measure distance twice',
  'repair themselves overnight',
  'ignore half of gravity',
  'count without numbers',
  'store yesterday in layers',
  'outlast their own shells',
  'glow where nobody looks',
  'trade heat for silence',
  'follow a broken compass',
  'remember every winter',
  'borrow strength from salt',
  'bend light by accident',
  'sleep in separate halves',
  'answer before the question',
  'grow faster when starved',
  'carry oceans of iron',
  'weigh less when full',
  'navigate by dead stars',
]

const TWISTS = [
  'and nobody noticed for centuries',
  'yet they never learn it',
  'although the textbooks said otherwise',
  'without spending any energy',
  'only while the moon sets',
  'because their edges are soft',
  'and the smallest do it best',
  'unless somebody is watching closely',
  'long after they should stop',
  'in less than one heartbeat',
  'with a tool made of sand',
  'against the direction of time',
  'from the inside out',
]

/** The lists' lengths share no divisor, so pieces repeat only after 23 x 19 x 13 = 5,681. */
function pieceOf<T>(list: readonly T[], n: number): T {
  const piece = list[n % list.length]
  if (piece === undefined) throw new RangeError('the list is empty')
  return piece
}

export function sampleFact(n: number): Fact {
  const [subject, category] = pieceOf(SUBJECTS, n)
  const deed = pieceOf(DEEDS, n)
  const twist = pieceOf(TWISTS, n)
  return {
    text: `${subject} ${deed} ${twist}.`,
    why: `Everybody expects ${subject.toLowerCase()} to do the opposite, but they ${deed} ${twist}, and that contradicts common sense.`,
    category,
    sourceUrl: `https://www.example.org/facts/${n}`,
    sourceName: 'Example University',
  }
}

export function sampleDraft(n: number): Draft {
  const [subject, category] = pieceOf(SUBJECTS, n)
  const name = subject.toLowerCase()
  const deed = pieceOf(DEEDS, n)
  const twist = pieceOf(TWISTS, n)
  const scene = (what: string) =>
    `Show ${what}, seen from a low angle in cold blue light. One glowing point breaks the calm of the dark scene.`
  return {
    hook: {
      title: `${subject} ${deed}`,
      body: 'Nobody expected that.',
      imagePrompt: scene(`${name} in deep darkness`),
    },
    reveal: {
      title: `They do it ${twist}`,
      body: `Researchers watched ${name} for years before the pattern showed itself in the data.`,
      imagePrompt: scene(`a swarm of ${name} above black water`),
    },
    mechanism: {
      title: 'The trick is in the structure',
      body: `Tiny layers inside ${name} pass the signal on, one after the other, and never at once.`,
      imagePrompt: scene(`the microscopic layers of ${name}, macro view`),
    },
    twist: {
      title: 'And we depend on it',
      body: `Without it, the ${category} that we know would look very different today.`,
      imagePrompt: scene(`one huge, bold silhouette of ${name}`),
    },
    caption: `${subject} ${deed} ${twist}. Save this for the next quiet evening, and tell somebody who would not believe it.`,
    hashtags: ['facts', 'science', category, `fact${n}`],
  }
}

/** A valid answer to the schema that was sent: a fact, a draft, or whatever else it describes. */
export function answerForSchema(schema: unknown, n: number): unknown {
  if (!isJson(schema)) return {}
  const properties = isJson(schema.properties) ? schema.properties : {}
  if ('sourceUrl' in properties && 'text' in properties) return pick(sampleFact(n), properties, n)
  if ('hook' in properties && 'twist' in properties) return pick(sampleDraft(n), properties, n)
  return valueFor(schema, schema, n)
}

/** Keys of the sample that the schema has, and made-up values for those that the sample lacks. */
function pick(sample: object, properties: Json, n: number): Json {
  const known = new Map<string, unknown>(Object.entries(sample))
  return Object.fromEntries(
    Object.entries(properties).map(([key, schema]) => [key, known.has(key) ? known.get(key) : valueFor(schema, {}, n)]),
  )
}

function valueFor(schema: unknown, root: Json, n: number): unknown {
  if (!isJson(schema)) return null
  if (typeof schema.$ref === 'string') return valueFor(definition(schema.$ref, root), root, n)
  if (Array.isArray(schema.enum)) return schema.enum[n % schema.enum.length]
  if (Array.isArray(schema.anyOf)) return valueFor(schema.anyOf[0], root, n)
  switch (schema.type) {
    case 'object':
      return Object.fromEntries(
        Object.entries(isJson(schema.properties) ? schema.properties : {}).map(([k, part]) => [
          k,
          valueFor(part, root, n),
        ]),
      )
    case 'array':
      return [0, 1, 2].map((at) => valueFor(schema.items, root, n + at))
    case 'number':
    case 'integer':
      return 1
    case 'boolean':
      return true
    case 'null':
      return null
    default:
      return /web address/.test(String(schema.description))
        ? `https://www.example.org/${n}`
        : `made-up words number ${n}`
  }
}

function definition(ref: string, root: Json): unknown {
  const name = ref.split('/').at(-1) ?? ''
  return isJson(root.$defs) ? root.$defs[name] : undefined
}

import { Failure } from '../../failure.ts'
import type { Embedder } from '../ports.ts'
import { hashText } from './art/random.ts'

const DIMENSIONS = 768

/**
 * At or above it two texts tell the same fact. Measured with `local-hash-768-1` on the pairs in its test: the same fact
 * in other words 0.492…0.908 (22 pairs), another fact, often about the same thing, −0.035…0.430 (22 pairs); 16 of the 44
 * were written after the features were fixed and fall in the same ranges.
 */
export const LOCAL_DUPLICATE_COSINE = 0.46

/** How much a feature counts: a shared word means most, shared letters catch spelling and inflection. */
const WEIGHT = { word: 1, pair: 0.6, letters: 0.25 } as const

const STOP_WORDS = new Set(
  `a about above actually after again all almost also an and any are as at be because been before being below between both but by can
  could did do does doing down during each even ever every few for from further had has have having he her here him his
  how i if in into is it its itself just little made make many may me might more most much must my nearly no nor not now of off on once
  one only or other our out over own quite really same she should slightly so some still such than that the their them then there these they
  this those through to too under until up us very was we were what when where which while who whom why will with would
  you your`.split(/\s+/),
)

const NUMBER_WORDS: Record<string, string> = {
  zero: '0',
  two: '2',
  three: '3',
  four: '4',
  five: '5',
  six: '6',
  seven: '7',
  eight: '8',
  nine: '9',
  ten: '10',
  eleven: '11',
  twelve: '12',
  dozen: '12',
  hundred: '100',
  thousand: '1000',
}

/**
 * Text as 768 numbers without a model: words, pairs of neighbours and runs of three letters are hashed to a place and a
 * sign. It knows spelling, not meaning: a paraphrase without common words stays far away.
 */
export function createLocalEmbedder(): Embedder {
  return {
    maker: { provider: 'local', model: 'local-hash-768-1' },
    dimensions: DIMENSIONS,
    async embed(text, { signal }) {
      if (signal.aborted) throw new Failure('cancelled', { code: 'cancelled', cause: signal.reason })
      return hashToVector(countFeatures(toStems(text)))
    },
  }
}

/** Lower-case stems without stop words; only stop words means the words themselves, so that no text is empty by accident. */
function toStems(text: string): string[] {
  const words =
    text
      .normalize('NFKC')
      .toLowerCase()
      .replace(/[’']s?\b/g, '')
      .match(/[\p{L}\p{N}]+/gu) ?? []
  const telling = words.filter((word) => !STOP_WORDS.has(word))
  return (telling.length > 0 ? telling : words).map(toStem)
}

/** Plural, -ing and -ed only: enough for facts about the same thing, too little to melt different words together. */
function toStem(word: string): string {
  const number = NUMBER_WORDS[word]
  if (number) return number
  if (word.length < 4 || /\d/.test(word)) return word
  let stem = word
  if (/(?:ss|x|ch|sh|us)es$/.test(stem)) stem = stem.slice(0, -2)
  else if (/ies$/.test(stem) && stem.length > 4) stem = `${stem.slice(0, -3)}y`
  else if (/[^suia]s$/.test(stem)) stem = stem.slice(0, -1)
  if (/ing$/.test(stem) && stem.length > 5) stem = undouble(stem.slice(0, -3))
  else if (/ed$/.test(stem) && stem.length > 4) stem = undouble(stem.slice(0, -2))
  return stem.length > 4 ? stem.replace(/e$/, '') : stem
}

function undouble(stem: string): string {
  return /([bdgmnprt])\1$/.test(stem) ? stem.slice(0, -1) : stem
}

function countFeatures(stems: string[]): Map<string, number> {
  const counts = new Map<string, number>()
  const count = (feature: string) => counts.set(feature, (counts.get(feature) ?? 0) + 1)
  stems.forEach((stem, i) => {
    count(`word:${stem}`)
    const next = stems[i + 1]
    if (next !== undefined) count(`pair:${stem} ${next}`)
    const padded = `^${stem}$`
    for (let at = 0; at + 3 <= padded.length; at++) count(`letters:${padded.slice(at, at + 3)}`)
  })
  return counts
}

function hashToVector(counts: Map<string, number>): number[] {
  const vector = new Array<number>(DIMENSIONS).fill(0)
  for (const [feature, count] of counts) {
    const hash = hashText(feature)
    const kind = feature.slice(0, feature.indexOf(':')) as keyof typeof WEIGHT
    const place = hash % DIMENSIONS
    const sign = hash >>> 31 === 0 ? 1 : -1
    vector[place] = (vector[place] ?? 0) + sign * WEIGHT[kind] * (1 + Math.log(count))
  }
  const length = Math.hypot(...vector)
  if (length === 0) {
    vector[0] = 1
    return vector
  }
  return vector.map((value) => value / length)
}

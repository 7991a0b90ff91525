import type { Category } from '../../content.ts'

/** A person's topic as words that can be compared with the bank's. The topic is hostile until it has passed here. */

/** Longer topics say nothing more about a subject; the cap keeps a 10,000-character paste as cheap as a sentence. */
const TOPIC_MAX_CHARS = 600
const TOPIC_MAX_WORDS = 40

/** Words of grammar, and of asking for a fact, that say nothing about its subject. Kept unstemmed. */
const STOP_WORDS = new Set(
  `a about above after again all also am amazing an and another any anything are as ask at awesome be because been
  beginner beginners being best between bizarre both but by can carousel children come cool could crazy create
  curious did do does doing done down during each else ever every explain explained fact facts fascinating few find
  for from fun funny generate get give go good got great had has have having he her here hidden him his how i if in
  incredible interesting into is it its just kid kids know known let like little lot made make many me mind more
  most much must my mysteries mystery new nice no nor not now of off on one only or other our out over own paradox
  people please post question random really science scientific secret secrets see shall she should show slide slides
  so some something still story strange such surprise surprising surprisingly take tell than that the their them
  then there these they thing things this those to today too topic truth under unknown until up us use used using
  very want was way we weird well were what when where which while who whom why will with wonder work works world
  would write yet you your`.split(/\s+/),
)

/** Words that name a field rather than a subject: used when no entry fits, and when the field itself is the topic. */
const CATEGORY_WORDS: Readonly<Record<Category, string>> = {
  space: 'space astronomy cosmos cosmic universe planet star galaxy moon orbit nasa rocket astronaut asteroid comet',
  biology:
    'biology biological animal body cell gene genetics human creature evolution medicine anatomy microbe cat dog bee bird fish insect',
  psychology: 'psychology psychological brain memory behavior behaviour emotion bias perception sleep dream cognitive',
  physics: 'physics physical quantum relativity energy particle atom gravity light mechanics thermodynamics',
  history: 'history historical ancient war empire century medieval king queen roman egypt archaeology civilization',
  nature: 'nature natural ocean forest weather plant tree earth volcano climate river mountain sea flower',
  technology: 'technology technological tech computer internet software machine robot engineering invention ai phone',
}

/** Names of the fields themselves. Beside a subject they only point: "history of chocolate" is about chocolate. */
const FIELD_NAMES = new Set(stemWords('space astronomy biology psychology physics history nature technology tech'))

/** Alone they stand for their field too, but beside others they carry meaning: "age of the universe". */
const FIELD_NAMES_ALONE = new Set(stemWords('universe cosmos animals'))

const WORD_CATEGORIES = indexCategoryWords()

/**
 * - anything: no topic, or one of nothing but asking ("surprise me")
 * - field: asks for these fields and for nothing else ("a physics fact")
 * - subject: stemmed, distinct words to look for, possibly none ("🐙"), and the fields they hint at, possibly none
 */
export type Topic =
  | { kind: 'anything' }
  | { kind: 'field'; fields: ReadonlySet<Category> }
  | { kind: 'subject'; words: string[]; fields: ReadonlySet<Category> }

export function readTopic(topic: string | null): Topic {
  if (topic === null || topic.trim() === '') return { kind: 'anything' }
  const all = splitWords(topic.slice(0, TOPIC_MAX_CHARS)).filter((word) => word.length >= 2)
  const words = [...new Set(all.filter(isContentWord).map(stemWord))].slice(0, TOPIC_MAX_WORDS)
  if (words.length === 0 && all.length > 0) return { kind: 'anything' }
  const fields = hintFields(words)
  const asksForField = words.every((word) => FIELD_NAMES.has(word) || FIELD_NAMES_ALONE.has(word))
  if (words.length > 0 && asksForField) return { kind: 'field', fields }
  return { kind: 'subject', words: words.filter((word) => !FIELD_NAMES.has(word)), fields }
}

export function stemWords(text: string): string[] {
  return splitWords(text).filter(isContentWord).map(stemWord)
}

/** Which fields the (stemmed) words point at: those named most often, several when they tie. */
function hintFields(words: readonly string[]): ReadonlySet<Category> {
  const votes = new Map<Category, number>()
  for (const word of words) {
    const category = WORD_CATEGORIES.get(word)
    if (category) votes.set(category, (votes.get(category) ?? 0) + 1)
  }
  const most = Math.max(0, ...votes.values())
  return new Set([...votes].filter(([, count]) => count === most).map(([category]) => category))
}

/** NFKC folds look-alikes (full-width letters, ligatures); dropping marks lets "Schrodinger" find "Schrödinger". */
function splitWords(text: string): string[] {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .normalize('NFD')
    .replace(/\p{M}+/gu, '')
    .replace(/[’']s\b/gu, '')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
}

function isContentWord(word: string): boolean {
  return word.length >= 2 && !STOP_WORDS.has(word)
}

/** Light on purpose: only plurals, so that no two subjects fall together. "octopuses" → "octopus", "bodies" → "body". */
function stemWord(word: string): string {
  if (word.length <= 3 || !word.endsWith('s')) return word
  if (/(ss|us|is)$/.test(word)) return word
  if (word.length > 4 && word.endsWith('ies')) return `${word.slice(0, -3)}y`
  if (/(x|z|ch|sh|ss|[^aeo]us)es$/.test(word)) return word.slice(0, -2)
  return word.slice(0, -1)
}

function indexCategoryWords(): ReadonlyMap<string, Category> {
  const entries = Object.entries(CATEGORY_WORDS) as [Category, string][]
  return new Map(entries.flatMap(([category, words]) => stemWords(words).map((word) => [word, category] as const)))
}

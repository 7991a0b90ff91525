import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { z } from 'zod'
import { Category, Draft, Fact } from '../../content.ts'
import { asFailure, Failure } from '../../failure.ts'
import type { BankEntry, FactBank } from '../ports.ts'
import { readTopic, stemWords, type Topic } from './topic-words.ts'

const BANK_FOLDER = join(import.meta.dirname, 'bank')

/** An entry lists its keywords from its subject outward, so the first one counts more than those that follow. */
const KEYWORD_WEIGHT = 1
const FIRST_KEYWORD_BONUS = 0.3
/** A word of the sentence may be there by the way. */
const TEXT_WEIGHT = 0.6
/** Breaks ties between entries of different fields. */
const FIELD_WEIGHT = 0.15

/** Share of the topic's weight that an entry must explain to count as "on topic": "venus flytrap" is not about Venus. */
const COVERAGE_MIN = 0.6
/** With two keywords hit, a chatty topic may carry more words that nobody in the bank knows. */
const COVERAGE_MIN_WITH_TWO_KEYWORDS = 0.3
/** From here on an entry is off topic, but nearer to it than a random one. */
const COVERAGE_MIN_TO_BE_NEAR = 0.3

const BankEntrySchema: z.ZodType<BankEntry> = z.strictObject({
  id: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/),
  keywords: z.array(z.string().min(2).max(40)).min(1).max(40),
  fact: Fact,
  draft: Draft,
})

/** `keywords` holds each stemmed word with its weight. */
type Indexed = { entry: BankEntry; keywords: ReadonlyMap<string, number>; text: ReadonlySet<string> }
type Index = { all: Indexed[]; byId: Map<string, BankEntry>; documentCounts: Map<string, number> }
type Match = { item: Indexed; score: number; coverage: number; keywordHits: number; textHits: number }

/**
 * The facts that work without any key. Files are read at the first question, not at start: a machine with keys may
 * never ask. `folder` holds one `<category>.json` a category, each an array of BankEntry.
 * @throws Failure bad_config from any member when a file is malformed; the message names the file and the entry
 */
export function createFactBank(options: { folder?: string } = {}): FactBank {
  const folder = options.folder ?? BANK_FOLDER
  let loaded: Index | undefined
  const index = (): Index => {
    loaded ??= buildIndex(loadEntries(folder))
    return loaded
  }
  return {
    maker: { provider: 'local', model: 'fact-bank' },
    get size() {
      return index().all.length
    },
    get: (id) => index().byId.get(id),
    find: (query) => findEntry(index(), query),
  }
}

function findEntry(index: Index, query: Parameters<FactBank['find']>[0]): ReturnType<FactBank['find']> {
  const free = index.all.filter((item) => !query.excludeIds.has(item.entry.id))
  if (free.length === 0) return null
  const topic = readTopic(query.topic)
  if (topic.kind === 'anything') return { entry: pickBySeed(free, query.seed), onTopic: true }

  if (topic.kind === 'field') {
    const items = free.filter((item) => topic.fields.has(item.entry.fact.category))
    return { entry: pickBySeed(items.length > 0 ? items : free, query.seed), onTopic: items.length > 0 }
  }
  const matches = index.all.map((item) => matchItem(index, item, topic))
  const untold = matches.filter((match) => !query.excludeIds.has(match.item.entry.id))
  const fitting = untold.filter(isOnTopic)
  if (fitting.length > 0) return { entry: pickBySeed(takeBest(fitting), query.seed), onTopic: true }
  return { entry: pickBySeed(takeNearest(untold, matches, topic.fields), query.seed), onTopic: false }
}

function matchItem(index: Index, item: Indexed, topic: Topic & { kind: 'subject' }): Match {
  let score = 0
  let hit = 0
  let total = 0
  let keywordHits = 0
  let textHits = 0
  for (const word of topic.words) {
    // Rare words say more than common ones; a word the bank does not know weighs as the rarest.
    const rarity = Math.log(1 + index.all.length / (index.documentCounts.get(word) ?? 1))
    total += rarity
    const keywordWeight = item.keywords.get(word)
    if (keywordWeight !== undefined) {
      keywordHits++
      hit += rarity
      score += rarity * keywordWeight
    } else if (item.text.has(word)) {
      textHits++
      hit += rarity
      score += rarity * TEXT_WEIGHT
    }
  }
  if (score > 0 && topic.fields.has(item.entry.fact.category)) score += FIELD_WEIGHT
  return { item, score, coverage: total === 0 ? 0 : hit / total, keywordHits, textHits }
}

function isOnTopic(match: Match): boolean {
  // Words of the sentence prove little: "time travel" is not about "sound travels 15 times faster".
  if (match.keywordHits === 0) return match.textHits === 1 && match.coverage === 1
  return match.coverage >= (match.keywordHits >= 2 ? COVERAGE_MIN_WITH_TWO_KEYWORDS : COVERAGE_MIN)
}

function isNear(match: Match): boolean {
  return match.keywordHits > 0 && match.coverage >= COVERAGE_MIN_TO_BE_NEAR
}

function takeBest(matches: Match[]): Indexed[] {
  const top = Math.max(...matches.map((match) => match.score))
  return matches.filter((match) => match.score === top).map((match) => match.item)
}

/** Off topic: the entries that share most; else the field that the words name, or that told facts on it came from. */
function takeNearest(free: Match[], matches: Match[], fields: ReadonlySet<Category>): Indexed[] {
  const near = free.filter(isNear)
  if (near.length > 0) return takeBest(near)
  const told = takeBest(matches.filter(isNear)).map((item) => item.entry.fact.category)
  const wanted = fields.size > 0 ? fields : new Set(told)
  const items = free.map((match) => match.item)
  const related = items.filter((item) => wanted.has(item.entry.fact.category))
  return related.length > 0 ? related : items
}

/** The same seed and the same candidates give the same entry, on any machine. */
function pickBySeed(items: readonly Indexed[], seed: string): BankEntry {
  const number = createHash('sha256').update(seed).digest().readUInt32BE(0)
  const picked = items[number % items.length]
  if (!picked) throw new Failure('nothing to pick from in the fact bank', { code: 'internal' })
  return picked.entry
}

function buildIndex(entries: BankEntry[]): Index {
  const documentCounts = new Map<string, number>()
  const all = entries.map((entry) => {
    const keywords = weighKeywords(entry.keywords)
    const text = new Set(stemWords(entry.fact.text))
    for (const word of new Set([...keywords.keys(), ...text]))
      documentCounts.set(word, (documentCounts.get(word) ?? 0) + 1)
    return { entry, keywords, text }
  })
  return { all, byId: new Map(entries.map((entry) => [entry.id, entry])), documentCounts }
}

function weighKeywords(keywords: string[]): Map<string, number> {
  const weights = new Map<string, number>()
  for (const [position, keyword] of keywords.entries()) {
    const weight = KEYWORD_WEIGHT + FIRST_KEYWORD_BONUS / (position + 1)
    for (const word of stemWords(keyword)) if (!weights.has(word)) weights.set(word, weight)
  }
  return weights
}

function loadEntries(folder: string): BankEntry[] {
  const files = listBankFiles(folder)
  if (files.length === 0) throw badBank(folder, 'holds no <category>.json')
  const entries = files.flatMap((file) => readBankFile(join(folder, file)))
  const seen = new Set<string>()
  for (const { id, fact } of entries) {
    if (seen.has(id)) throw badBank(`${fact.category}.json`, `entry "${id}" is in the bank twice`)
    seen.add(id)
  }
  // Sorted, so that the pick by seed does not depend on the order of lines in a file.
  return entries.sort((a, b) => (a.id < b.id ? -1 : 1))
}

function listBankFiles(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith('.json'))
  } catch (error) {
    throw badBank(folder, asFailure(error).message, error)
  }
}

function readBankFile(path: string): BankEntry[] {
  const file = basename(path)
  const category = Category.safeParse(basename(path, '.json'))
  if (!category.success) throw badBank(file, 'is not named after a category')
  const list = z.array(z.unknown()).safeParse(parseJsonFile(path))
  if (!list.success) throw badBank(file, 'is not a JSON array')
  return list.data.map((raw, position) => {
    const entry = BankEntrySchema.safeParse(raw)
    if (!entry.success) throw badBank(file, `entry ${nameEntry(raw, position)}: ${z.prettifyError(entry.error)}`)
    if (entry.data.fact.category === category.data) return entry.data
    throw badBank(file, `entry ${nameEntry(raw, position)}: its category is ${entry.data.fact.category}`)
  })
}

function parseJsonFile(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    throw badBank(basename(path), asFailure(error).message, error)
  }
}

function nameEntry(raw: unknown, position: number): string {
  const named = z.object({ id: z.string() }).safeParse(raw)
  return named.success ? `${position + 1} ("${named.data.id}")` : `${position + 1}`
}

function badBank(file: string, problem: string, cause?: unknown): Failure {
  return new Failure(`fact bank ${file}: ${problem}`, { code: 'bad_config', cause })
}

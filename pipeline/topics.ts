import type { Queryable, Tx } from '../src/db/pool.ts'
import {
  claimOldestTopic,
  dropOpenTopic,
  insertTopic,
  listOpenTopics,
  reopenTopicOfRun,
  retakeTopicOfRun,
  type Topic,
} from '../src/db/topics.ts'

export type { Topic } from '../src/db/topics.ts'

const MIN_CHARS = 2
const MAX_CHARS = 200
const ASK_FOR_WORDS = 'Write the topic in a few words, for example: octopus hearts.'

export type NormalizedTopic = { kind: 'ok'; topic: string } | { kind: 'rejected'; reason: string }

/**
 * The one place where a topic from a person is cleaned: composed (NFC), without control, direction and invisible
 * characters, spaces folded, 2–200 characters. HTML, paths and instructions stay: views escape, prompts fence.
 */
export function normalizeTopic(text: string): NormalizedTopic {
  const topic = cleanText(text)
  const length = [...topic].length
  if (length === 0) return { kind: 'rejected', reason: `The topic is empty. ${ASK_FOR_WORDS}` }
  if (length > MAX_CHARS) {
    const reason = `A topic has at most ${MAX_CHARS} characters; this one has ${length.toLocaleString('en')}.`
    return { kind: 'rejected', reason }
  }
  if (length < MIN_CHARS || !/[\p{L}\p{N}]/u.test(topic)) {
    return { kind: 'rejected', reason: `"${topic}" is not a topic. ${ASK_FOR_WORDS}` }
  }
  return { kind: 'ok', topic }
}

function cleanText(text: string): string {
  return text
    .toWellFormed()
    .replace(/\s+/g, ' ')
    .replace(/[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\uFFFD]/gu, '')
    .replace(/ {2,}/g, ' ')
    .trim()
    .normalize('NFC')
}

export type AddedTopics = {
  added: Topic[]
  /** Open already, or twice in the text. */
  duplicates: string[]
  rejected: { text: string; reason: string }[]
}

/** One topic a line, or several on a line with ';' between them; marks of a pasted list are taken off, empty ones left out. */
export function splitTopics(text: string): string[] {
  const parts = text.split(/[\n\r;]+/).map((part) => part.replace(/^\s*(?:[-*•]|\d{1,3}[.)])\s+/, ''))
  return parts.filter((part) => cleanText(part) !== '')
}

/** Of a text with several, each counts by itself. */
export async function addTopics(
  db: Queryable,
  request: { brand: string; text: string; addedBy: number | null },
): Promise<AddedTopics> {
  const outcome: AddedTopics = { added: [], duplicates: [], rejected: [] }
  const filled = splitTopics(request.text)
  for (const part of filled.length > 0 ? filled : ['']) {
    const read = normalizeTopic(part)
    if (read.kind === 'rejected') {
      outcome.rejected.push({ text: shorten(cleanText(part)), reason: read.reason })
      continue
    }
    const topic = { brand: request.brand, text: read.topic, folded: foldCase(read.topic), addedBy: request.addedBy }
    const added = await insertTopic(db, topic)
    if (added) outcome.added.push(added)
    else outcome.duplicates.push(read.topic)
  }
  return outcome
}

/** Upper case first: ß and SS, ſ and S meet only there. */
function foldCase(topic: string): string {
  return topic.normalize('NFKC').toUpperCase().toLowerCase()
}

function shorten(text: string): string {
  const chars = [...text]
  return chars.length > 60 ? `${chars.slice(0, 60).join('')}…` : text
}

/** Open topics, the next one first; a topic's id is the number a person sees, so a list that moved on drops nothing else. */
export function listTopics(db: Queryable, brand: string): Promise<Topic[]> {
  return listOpenTopics(db, brand)
}

/** Null when there is no such open topic: already used, dropped, or another brand's. */
export async function dropTopic(db: Queryable, brand: string, id: number): Promise<Topic | null> {
  return Number.isSafeInteger(id) && id > 0 ? dropOpenTopic(db, brand, id) : null
}

export type DroppedTopics = { dropped: Topic[]; unknown: number[] }

export async function dropTopics(db: Queryable, brand: string, ids: readonly number[]): Promise<DroppedTopics> {
  const outcome: DroppedTopics = { dropped: [], unknown: [] }
  for (const id of new Set(ids)) {
    const topic = await dropTopic(db, brand, id)
    if (topic) outcome.dropped.push(topic)
    else outcome.unknown.push(id)
  }
  return outcome
}

export type TopicsWish =
  | { kind: 'list' }
  | { kind: 'add'; text: string }
  | { kind: 'drop'; ids: number[] }
  /** Which one is not clear. */
  | { kind: 'drop-what'; asked: string }

/** What stands behind /topics: "list", "add …", "drop 3, 4", or simply topics. A topic that begins like a verb needs "add". */
export function readTopicsWish(text: string): TopicsWish {
  const words = text.trim()
  const [, verb = '', rest = ''] = /^(add|list|show|drop|remove|delete)(?!\S)\s*([\s\S]*)$/i.exec(words) ?? []
  switch (verb.toLowerCase()) {
    case 'add':
      return rest === '' ? { kind: 'list' } : { kind: 'add', text: rest }
    case 'drop':
    case 'remove':
    case 'delete': {
      const numbers = rest.split(/[\s,;#.]+|\band\b/i).filter((word) => word !== '')
      const clear = numbers.length > 0 && numbers.every((word) => /^\d{1,15}$/.test(word))
      return clear ? { kind: 'drop', ids: numbers.map(Number) } : { kind: 'drop-what', asked: rest }
    }
    default:
      return words === '' || (verb !== '' && rest === '') ? { kind: 'list' } : { kind: 'add', text: words }
  }
}

/** In the transaction that stores the run, so that a crash neither loses a topic nor uses it twice. */
export function takeNextTopic(tx: Tx, brand: string, runId: string): Promise<Topic | null> {
  return claimOldestTopic(tx, brand, runId)
}

/** For a run that failed or was cancelled: its topic is open again at its old place. Null when there is none to return. */
export function returnTopic(tx: Tx, runId: string): Promise<Topic | null> {
  return reopenTopicOfRun(tx, runId)
}

/** For a failed run that is tried again. When its topic is somebody else's by now, it goes on with its own copy of the words. */
export function takeTopicBack(tx: Tx, runId: string): Promise<void> {
  return retakeTopicOfRun(tx, runId)
}

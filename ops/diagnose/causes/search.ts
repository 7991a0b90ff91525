import { COMPOSE, type Facts, isTroubled, namesOf, type Sibling } from '../facts.ts'

/** What several rules look for: words in the log, names of others, and how much a line is worth. */

/** `key` names the evidence line. */
export type Hit = { key: string; text: string; match: RegExpExecArray; index: number }

/** Lines of the log that match and are not excused, oldest first. */
export function searchLog({ target }: Facts, pattern: RegExp, excuse?: RegExp): Hit[] {
  return (target?.log?.lines ?? []).flatMap((text, index) => {
    const match = pattern.exec(text)
    return match && !excuse?.test(text) ? [{ key: `log:${index}`, text, match, index }] : []
  })
}

/** The same for what the health check printed. */
export function searchChecks({ target }: Facts, pattern: RegExp): Hit[] {
  return (target?.details?.check?.runs ?? []).flatMap(({ exitCode, output }, index) => {
    const match = exitCode === 0 ? null : pattern.exec(output)
    return match ? [{ key: `check:${index}`, text: output, match, index }] : []
  })
}

const RECOVERED =
  /\b(?:re-?connected|connected to|connection (?:restored|established)|recovered|succeeded|back online)\b/i
const RECENT_LINES = 25

/**
 * 0 to 1: what a line of the log says about the state now. The last words of one that ended are its cause; the same words in
 * one that works may be an old story.
 */
export function trustLog(facts: Facts, hits: readonly Hit[]): number {
  const { target, request } = facts
  const last = hits.at(-1)
  if (!target || !last) return 0
  const { container } = target
  const count = target.log?.lines.length ?? 0
  const isRecent = last.index >= count - RECENT_LINES
  if (isTroubled(container)) return isRecent ? 1 : 0.75
  if (container.state !== 'running') return isRecent ? 0.7 : 0.4
  if ((target.log?.lines ?? []).slice(last.index + 1).some((line) => RECOVERED.test(line))) return 0.3
  if (request.findings.some(({ subject }) => subject === container.name)) return isRecent ? 0.95 : 0.6
  const recent = hits.filter(({ index }) => index >= count - RECENT_LINES).length
  return recent >= 2 ? 0.75 : 0.4
}

/** The newest of each kind, oldest first: the same line three times says no more than once. */
export function keysOf(hits: readonly Pick<Hit, 'key' | 'text'>[], most = 3): string[] {
  const newest = new Map(hits.map(({ key, text }) => [kindOf(text), key]))
  return hits
    .map(({ key }) => key)
    .filter((key) => newest.values().some((one) => one === key))
    .slice(-most)
}

/** Times and counters differ where the line is the same. */
export const kindOf = (text: string) => text.replaceAll(/\d+/g, '0')

const ERROR =
  /\b(?:err(?:or)?|fatal|panic|exception|traceback|fail(?:ed|ure)?|cannot|can't|could not|unable|abort(?:ed)?)\b/i

/** Where nothing is known by name: the last lines that sound like an error, or simply the last. */
export function findLastWords(facts: Facts, most = 3): string[] {
  const errors = searchLog(facts, ERROR)
  if (errors.length > 0) return keysOf(errors, most)
  return keysOf(searchLog(facts, /./), most)
}

/** A name as it stands in a sentence: marked, so that it is shown as code, and without what could end the mark. */
export function quote(name: string): string {
  return `\`${name
    .replaceAll(/[`\s]+/g, ' ')
    .trim()
    .slice(0, 60)}\``
}

/** The one that is called so; of several, that of the same compose project. */
export function findSibling({ target, siblings }: Facts, name: string): Sibling | null {
  const wanted = name.toLowerCase()
  const found = siblings.filter(({ container }) => namesOf(container).includes(wanted))
  const project = target?.container.labels[COMPOSE.project]
  return found.find(({ container }) => container.labels[COMPOSE.project] === project) ?? found[0] ?? null
}

/** The first of the siblings whose name stands in the text as a word of its own. */
export function findNamedSibling(facts: Facts, text: string): Sibling | null {
  const words = new Set(text.toLowerCase().match(/[\w.-]+/g) ?? [])
  for (const word of words) {
    const name = word.replace(/[.-]+$/, '')
    const found = name.length >= 2 ? findSibling(facts, name) : null
    if (found) return found
  }
  return null
}

export const siblingKey = ({ container }: Sibling) => `sibling:${container.id}`

import { EVERY_DAY, isTooMany, mergeTimes, type SlotTime } from './times.ts'

/**
 * The times a person types: "18:30", "18:30 weekdays, 19:30 weekends", "mon,wed,fri 09:00 and 17:00", "off".
 * A text is pairs of times and days, in either order; times alone mean every day. What could mean two things is refused.
 */
export type HumanTimes = { kind: 'times'; times: SlotTime[] } | { kind: 'not-understood'; hint: string }

type Token = { kind: 'time'; time: string } | { kind: 'days'; days: readonly number[] }

const EXAMPLES = 'Write for example: 18:30 weekdays, 19:30 weekends · mon,wed,fri 09:00 · 18:30'
const MAX_CHARS = 500
const FILLERS = new Set(['', 'at', 'on', 'and', 'the', 'every', 'each'])
const DAY_GROUPS: Record<string, readonly number[]> = {
  day: EVERY_DAY,
  days: EVERY_DAY,
  daily: EVERY_DAY,
  everyday: EVERY_DAY,
  weekday: [1, 2, 3, 4, 5],
  weekdays: [1, 2, 3, 4, 5],
  weekend: [6, 7],
  weekends: [6, 7],
}
const DAY_NAMES = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']

export function parseHumanTimes(text: string): HumanTimes {
  if (text.length > MAX_CHARS) return refuse('That is too long for a schedule.')
  if (/^\s*off\s*$/i.test(text)) return { kind: 'times', times: [] }
  const tokens: Token[] = []
  const unread: string[] = []
  for (const word of splitWords(text)) {
    const token = readTime(word) ?? readDays(word)
    if (token) tokens.push(token)
    else unread.push(word)
  }
  if (unread.length > 0) return refuse(unread.every(isZoneWord) ? ABOUT_ZONES : nameUnread(unread))
  return pairTokens(tokens)
}

const ABOUT_ZONES =
  'All times are in one time zone, and it is not set here: TZ in the environment changes it. Send the times alone.'
const WORDS_NAMED = 8

function nameUnread(words: readonly string[]): string {
  const named = [...new Set(words)].map((word) => `“${[...word].slice(0, 40).join('')}”`)
  const more = named.length - WORDS_NAMED
  const shown = named.slice(0, WORDS_NAMED).join(', ')
  return `I cannot read ${more > 0 ? `${shown} and ${more} more` : shown}.`
}

const ZONE_ABBREVIATION =
  /^(?:tz|timezone|zone|(?:utc|gmt)(?:-\d{1,2})?|[ecmp][sd]t|wes?t|ces?t|ees?t|bst|ist|jst|msk)$/

/** Any part of a zone's name ("europe", "madrid"), or an abbreviation. Only asked of words that mean nothing else. */
function isZoneWord(word: string): boolean {
  return ZONE_ABBREVIATION.test(word) || zoneWords().has(word)
}

let knownZoneWords: ReadonlySet<string> | undefined

function zoneWords(): ReadonlySet<string> {
  knownZoneWords ??= new Set(Intl.supportedValuesOf('timeZone').flatMap((zone) => zone.toLowerCase().split('/')))
  return knownZoneWords
}

function splitWords(text: string): string[] {
  return text
    .toLowerCase()
    .replace(/\s*[-–—−]\s*|\s+(?:to|through)\s+/g, '-')
    .replace(/\b(utc|gmt)\s*\+\s*/g, '$1-')
    .replace(/(\d)\s+(am|pm)\b/g, '$1$2')
    .split(/[\s,;&+/]+/)
    .filter((word) => !FILLERS.has(word))
}

/** 18:30, 8:30, 18.30, 18h30, 6pm, 6:30pm. A bare number is not a time: it could be a day. */
function readTime(word: string): Token | null {
  const match = /^(\d{1,2})(?:[:.h](\d{2}))?(am|pm)?$/.exec(word)
  if (!match || (match[2] === undefined && match[3] === undefined)) return null
  const [hour, minute, half] = [Number(match[1]), Number(match[2] ?? 0), match[3]]
  if (minute > 59 || hour > 23 || (half && (hour < 1 || hour > 12))) return null
  const hours = half ? (hour % 12) + (half === 'pm' ? 12 : 0) : hour
  return { kind: 'time', time: `${String(hours).padStart(2, '0')}:${String(minute).padStart(2, '0')}` }
}

function readDays(word: string): Token | null {
  const group = Object.hasOwn(DAY_GROUPS, word) ? DAY_GROUPS[word] : undefined
  if (group) return { kind: 'days', days: group }
  const [first, last, ...rest] = word.split('-').map(readDay)
  if (first == null || last === null || rest.length > 0) return null
  if (last === undefined) return { kind: 'days', days: [first] }
  // A range may pass Sunday: fri-mon.
  const length = ((last - first + 7) % 7) + 1
  return { kind: 'days', days: Array.from({ length }, (_, index) => ((first - 1 + index) % 7) + 1) }
}

/** A name or its beginning of three letters or more, also in the plural; 1 for Monday. */
function readDay(word: string): number | null {
  const stem = word.replace(/\.$/, '').replace(/days$/, 'day')
  const index = DAY_NAMES.findIndex((name) => stem.length >= 3 && name.startsWith(stem))
  return index === -1 ? null : index + 1
}

function pairTokens(tokens: readonly Token[]): HumanTimes {
  const stretches: Token[][] = []
  for (const token of tokens) {
    const last = stretches.at(-1)
    if (last?.[0]?.kind === token.kind) last.push(token)
    else stretches.push([token])
  }
  if (!tokens.some((token) => token.kind === 'time')) return refuse('I see no time in that.')
  if (stretches.length === 1) return accept([{ times: timesOf(tokens), days: EVERY_DAY }])
  if (stretches.length % 2 === 1) return refuse('Say for each time which days it is for.')
  const pairs = []
  for (let index = 0; index < stretches.length; index += 2) {
    const both = [...(stretches[index] ?? []), ...(stretches[index + 1] ?? [])]
    pairs.push({ times: timesOf(both), days: both.flatMap((token) => (token.kind === 'days' ? token.days : [])) })
  }
  return accept(pairs)
}

function timesOf(tokens: readonly Token[]): string[] {
  return tokens.flatMap((token) => (token.kind === 'time' ? [token.time] : []))
}

function accept(pairs: readonly { times: string[]; days: readonly number[] }[]): HumanTimes {
  const times = mergeTimes(pairs.flatMap((pair) => pair.times.map((time) => ({ time, days: [...pair.days] }))))
  return isTooMany(times) ? refuse('At most 24 times a day are possible.') : { kind: 'times', times }
}

function refuse(problem: string): HumanTimes {
  return { kind: 'not-understood', hint: `${problem} ${EXAMPLES}` }
}

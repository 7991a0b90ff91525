import { slopePerDay } from './forecast.ts'
import { type Finding, RULES } from './rules.ts'
import { describeBytes, describeDays, describeSpan } from './words.ts'

/** Where things are going, as far as figures tell. Pure: what is wrong already is the rules' and the incidents' matter. */

export type ContainerPast = {
  name: string
  at: Date
  memoryBytes: number | null
  limitBytes: number | null
  restarts: number
}

/** One that is over; `resolvedAt` null is one that is not. */
export type PastIncident = {
  rootRule: string
  rootKey: string
  subject: string
  openedAt: Date
  resolvedAt: Date | null
}

export type Past = {
  at: Date
  /** Days until full, by mount. */
  fullInDays: ReadonlyMap<string, number>
  /** Oldest first. */
  containers: readonly ContainerPast[]
  /** Of the last day. */
  incidents: readonly PastIncident[]
}

const TREND_LIMITS = {
  /** Time to act on a working day, also after a weekend. */
  diskDays: 3,
  /** By then it will have reached its limit. */
  memoryHours: 24,
  /** Below this share of the limit it may still be warming up. */
  memoryFromPercent: 60,
  memoryMinPoints: 9,
  /** More often than a person restarts something by hand, less often than the rules speak up. */
  restarts: 2,
  /** An incident that comes back is told each time, but not that it keeps coming back. */
  incidents: 3,
} as const

const DAY_MS = 86_400_000
const PER_DAY_TO_HOURS = 24

/** As findings, since they are shown, muted and diagnosed like them. The most pressing first. */
export function findTrends(past: Past): Finding[] {
  const open = past.incidents.filter(({ resolvedAt }) => resolvedAt === null)
  const isOpen = (subject: string) => open.some((incident) => incident.subject === subject)
  const byName = Map.groupBy(past.containers, ({ name }) => name)
  return [
    ...[...past.fullInDays].flatMap(([mount, days]) => (isOpen(mount) ? [] : findFilling(past, mount, days))),
    ...[...byName].flatMap(([name, points]) => (isOpen(name) ? [] : findGrowing(past, name, points))),
    ...[...byName].flatMap(([name, points]) => findRestarting(past, name, points)),
    ...findRecurring(past),
  ]
}

function trend(at: Date, parts: Pick<Finding, 'rule' | 'subject' | 'words' | 'value'>): Finding {
  return { severity: 'warning', since: at, ...parts }
}

function findFilling({ at }: Past, mount: string, days: number): Finding[] {
  if (days > TREND_LIMITS.diskDays) return []
  return [trend(at, { rule: 'disk', subject: mount, words: `Disk {} will be full ${describeDays(days)}`, value: days })]
}

/** Growing all the time, and soon at its limit: a saw-tooth that falls back is how some programs breathe. */
function findGrowing({ at }: Past, name: string, all: readonly ContainerPast[]): Finding[] {
  const points = sinceRestart(all).flatMap(({ at, memoryBytes }) =>
    memoryBytes === null ? [] : [{ at, usedBytes: memoryBytes }],
  )
  const limitBytes = all.at(-1)?.limitBytes ?? null
  const now = points.at(-1)
  const first = points[0]
  if (!now || !first || limitBytes === null || points.length < TREND_LIMITS.memoryMinPoints) return []
  if ((now.usedBytes * 100) / limitBytes < TREND_LIMITS.memoryFromPercent || !risesThroughout(points)) return []
  const perDay = slopePerDay(points, first.at.getTime())
  const hours = ((limitBytes - now.usedBytes) / perDay) * PER_DAY_TO_HOURS
  if (!(hours <= TREND_LIMITS.memoryHours)) return []
  const share = `${describeBytes(now.usedBytes)} of ${describeBytes(limitBytes)}`
  const when = hours < 1 ? 'within the hour' : `in about ${Math.round(hours)} h`
  const words = `Memory of {} only grows (${share}) and reaches its limit ${when}`
  return [trend(at, { rule: 'container-memory', subject: name, words, value: Math.round(hours * 10) / 10 })]
}

/** What came before the last restart is another life. */
function sinceRestart(points: readonly ContainerPast[]): readonly ContainerPast[] {
  const last = points.findLastIndex(({ restarts }, index) => restarts !== (points[index - 1]?.restarts ?? restarts))
  return last === -1 ? points : points.slice(last)
}

function risesThroughout(points: readonly { usedBytes: number }[]): boolean {
  const third = Math.floor(points.length / 3)
  const mean = (part: typeof points) => part.reduce((sum, { usedBytes }) => sum + usedBytes, 0) / part.length
  const [early, middle, late] = [points.slice(0, third), points.slice(third, -third), points.slice(-third)]
  return mean(early) < mean(middle) && mean(middle) < mean(late)
}

/** Told already when there was an incident about it. */
function findRestarting({ at, incidents }: Past, name: string, points: readonly ContainerPast[]): Finding[] {
  const [first] = points
  const last = points.at(-1)
  if (!first || !last || incidents.some(({ subject }) => subject === name)) return []
  const times = last.restarts - first.restarts
  if (times < TREND_LIMITS.restarts) return []
  const span = describeSpan((last.at.getTime() - first.at.getTime()) / 1000)
  const words = `Container {} was restarted ${times} times in ${span}, and came up each time`
  return [trend(at, { rule: 'container-restarts', subject: name, words, value: times })]
}

function findRecurring({ at, incidents }: Past): Finding[] {
  const ofDay = incidents.filter(({ openedAt }) => at.getTime() - openedAt.getTime() < DAY_MS)
  return [...Map.groupBy(ofDay, ({ rootKey }) => rootKey).values()].flatMap((all) => {
    const [newest] = all.toSorted((a, b) => b.openedAt.getTime() - a.openedAt.getTime())
    const rule = RULES.find((known) => known === newest?.rootRule)
    if (!newest || !rule || all.length < TREND_LIMITS.incidents || all.some(({ resolvedAt }) => resolvedAt === null)) {
      return []
    }
    const what = newest.subject === '' ? 'The same trouble' : '{}'
    const words = `${what} had ${all.length} incidents in 24 h: it keeps coming back`
    return [trend(at, { rule, subject: newest.subject, words, value: all.length })]
  })
}

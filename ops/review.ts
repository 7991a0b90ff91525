import type { Clock } from '../src/clock.ts'
import { listPastIncidents } from '../src/db/incidents.ts'
import { listMutes } from '../src/db/mutes.ts'
import {
  claimReview,
  type HintKey,
  listContainerPoints,
  listHintsToldAfter,
  pruneReviews,
  takeHint,
} from '../src/db/review.ts'
import { listHourlyDisks } from '../src/db/samples.ts'
import type { FindDocker } from '../src/docker/open-docker.ts'
import type { Database, Queryable, Tx } from '../src/transaction.ts'
import type { Diagnoser, Diagnosis, Subject } from './diagnose/types.ts'
import { forecastFullDays } from './forecast.ts'
import type { Finding } from './rules.ts'
import { readFindings } from './samples.ts'
import { findTrends } from './trends.ts'

/**
 * Once an hour: what will be trouble, before it is. What is wrong already is told as an incident; what was told here is not
 * told again for a day. An hour in which nothing is new costs no call of a model and says nothing.
 */

export type Review = {
  /** What is new, the most pressing first; never empty. */
  trends: Finding[]
  /** Of the first of them. */
  diagnosis: Diagnosis
}

export type Reviews = {
  /** Whether this hour is still to be looked at; then it is this process that does. */
  claim(): Promise<boolean>
  /** Null when there is nothing to say. @throws Failure cancelled, or database */
  look(signal: AbortSignal): Promise<Review | null>
  /** In the transaction of the message: those that nobody has told meanwhile. */
  take(tx: Tx, trends: readonly Finding[]): Promise<Finding[]>
}

export type ReviewDeps = {
  db: Pick<Database, 'pool'>
  clock: Clock
  diagnosis: Pick<Diagnoser, 'byRules' | 'byModel'>
  findDocker: FindDocker
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** Long enough for a direction, short enough for what changed today. */
const PAST_MS = 6 * HOUR_MS
/** As for the forecast of /health. */
const DISK_PAST_MS = 7 * DAY_MS
const KEPT_MS = 30 * DAY_MS
const MAX_INCIDENTS = 200

const QUESTION =
  'Nothing of this is an incident yet. Where does it come from, and what should be done before it becomes one?'

export function createReviews(deps: ReviewDeps): Reviews {
  const { clock, db } = deps
  const before = (ms: number) => new Date(clock.now().getTime() - ms)
  let lastHour = 0
  return {
    claim: async () => {
      const now = clock.now()
      const hour = Math.floor(now.getTime() / HOUR_MS)
      // Asked with every tick, and known for the rest of the hour.
      if (hour === lastHour) return false
      const isMine = await claimReview(db.pool, new Date(hour * HOUR_MS), now)
      lastHour = hour
      if (isMine) await pruneReviews(db.pool, before(KEPT_MS))
      return isMine
    },
    look: async (signal) => {
      const trends = await findNewTrends(deps, before)
      const [first] = trends
      if (!first) return null
      const request = { subject: await subjectOf(deps, first, signal), findings: trends, question: QUESTION }
      const rules = await deps.diagnosis.byRules(request, signal)
      return { trends, diagnosis: (await deps.diagnosis.byModel(request, rules, signal)) ?? rules }
    },
    take: async (tx, trends) => {
      const fresh: Finding[] = []
      for (const trend of trends) if (await takeHint(tx, trend, clock.now(), before(DAY_MS))) fresh.push(trend)
      return fresh
    },
  }
}

/** From what is stored alone: the probes have looked less than a minute ago. */
async function findNewTrends({ db, clock }: ReviewDeps, before: (ms: number) => Date): Promise<Finding[]> {
  const [findings, fullInDays, containers, incidents, told, mutes] = await Promise.all([
    readFindings(db.pool, clock.now()),
    forecastDisks(db.pool, before(DISK_PAST_MS)),
    listContainerPoints(db.pool, before(PAST_MS)),
    listPastIncidents(db.pool, MAX_INCIDENTS),
    listHintsToldAfter(db.pool, before(DAY_MS)),
    listMutes(db.pool, clock.now()),
  ])
  const dayAgo = before(DAY_MS)
  const recent = incidents.filter(
    ({ openedAt, resolvedAt, ending }) => ending !== 'muted' && (resolvedAt === null || openedAt > dayAgo),
  )
  const muted = mutes.flatMap(({ kind, rule, subject }) =>
    kind === 'mute' && rule !== null ? [{ rule, subject }] : [],
  )
  const known: HintKey[] = [...told, ...findings, ...muted]
  return findTrends({ at: clock.now(), fullInDays, containers, incidents: recent }).filter(
    (trend) => !known.some(({ rule, subject }) => rule === trend.rule && subject === trend.subject),
  )
}

async function forecastDisks(db: Queryable, after: Date): Promise<Map<string, number>> {
  const rows = await listHourlyDisks(db, after)
  const newest = rows.at(-1)
  const forecasts = Object.entries(newest?.disks ?? {}).flatMap(([mount, { free }]): [string, number][] => {
    const points = rows.flatMap(({ minute, disks }) => {
      const then = disks[mount]
      return then ? [{ at: minute, usedBytes: then.used }] : []
    })
    const days = forecastFullDays(points, free)
    return days === null ? [] : [[mount, days]]
  })
  return new Map(forecasts)
}

/** The container of that name, when there is one now. */
async function subjectOf(
  { findDocker }: ReviewDeps,
  { rule, subject }: Finding,
  signal: AbortSignal,
): Promise<Subject> {
  if (!rule.startsWith('container-')) return { kind: 'machine' }
  const state = await findDocker()
  const containers = state.kind === 'ready' ? await state.docker.list(signal).catch(() => []) : []
  const found = containers.find(({ name }) => name === subject)
  return found ? { kind: 'container', name: found.name, containerId: found.id } : { kind: 'machine' }
}

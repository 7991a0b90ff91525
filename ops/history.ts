import type { Clock } from '../src/clock.ts'
import { pruneDaily } from '../src/db/daily-slots.ts'
import { insertStart, pruneHistory, type Version, wasAtWork } from '../src/db/history.ts'
import { pruneSamples, rollUpHours } from '../src/db/hours.ts'
import type { Database } from '../src/transaction.ts'
import type { WorkerPool } from '../src/worker-pool.ts'
import { type ChartStyle, makeCharts, pruneCharts, type Span } from './charts/index.ts'
import { type Compared, type ComparedWith, compare } from './compare.ts'
import type { Health } from './health.ts'
import { makeReport, type Report, type ReportDeps, type ReportKind } from './report.ts'

/** What the record tells: pictures, comparisons, reports. */

export type History = {
  /** At each start of the bot. */
  noteStart(): Promise<void>
  /** Files of pictures; [] while there is no sample. @throws Failure cancelled | no_space | not_writable */
  draw(wish: { spans: readonly Span[]; style: ChartStyle }, signal: AbortSignal): Promise<string[]>
  compare(wish: ComparedWith): Promise<Compared>
  report(kind: ReportKind): Promise<Report>
  /**
   * Whether what the clock calls yesterday is in the record. A machine without a battery for its clock may start in a wrong
   * year, and by that nothing is thrown away. After a longer break this takes a day.
   */
  knowsYesterday(): Promise<boolean>
  /** Once a day: minutes become hours, and what is long past goes. */
  keep(): Promise<void>
}

export type HistoryDeps = {
  db: Database
  clock: Clock
  threads: WorkerPool
  dataDir: string
  timeZone: string
  version: Version
  health: Health
  incidents: ReportDeps['incidents']
  findBackup: ReportDeps['findBackup']
}

const DAY_MS = 86_400_000
/** As the product promises: 90 days in full, a year in hourly means. */
const MINUTES_DAYS = 90
const HOURS_DAYS = 366

export function createHistory(deps: HistoryDeps): History {
  const { db, clock, version, health } = deps
  const before = (days: number) => new Date(clock.now().getTime() - days * DAY_MS)
  return {
    noteStart: () => insertStart(db.pool, clock.now(), version),
    draw: (wish, signal) => makeCharts({ ...deps, pool: deps.threads }, wish, signal),
    compare: async (wish) => compare(db.pool, { report: await health.look(), version, wish }),
    report: (kind) => makeReport(deps, kind),
    knowsYesterday: () => wasAtWork(db.pool, before(2), before(1)),
    keep: async () => {
      await rollUpHours(db.pool, clock.now())
      await pruneSamples(db.pool, { minutesAfter: before(MINUTES_DAYS), hoursAfter: before(HOURS_DAYS) })
      await pruneHistory(db.pool, before(HOURS_DAYS))
      await pruneDaily(db.pool, before(HOURS_DAYS))
      await pruneCharts(deps, clock.now())
    },
  }
}

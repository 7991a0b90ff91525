import type { Clock } from '../src/clock.ts'
import { findLastDaily } from '../src/db/daily-slots.ts'
import { type Period, readPeriod } from '../src/db/moments.ts'
import type { Queryable } from '../src/transaction.ts'
import type { FoundBackup } from './backups/index.ts'
import type { Health, HealthReport } from './health.ts'
import type { Incident, Incidents } from './incidents/index.ts'

/** What somebody should know of a day or a week. */

export type ReportKind = 'daily' | 'weekly'

export type Report = {
  kind: ReportKind
  at: Date
  from: Date
  health: HealthReport
  /** Over since `from`, the newest first; what belonged to another one is told with that. */
  resolved: Incident[]
  period: Period
  /** The stretch of the same length before that, to compare with; null when there was hardly anything. */
  before: Period | null
  backup: { newest: FoundBackup | null /** Why the last nightly one failed. */; failure: string | null }
}

export type ReportDeps = {
  db: { pool: Queryable }
  clock: Clock
  health: Pick<Health, 'look'>
  incidents: Pick<Incidents, 'listPast'>
  findBackup: () => Promise<FoundBackup | null>
}

const DAY_MS = 86_400_000
const LENGTH_MS = { daily: DAY_MS, weekly: 7 * DAY_MS }
/** More than these happen in a week only when something is badly wrong; the rest is counted. */
const MAX_INCIDENTS = 200
/** Less than half of the stretch is not worth comparing with. */
const MIN_SHARE = 0.5

export async function makeReport(deps: ReportDeps, kind: ReportKind): Promise<Report> {
  const { pool } = deps.db
  const at = deps.clock.now()
  const from = new Date(at.getTime() - LENGTH_MS[kind])
  const health = await deps.health.look()
  const past = await deps.incidents.listPast(pool, MAX_INCIDENTS)
  const earlier = await readPeriod(pool, new Date(from.getTime() - LENGTH_MS[kind]), from)
  const nightly = await findLastDaily(pool, 'backup')
  return {
    kind,
    at,
    from,
    health,
    resolved: past.filter(
      ({ resolvedAt, ending }) => ending === 'recovered' && resolvedAt !== null && resolvedAt >= from,
    ),
    period: await readPeriod(pool, from, at),
    before: earlier.minutes * 60_000 >= MIN_SHARE * LENGTH_MS[kind] ? earlier : null,
    backup: {
      newest: await deps.findBackup().catch(() => null),
      failure: nightly?.status === 'failed' ? nightly.note : null,
    },
  }
}

/** Nothing is wrong, nothing was, and nothing is missing from the picture. */
export function isNominal({ health, resolved, period, backup }: Report): boolean {
  return health.findings.length === 0 && resolved.length === 0 && period.failed === 0 && backup.failure === null
}

import type { Clock } from '../src/clock.ts'
import { findLastDaily } from '../src/db/daily-slots.ts'
import { findBeginning } from '../src/db/history.ts'
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
  /** When the bot was started for the first time, if that was later than `from`. */
  begunAt: Date | null
  health: HealthReport
  /** The worst first. One is over only when all has been well for a while, so these may say more than the look just now. */
  open: Incident[]
  /** Over since `from`, what was over last first; what belonged to another one is told with that. */
  resolved: Incident[]
  period: Period
  /** The stretch of the same length before that, to compare with; null when there was hardly anything. */
  before: Period | null
  /** Of a week: its last day, so that nothing is missing that a report of the day says. */
  day: Stretch | null
  backup: { newest: FoundBackup | null /** Why the last nightly one failed. */; failure: string | null }
}

export type Stretch = Pick<Report, 'from' | 'period' | 'before'>

export type ReportDeps = {
  db: { pool: Queryable }
  clock: Clock
  health: Pick<Health, 'look'>
  incidents: Pick<Incidents, 'listOpen' | 'listPast'>
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
  const stretch = await readStretch(pool, at, kind)
  const health = await deps.health.look()
  const past = await deps.incidents.listPast(pool, MAX_INCIDENTS)
  const nightly = await findLastDaily(pool, 'backup')
  const begunAt = await findBeginning(pool)
  return {
    ...stretch,
    kind,
    at,
    begunAt: begunAt && begunAt > stretch.from ? begunAt : null,
    health,
    open: await deps.incidents.listOpen(pool),
    resolved: past.filter((incident) => hasRecoveredSince(incident, stretch.from)).toSorted(byEnd),
    day: kind === 'weekly' ? await readStretch(pool, at, 'daily') : null,
    backup: {
      newest: await deps.findBackup().catch(() => null),
      failure: nightly?.status === 'failed' ? nightly.note : null,
    },
  }
}

async function readStretch(pool: Queryable, at: Date, kind: ReportKind): Promise<Stretch> {
  const from = new Date(at.getTime() - LENGTH_MS[kind])
  const earlier = await readPeriod(pool, new Date(from.getTime() - LENGTH_MS[kind]), from)
  return {
    from,
    period: await readPeriod(pool, from, at),
    before: earlier.minutes * 60_000 >= MIN_SHARE * LENGTH_MS[kind] ? earlier : null,
  }
}

function hasRecoveredSince({ ending, resolvedAt }: Incident, from: Date): boolean {
  return ending === 'recovered' && resolvedAt !== null && resolvedAt >= from
}

const byEnd = (a: Incident, b: Incident) => (b.resolvedAt?.getTime() ?? 0) - (a.resolvedAt?.getTime() ?? 0)

/** Those that the look just now says nothing of. */
export function listUnseen({ open, health }: Pick<Report, 'open' | 'health'>): Incident[] {
  const isSeen = ({ rule, subject }: Incident['members'][number]) =>
    health.findings.some((finding) => finding.rule === rule && finding.subject === subject)
  return open.filter(({ members }) => !members.some(isSeen))
}

/** Nothing is wrong, nothing was, and nothing is missing from the picture. */
export function isNominal({ health, open, resolved, period, backup }: Report): boolean {
  return health.findings.length + open.length + resolved.length + period.failed === 0 && backup.failure === null
}

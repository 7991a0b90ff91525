import { listOpenIncidents } from '../src/db/incidents.ts'
import { listMutes } from '../src/db/mutes.ts'
import type { Log } from '../src/log.ts'
import { annotateFindings } from './incidents/annotate.ts'
import { readIncident } from './incidents/rows.ts'
import type { Incident, Mute } from './incidents/types.ts'
import { type Finding, judge } from './rules.ts'
import { forecastDisks, readFindings, storeSample } from './samples.ts'
import type { Patience } from './snapshot/figures.ts'
import { createProbe, ok } from './snapshot/reading.ts'
import { createSnapshots, type Snapshot, type SnapshotDeps } from './snapshot/snapshot.ts'

/** How everything is, for whoever asks; and once a minute for the record. */

export type HealthReport = {
  snapshot: Snapshot
  /** The worst first; what is muted comes last. */
  findings: Finding[]
  /** Days until full, by mount. */
  fullInDays: ReadonlyMap<string, number>
}

export type Health = {
  /** Answers within 2 s, whatever hangs. Never throws. */
  look(): Promise<HealthReport>
  /** How it is, without what costs more and without the past. `patience`: with a busy Docker. Never throws. */
  glance(patience: Patience): Promise<Snapshot>
  /** The same, stored as the sample of this minute. Never throws. */
  sample(patience?: Patience): Promise<Snapshot>
}

export type HealthDeps = SnapshotDeps & { log: Log }

/** The past is a help, not the answer. Together with the probes it stays within 2 s. */
const PAST_LIMIT_MS = 400

export function createHealth(deps: HealthDeps): Health {
  const snapshots = createSnapshots(deps)
  let failing = false
  const glance = (patience: Patience) => snapshots.take(patience === 'long' ? 'patient' : 'quick')
  const sample = async (patience: Patience = 'long') => {
    const snapshot = await glance(patience)
    if (deps.database.kind !== 'ok') return snapshot
    try {
      await snapshots.mark()
      await storeSample(deps.database.value.db.pool, snapshot)
      failing = false
    } catch (err) {
      // Once, not every minute: what is wrong with the database is said elsewhere.
      if (!failing) deps.log.warn({ err }, 'sample not stored')
      failing = true
    }
    return snapshot
  }
  return { look: () => look(deps, snapshots), glance, sample }
}

async function look(deps: HealthDeps, snapshots: ReturnType<typeof createSnapshots>): Promise<HealthReport> {
  const snapshot = await snapshots.take('thorough')
  const past = await createProbe(PAST_LIMIT_MS, async () => ok(await readPast(deps, snapshot)))()
  if (past.kind === 'failed') deps.log.info({ why: past.why }, 'health is told without the past')
  const { earlier, fullInDays, open, mutes } = past.kind === 'ok' ? past.value : NO_PAST
  return { snapshot, findings: annotateFindings(judge(snapshot, earlier), open, mutes), fullInDays }
}

type Past = {
  earlier: Finding[]
  fullInDays: ReadonlyMap<string, number>
  open: readonly Incident[]
  mutes: readonly Mute[]
}
const NO_PAST: Past = { earlier: [], fullInDays: new Map(), open: [], mutes: [] }

async function readPast({ database }: HealthDeps, snapshot: Snapshot): Promise<Past> {
  // A database that did not answer the probe is not asked again.
  if (database.kind !== 'ok' || snapshot.database.kind !== 'ok') return NO_PAST
  const { pool } = database.value.db
  const earlier = await readFindings(pool, snapshot.takenAt)
  const open = (await listOpenIncidents(pool)).map(readIncident)
  const mutes = await listMutes(pool, snapshot.takenAt)
  return { earlier, fullInDays: await forecastDisks(pool, snapshot), open, mutes }
}

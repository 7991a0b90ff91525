import { toStorableJson } from '../messaging/storable.ts'
import type { Queryable, Tx } from './pool.ts'

/** Finished steps of a run's revision, and results worth money by what shaped them. */

export type StepKey = { runId: string; revision: number; name: string }

export async function findStep(db: Queryable, key: StepKey): Promise<{ result: unknown } | null> {
  const { rows } = await db.query<{ result: unknown }>(
    'select result from step where run_id = $1 and revision = $2 and name = $3',
    [key.runId, key.revision, key.name],
  )
  return rows[0] ?? null
}

/** Stores a result unless there is one. Returns the one that counts: a second process never replaces the first one's. */
export async function saveStep(db: Queryable, key: StepKey, result: unknown, startedAt: Date): Promise<unknown> {
  const { rows } = await db.query<{ result: unknown }>(
    // The update changes nothing: it is there so that the earlier row is returned.
    `insert into step (run_id, revision, name, result, started_at) values ($1, $2, $3, $4, $5)
     on conflict (run_id, revision, name) do update set name = excluded.name returning result`,
    [key.runId, key.revision, key.name, toStorableJson(result), startedAt],
  )
  return rows[0]?.result
}

/** Puts a result in the place of one whose files are gone or changed. */
export async function replaceStep(db: Queryable, key: StepKey, result: unknown, startedAt: Date): Promise<unknown> {
  const { rows } = await db.query<{ result: unknown }>(
    `insert into step (run_id, revision, name, result, started_at) values ($1, $2, $3, $4, $5)
     on conflict (run_id, revision, name) do update
       set result = excluded.result, started_at = excluded.started_at, finished_at = now()
     returning result`,
    [key.runId, key.revision, key.name, toStorableJson(result), startedAt],
  )
  return rows[0]?.result
}

/** Carries the named results over to another revision; a name may end in '*'. */
export async function carryStepsOver(
  tx: Tx,
  runId: string,
  revisions: { from: number; to: number },
  names: readonly string[],
): Promise<void> {
  await tx.query(
    `insert into step (run_id, revision, name, result, started_at, finished_at)
     select run_id, $4, name, result, started_at, finished_at from step
     where run_id = $1 and revision = $2 and name like any ($3)`,
    [runId, revisions.from, names.map(toLikePattern), revisions.to],
  )
}

/** Forgets the named results of a revision; a name may end in '*'. What was paid for stays among the paid results. */
export async function dropSteps(
  tx: Tx,
  run: { runId: string; revision: number },
  names: readonly string[],
): Promise<void> {
  await tx.query('delete from step where run_id = $1 and revision = $2 and name like any ($3)', [
    run.runId,
    run.revision,
    names.map(toLikePattern),
  ])
}

function toLikePattern(name: string): string {
  return name.replaceAll('_', '\\_').replace('*', '%')
}

export async function findPaidResult(db: Queryable, key: string): Promise<unknown> {
  const { rows } = await db.query<{ value: unknown }>('select value from paid_result where key = $1', [key])
  return rows[0]?.value
}

export async function savePaidResult(db: Queryable, key: string, value: unknown): Promise<void> {
  await db.query(
    'insert into paid_result (key, value) values ($1, $2) on conflict (key) do update set value = excluded.value',
    [key, toStorableJson(value)],
  )
}

export async function prunePaidResults(db: Queryable, olderThan: Date): Promise<void> {
  await db.query('delete from paid_result where created_at < $1', [olderThan])
}

/** What the hooks of these runs say, by run: of each the newest version that has words. */
export async function listHookTitles(db: Queryable, runIds: readonly string[]): Promise<Map<string, string>> {
  const { rows } = await db.query<{ runId: string; title: string | null }>(
    `select distinct on (run_id) run_id as "runId", result #>> '{draft,hook,title}' as title from step
     where run_id = any ($1::uuid[]) and name = 'draft' order by run_id, revision desc`,
    [runIds],
  )
  return new Map(rows.flatMap(({ runId, title }) => (title ? [[runId, title] as const] : [])))
}

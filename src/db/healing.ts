import type { Queryable, Tx } from './pool.ts'

/** What healing has done and where it has given up. Counted in the database, so that a restart of the bot forgets nothing. */

export type Healing = { containerName: string; claimedAt: Date; finishedAt: Date | null }

/** Restarts by healing since the moment, the newest first. */
export async function listHealings(db: Queryable, since: Date): Promise<Healing[]> {
  const { rows } = await db.query<Healing>(
    `select container_name as "containerName", claimed_at as "claimedAt", finished_at as "finishedAt"
     from action_proposal where actor_kind = 'healing' and kind = 'restart' and claimed_at > $1 order by claimed_at desc`,
    [since],
  )
  return rows
}

/**
 * The newest action on the container that a person has confirmed, or wished before; by name, since a new one of the same
 * name is the same thing to them.
 */
export async function findLastOnPurpose(
  db: Queryable,
  containerName: string,
): Promise<{ kind: string; at: Date } | null> {
  const { rows } = await db.query<{ kind: string; at: Date }>(
    `select kind, claimed_at as at from action_proposal
     where container_name = $1 and claimed_at is not null and (outcome->>'kind') is distinct from 'refused'
       and (claimed_by is not null or kind = 'start')
     order by claimed_at desc limit 1`,
    [containerName],
  )
  return rows[0] ?? null
}

export type HealingCall = { containerId: string; containerName: string; calledAt: Date; wellSince: Date | null }

export async function listCalls(db: Queryable): Promise<HealingCall[]> {
  const { rows } = await db.query<HealingCall>(
    `select container_id as "containerId", container_name as "containerName", called_at as "calledAt",
       well_since as "wellSince" from healing_call order by called_at`,
  )
  return rows
}

/** False when a person was called for it already. */
export async function insertCall(
  tx: Tx,
  call: { containerId: string; containerName: string; calledAt: Date },
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into healing_call (container_id, container_name, called_at) values ($1, $2, $3)
     on conflict (container_id) do nothing`,
    [call.containerId, call.containerName, call.calledAt],
  )
  return rowCount === 1
}

export async function noteWell(db: Queryable, containerId: string, since: Date | null): Promise<void> {
  await db.query('update healing_call set well_since = $2 where container_id = $1', [containerId, since])
}

/** `containerId` null: all of them. */
export async function deleteCalls(db: Queryable, containerId: string | null): Promise<void> {
  await db.query('delete from healing_call where $1::text is null or container_id = $1', [containerId])
}

import type { Queryable, Tx } from './pool.ts'

/** Containers that were offered for stopping while memory was short. */

export type Relief = {
  id: number
  containerId: string
  containerName: string
  stopId: string
  openedAt: Date
  /** The person wants it started again by itself. */
  startAgain: boolean
}

const COLUMNS = `id, container_id as "containerId", container_name as "containerName", stop_id as "stopId",
  opened_at as "openedAt", start_again as "startAgain"`

export async function insertRelief(
  tx: Tx,
  relief: Pick<Relief, 'containerId' | 'containerName' | 'stopId' | 'openedAt'>,
): Promise<void> {
  await tx.query(
    'insert into memory_relief (container_id, container_name, stop_id, opened_at) values ($1, $2, $3, $4)',
    [relief.containerId, relief.containerName, relief.stopId, relief.openedAt],
  )
}

export async function listOpenReliefs(db: Queryable): Promise<Relief[]> {
  const { rows } = await db.query<Relief>(`select ${COLUMNS} from memory_relief where closed_at is null order by id`)
  return rows
}

/** Names that were offered since the moment, whatever became of it. */
export async function listOfferedSince(db: Queryable, since: Date): Promise<{ containerId: string; openedAt: Date }[]> {
  const { rows } = await db.query<{ containerId: string; openedAt: Date }>(
    `select container_id as "containerId", opened_at as "openedAt" from memory_relief where opened_at > $1`,
    [since],
  )
  return rows
}

/** What a tap on the card has chosen. */
export async function noteStartAgain(tx: Tx, stopId: string): Promise<void> {
  await tx.query('update memory_relief set start_again = true where stop_id = $1 and closed_at is null', [stopId])
}

/** `startId`: the proposal that starts it again. */
export async function closeRelief(db: Queryable, id: number, now: Date, startId: string | null): Promise<void> {
  await db.query('update memory_relief set closed_at = $2, start_id = $3 where id = $1', [id, now, startId])
}

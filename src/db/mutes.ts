import type { Queryable, Tx } from './pool.ts'

/** What people do not want to hear of. */

export type MuteRow = {
  id: number
  kind: 'mute' | 'snooze' | 'ignore'
  rootKey: string | null
  rule: string | null
  subject: string
  severity: 'warning' | 'critical' | null
  pattern: string | null
  until: Date | null
  createdAt: Date
  createdByName: string
}

export type NewMute = Omit<MuteRow, 'id' | 'createdByName'> & { createdBy: { id: number; name: string } }

const COLUMNS = `id, kind, root_key as "rootKey", rule, subject, severity, pattern, until,
  created_at as "createdAt", created_by_name as "createdByName"`

export async function insertMute(tx: Tx, mute: NewMute): Promise<MuteRow> {
  const { kind, rootKey, rule, subject, severity, pattern, until, createdAt, createdBy } = mute
  const { rows } = await tx.query<MuteRow>(
    `insert into incident_mute (kind, root_key, rule, subject, severity, pattern, until, created_at, created_by, created_by_name)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) returning ${COLUMNS}`,
    [kind, rootKey, rule, subject, severity, pattern, until, createdAt, createdBy.id, createdBy.name],
  )
  return rows[0] as MuteRow
}

/** What holds at this time, the oldest first. */
export async function listMutes(db: Queryable, now: Date): Promise<MuteRow[]> {
  const { rows } = await db.query<MuteRow>(
    `select ${COLUMNS} from incident_mute where lifted_at is null and (until is null or until > $1) order by id`,
    [now],
  )
  return rows
}

/** Null when it was lifted before. */
export async function liftMute(tx: Tx, id: number, by: { userId: number; at: Date }): Promise<MuteRow | null> {
  const { rows } = await tx.query<MuteRow>(
    `update incident_mute set lifted_at = $2, lifted_by = $3 where id = $1 and lifted_at is null returning ${COLUMNS}`,
    [id, by.at, by.userId],
  )
  return rows[0] ?? null
}

/** A newer snooze of the same cause takes the place of an older one. */
export async function liftSnoozesOf(tx: Tx, rootKey: string, by: { userId: number; at: Date }): Promise<void> {
  await tx.query(
    `update incident_mute set lifted_at = $2, lifted_by = $3 where kind = 'snooze' and root_key = $1 and lifted_at is null`,
    [rootKey, by.at, by.userId],
  )
}

/** Lines that nobody wants to hear of: container name and pattern; `*` in a pattern stands for anything. */
export async function listIgnoredLines(db: Queryable): Promise<{ subject: string; pattern: string }[]> {
  const { rows } = await db.query<{ subject: string; pattern: string }>(
    `select subject, pattern from incident_mute where kind = 'ignore' and lifted_at is null order by id`,
  )
  return rows
}

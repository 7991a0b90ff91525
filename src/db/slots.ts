import type { Queryable, Tx } from './pool.ts'

/** A moment of a brand's schedule, named by the wall clock: date YYYY-MM-DD and time HH:MM in the brand's zone. */
export type Slot = { brand: string; localDate: string; localTime: string; dueAt: Date }

export type SlotFate = { status: 'run' | 'missed' | 'skipped'; runId?: string | undefined; note?: string | undefined }

type SlotRow = { local_date: string; local_time: string; due_at: Date }

/** Which of the moments nobody has claimed yet. */
export async function listUnclaimedSlots(db: Queryable, brand: string, slots: readonly Slot[]): Promise<Slot[]> {
  if (slots.length === 0) return []
  const { rows } = await db.query<Omit<SlotRow, 'due_at'>>(
    'select local_date::text, local_time from slot where brand = $1 and local_date >= $2::date',
    [brand, slots.map((slot) => slot.localDate).sort()[0]],
  )
  const claimed = new Set(rows.map((row) => `${row.local_date} ${row.local_time}`))
  return slots.filter((slot) => !claimed.has(`${slot.localDate} ${slot.localTime}`))
}

/**
 * Claims moments of one brand, and returns the ones that this call got. A second claimer waits for the first one's
 * transaction and gets nothing, or everything when the first one fails.
 */
export async function claimDueSlots(db: Queryable, brand: string, slots: readonly Slot[]): Promise<Slot[]> {
  const { rows } = await db.query<SlotRow>(
    // Ordered, so that two claimers never hold one moment each and wait for the other's.
    `insert into slot (brand, local_date, local_time, due_at)
     select $1, planned.* from unnest($2::date[], $3::text[], $4::timestamptz[]) as planned (day, at, due) order by due, at
     on conflict do nothing
     returning local_date::text, local_time, due_at`,
    [
      brand,
      slots.map((slot) => slot.localDate),
      slots.map((slot) => slot.localTime),
      slots.map((slot) => slot.dueAt.toISOString()),
    ],
  )
  return rows.map((row) => ({ brand, localDate: row.local_date, localTime: row.local_time, dueAt: row.due_at }))
}

export async function settleSlot(tx: Tx, slot: Slot, fate: SlotFate): Promise<void> {
  await tx.query(
    'update slot set status = $4, run_id = $5, note = $6 where brand = $1 and local_date = $2::date and local_time = $3',
    [slot.brand, slot.localDate, slot.localTime, fate.status, fate.runId ?? null, fate.note ?? null],
  )
}

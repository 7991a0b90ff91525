import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'

const TICKER = new URL('./schedule-ticker.ts', import.meta.url).pathname
/** From midnight to midnight in Madrid; the nights on which its clocks change are inside. */
const SPANS = [
  ['2026-03-26T00:00:00+01:00', '2026-04-01T00:00:00+02:00'],
  ['2026-10-23T00:00:00+02:00', '2026-10-29T00:00:00+01:00'],
] as const
/** Six days, each with every second hour and half past two. */
const SLOTS = 6 * 13

let db: TestDatabase
beforeAll(async () => {
  db = await createTestDatabase()
})
afterAll(() => db.close())

/** Lets a ticker run from `start` until its end or its death, and gives the time it had reached. */
async function tick(brand: string, start: string, end: string, kill: readonly [number, string]): Promise<string> {
  const args = [TICKER, db.url ?? '', brand, start, end, String(kill[0]), kill[1]]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  let reached = start
  for await (const line of createInterface({ input: child.stdout })) reached = line
  const [code, signal] = await exited
  expect([code, signal]).toEqual(kill[0] > 0 && code !== 0 ? [null, 'SIGKILL'] : [0, null])
  return reached
}

/** One machine's process, started again after each kill at the time where it was killed. */
async function tickWithKills(
  brand: string,
  start: string,
  end: string,
  kills: readonly [number, string][],
): Promise<void> {
  let reached = start
  for (const kill of kills) reached = await tick(brand, reached, end, kill)
  await tick(brand, reached, end, [0, 'never'])
}

test('two processes, each killed again and again while it stores a run, give every slot over both clock changes exactly one run', {
  timeout: 120_000,
}, async () => {
  for (const [start, end] of SPANS) {
    const brand = `kills-${start}`
    await Promise.all([
      tickWithKills(brand, start, end, [
        [3, 'after'],
        [8, 'before'],
        [5, 'after'],
      ]),
      tickWithKills(brand, start, end, [
        [6, 'after'],
        [1, 'after'],
        [9, 'before'],
      ]),
    ])
    const { rows } = await db.pool.query<{ slots: number; run: number; runs: number; orphans: number }>(
      `select count(*) as slots, count(*) filter (where slot.status = 'run' and run.id is not null) as run,
         (select count(*) from run where brand = $1) as runs,
         (select count(*) from run where brand = $1 and id not in (select run_id from slot where brand = $1)) as orphans
       from slot left join run on run.id = slot.run_id where slot.brand = $1`,
      [brand],
    )
    expect(rows[0]).toEqual({ slots: SLOTS, run: SLOTS, runs: SLOTS, orphans: 0 })
  }
})

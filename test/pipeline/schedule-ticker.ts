import { slotKey, takeDueSlots } from '../../pipeline/schedule.ts'
import { openDatabase } from '../../src/db/pool.ts'
import { createRun } from '../../src/db/runs.ts'
import { createLog } from '../../src/log.ts'

/**
 * One process of the bot reduced to its ticks, for schedule.postgres.test.ts: walks a clock of its own from `start` to `end`
 * in steps of half an hour, and prints the time of each tick done. While it stores its `killAt`th run it is killed (-9),
 * inside the transaction, before or after the run's row is written.
 */
const [url = '', brand = '', start = '', end = '', killAt = '', killWhen = ''] = process.argv.slice(2)
const STEP_MS = 1_800_000

const log = createLog({ level: 'silent', redact: (text) => text })
const db = await openDatabase({ url, dataDir: null, log })
let nowMs = Date.parse(start)
let runs = 0
const killIf = (when: string) => {
  if (runs === Number(killAt) && when === killWhen) process.kill(process.pid, 'SIGKILL')
}
for (; nowMs <= Date.parse(end); nowMs += STEP_MS) {
  await takeDueSlots(
    { db, log, clock: { now: () => new Date(nowMs) } },
    {
      brand,
      zone: 'Europe/Madrid',
      fallbackCron: '0 */2 * * *; 30 2 * * *',
      createRun: async (tx, slot) => {
        runs++
        killIf('before')
        // A key of its own for each attempt: the run's own protection against doubles must not hide one.
        const idempotencyKey = `${slotKey(slot)}:${process.pid}:${nowMs}`
        const run = { brand, source: 'schedule' as const, idempotencyKey, chatId: 1, requestedBy: null, topic: null }
        const { id } = await createRun(tx, run)
        killIf('after')
        return id
      },
    },
  )
  process.stdout.write(`${new Date(nowMs).toISOString()}\n`)
}
await db.close()

import { closeApp, createApp } from '../../src/app.ts'
import { loadConfig } from '../../src/config.ts'
import { run } from '../../src/main.ts'
import { createQuickArt, createQuickRenderer } from '../../test/support/quick-renderer.ts'

/** The bot that is killed: the real one, but its pictures are quick and its clock may run faster. */

const speed = Number(process.env.CHAOS_CLOCK_SPEED ?? 1)
const base = Number(process.env.CHAOS_CLOCK_BASE ?? Date.now())
const clock = { now: () => new Date(base + (Date.now() - base) * speed) }

const app = await createApp(loadConfig(process.env), {
  clock,
  renderer: createQuickRenderer(),
  localArt: createQuickArt(),
  fetchSource: async () => ({ status: 'unreachable', reason: 'no network here' }),
})
try {
  const running = await run(app)
  process.stdout.write('READY\n')
  process.once('SIGTERM', () => void running.stop('SIGTERM'))
  await running.ended
} finally {
  await closeApp(app)
}
process.exit(0)

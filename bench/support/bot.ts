import { monitorEventLoopDelay } from 'node:perf_hooks'
import { closeApp, createApp } from '../../src/app.ts'
import { loadConfig } from '../../src/config.ts'
import { run } from '../../src/main.ts'

/**
 * The bot as a process of its own that can be asked how its main loop fares. All parts are the real ones; only the page of
 * a fact's source is answered here, after a second, since a bench must not reach for the internet.
 */

const SOURCE_ANSWERS_AFTER_MS = 1_000
const RESOLUTION_MS = 1
const LOOK_EVERY_MS = 5

export type Question = 'watch' | 'report' | 'stop'
/** Milliseconds. `busyMs` is the processor time of the main thread between two looks: lag without the waiting for a core. */
export type LoopReport = { p99Ms: number; maxMs: number; busyMs: number }
export type Answer = { kind: 'ready' } | { kind: 'watching' } | ({ kind: 'report' } & LoopReport)

const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
let busiestMs = 0
let usedMs = mainThreadMs()
setInterval(() => {
  const now = mainThreadMs()
  busiestMs = Math.max(busiestMs, now - usedMs)
  usedMs = now
}, LOOK_EVERY_MS).unref()

const app = await createApp(loadConfig(process.env), {
  fetchSource: async () => {
    await new Promise((resolve) => setTimeout(resolve, SOURCE_ANSWERS_AFTER_MS))
    return { status: 'unreachable', reason: 'no network in a bench' }
  },
})
try {
  const running = await run(app)
  process.on('message', (question: Question) => {
    if (question === 'watch') watch()
    if (question === 'report') report()
    if (question === 'stop') void running.stop('bench ended')
  })
  answer({ kind: 'ready' })
  await running.ended
} finally {
  await closeApp(app)
}
process.exit(0)

function watch(): void {
  delay.enable()
  delay.reset()
  busiestMs = 0
  usedMs = mainThreadMs()
  answer({ kind: 'watching' })
}

/** What the histogram holds is the whole time between two ticks; the lag is what exceeds the tick. */
function report(): void {
  const toMs = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS)
  answer({ kind: 'report', p99Ms: toMs(delay.percentile(99)), maxMs: toMs(delay.max), busyMs: busiestMs })
}

function answer(message: Answer): void {
  process.send?.(message)
}

function mainThreadMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

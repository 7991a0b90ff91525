import { scheduleJob } from 'node-schedule'
import { trimOldData } from '../ops/own-data.ts'
import { pruneOldFiles } from '../pipeline/prune.ts'
import { expireRuns } from '../pipeline/runs.ts'
import { slotKey, takeDueSlots } from '../pipeline/schedule.ts'
import { startCarousel } from '../pipeline/start.ts'
import { findChatsOf, queueMessage } from '../src/messaging/outbox.ts'
import { pruneTalks } from '../src/messaging/talk.ts'
import { inTransaction } from '../src/transaction.ts'
import { queueProgress } from './announce.ts'
import { findCurrentBrand } from './current.ts'
import { endSilentEdits } from './edit-slide.ts'
import { tickActions } from './ops/actions.ts'
import { tickHealing } from './ops/heal.ts'
import { tickDaily } from './ops/reports.ts'
import { startReview } from './ops/review.ts'
import { cardRef } from './refs.ts'
import type { HandlerDeps } from './scope.ts'
import { expiredText } from './views/progress.ts'
import { missedText } from './views/schedule.ts'

/** What happens by itself. The clock only ticks here; which slot is due is decided in the database. */

export type Ticking = { tick(): Promise<void>; stop(): Promise<void> }

const EVERY_15_SECONDS = '*/15 * * * * *'
/** A draft that nobody looked at for a week is old news; its buttons die at the same time. */
const DRAFT_DAYS = 7
const DAY_MS = 86_400_000

export function startTicking(deps: HandlerDeps): Ticking {
  let running: Promise<void> | null = null
  let isStopping = false
  let prunedAt = 0
  const isPruneDue = async () => {
    const now = deps.clock.now().getTime()
    if (now - prunedAt < DAY_MS || !(await deps.ops.history.knowsYesterday())) return false
    prunedAt = now
    return true
  }
  /** One that fails stops no other. */
  const workAll = async (parts: Parts) => {
    for (const [part, work] of Object.entries(parts)) {
      if (isStopping) return
      try {
        await work(deps)
      } catch (err) {
        deps.log.error({ err, part }, 'tick failed')
      }
    }
  }
  const work = () =>
    workAll({
      ...TICK,
      prune: async () => {
        if (await isPruneDue()) await workAll(PRUNE)
      },
    })
  const tick = () => {
    running ??= work().finally(() => {
      running = null
    })
    return running
  }
  const job = scheduleJob(EVERY_15_SECONDS, () => void tick())
  return {
    tick,
    stop: async () => {
      isStopping = true
      job.cancel()
      await running
    },
  }
}

type Parts = Record<string, (deps: HandlerDeps) => unknown>

const TICK: Parts = {
  slots: takeSlots,
  drafts: expireDrafts,
  edits: endEdits,
  actions: tickActions,
  healing: tickHealing,
  review: startReview,
  daily: tickDaily,
}

/** Once a day: what is long settled leaves the database and the disk. */
const PRUNE: Parts = {
  rows: ({ db, clock }) => trimOldData(db.pool, clock.now()),
  talks: ({ db, clock }) => pruneTalks(db.pool, new Date(clock.now().getTime() - DAY_MS)),
  files: ({ pipeline, clock }) => pruneOldFiles(pipeline, clock.now()),
  history: ({ ops }) => ops.history.keep(),
  incidents: ({ ops }) => ops.incidents.prune(),
}

async function takeSlots(deps: HandlerDeps): Promise<void> {
  const chatId = deps.access.homeChatId
  const { kit } = await findCurrentBrand(deps.db.pool, deps)
  const taken = await takeDueSlots(deps, {
    brand: kit.name,
    zone: deps.timeZone,
    fallbackCron: deps.scheduleCron,
    createRun: async (tx, slot) => {
      const cause = { idempotencyKey: slotKey(slot), source: 'schedule' as const }
      const started = await startCarousel(tx, { ...cause, brand: kit.name, chatId, requestedBy: null, topic: null })
      if (started.kind === 'too-many') throw new Error('a slot is never one too many')
      if (started.kind === 'started' && chatId !== null) await queueProgress(tx, started.run, chatId)
      return started.run.id
    },
    reportMissed: async (tx, missed) => {
      if (chatId === null) return
      await queueMessage(tx, { chatId, content: { kind: 'text', html: missedText(missed).html } })
    },
  })
  for (const { runId } of taken.run) deps.worker.wake(runId)
  if (chatId !== null && taken.run.length + taken.missed.length > 0) deps.wakeSender(chatId)
}

/** The draft's end and the note on its card are one transaction. What it told stays told: its fact is not brought again. */
async function expireDrafts(deps: HandlerDeps): Promise<void> {
  const before = new Date(deps.clock.now().getTime() - DRAFT_DAYS * DAY_MS)
  const chats = new Set<number>()
  await inTransaction(deps.db.pool, async (tx) => {
    const runs = await expireRuns(tx, before)
    for (const run of runs) {
      const content = { kind: 'edit' as const, html: expiredText(run.topic, DRAFT_DAYS).html }
      for (const chatId of await findChatsOf(tx, cardRef(run))) {
        await queueMessage(tx, { chatId, content, ref: cardRef(run) })
        chats.add(chatId)
      }
    }
  })
  for (const chatId of chats) deps.wakeSender(chatId)
}

async function endEdits(deps: HandlerDeps): Promise<void> {
  const chats = await inTransaction(deps.db.pool, (tx) => endSilentEdits(tx, deps.clock.now()))
  for (const chatId of chats) deps.wakeSender(chatId)
}

import { basename, join } from 'node:path'
import { readChatSettings } from '../pipeline/chat-settings.ts'
import type { WaitingDraft } from '../pipeline/earlier-draft.ts'
import { isBeingMade, type Run } from '../pipeline/runs.ts'
import type { PipelineDeps } from '../pipeline/step.ts'
import type { Listener, News, Progress } from '../pipeline/types.ts'
import type { Clock } from '../src/clock.ts'
import type { Log } from '../src/log.ts'
import { dropWaitingEdits, queueMessage } from '../src/messaging/outbox.ts'
import type { Telemetry } from '../src/telemetry.ts'
import { type Database, inTransaction, type Queryable, type Tx } from '../src/transaction.ts'
import { albumRef, cardRef, deliveryRef, progressRef } from './refs.ts'

import { cardKeyboard, cardText } from './views/card.ts'
import {
  captionText,
  deliveredLateText,
  deliveredText,
  deliveryFailedKeyboard,
  deliveryFailedText,
} from './views/delivery.ts'
import { failedKeyboard, failedText, progressKeyboard, progressText, putBackText, readyText } from './views/progress.ts'

/** Turns news of the pipeline into messages, written in the transaction of the change itself. */

export type AnnounceDeps = {
  db: Database
  log: Log
  clock: Clock
  telemetry: Telemetry
  /** Absolute. */
  dataDir: string
  brands: PipelineDeps['brands']
  wakeSender: (chatId: number) => void
  showAction: (chatId: number, action: 'typing' | 'upload_photo') => void
}

export function createListener(deps: AnnounceDeps): Listener {
  return {
    announce: async (tx, news) => {
      const { chatId } = news.run
      if (chatId !== null) await writeMessages(deps, tx, news, chatId)
      return () => {
        record(deps, news)
        if (chatId !== null) deps.wakeSender(chatId)
      }
    },
    report: async (run, progress) => {
      if (run.chatId === null) return
      deps.showAction(run.chatId, progress.stage === 'pictures' ? 'upload_photo' : 'typing')
      if (await writeProgress(deps, run, run.chatId, progress)) deps.wakeSender(run.chatId)
    },
  }
}

/** Only while the run is being made: nothing of this may stand behind the news of its end. */
async function writeProgress(
  deps: Pick<AnnounceDeps, 'db'>,
  run: Run,
  chatId: number,
  progress: Progress,
): Promise<boolean> {
  const { html } = progressText({ ...run, progress })
  const message = { chatId, ref: progressRef(run) }
  return inTransaction(deps.db.pool, async (tx) => {
    if (!(await isBeingMade(tx, run))) return false
    await dropWaitingEdits(tx, message)
    await queueMessage(tx, { ...message, content: { kind: 'edit', html, keyboard: progressKeyboard(run.id) } })
    return true
  })
}

async function writeMessages(deps: AnnounceDeps, tx: Tx, news: News, chatId: number): Promise<void> {
  switch (news.kind) {
    case 'ready':
      return writeReady(deps, tx, news, chatId)
    case 'failed': {
      const { run, failure } = news
      const html = failedText({ topic: run.topic, code: failure.code, message: failure.message }).html
      const content = { kind: 'edit' as const, html, keyboard: failedKeyboard(run.id, failure.code), orSend: true }
      await queueMessage(tx, { chatId, content, ref: progressRef(run) })
      return
    }
    case 'put-back': {
      const { html } = putBackText(news.failure.message)
      await queueMessage(tx, { chatId, content: { kind: 'edit', html, orSend: true }, ref: progressRef(news.failed) })
      return writeDraft(deps, tx, news, chatId)
    }
    case 'delivered':
      return writeDelivered(deps, tx, news, chatId)
    case 'delivery-failed': {
      const html = deliveryFailedText(news.failure.message).html
      const keyboard = deliveryFailedKeyboard(news.run.id)
      // One message, however often it fails: every start of the process tries again.
      const content = { kind: 'edit' as const, html, keyboard, orSend: true }
      await queueMessage(tx, { chatId, content, ref: deliveryRef(news.run) })
    }
  }
}

async function writeReady(
  deps: AnnounceDeps,
  tx: Tx,
  news: Extract<News, { kind: 'ready' }>,
  chatId: number,
): Promise<void> {
  const { run, carousel, contentHash } = news
  const seconds = run.revision === 1 ? secondsSince(deps, run) : null
  const ready = readyText({ name: run.topic ?? carousel.slides[0]?.title ?? null, seconds })
  await queueMessage(tx, { chatId, content: { kind: 'edit', html: ready.html }, ref: progressRef(run) })
  await writeDraft(deps, tx, { run, carousel, contentHash }, chatId)
}

/** The album, and below it the card with the buttons. */
export async function writeDraft(
  deps: Pick<PipelineDeps, 'dataDir' | 'brands'>,
  tx: Tx,
  { run, carousel, contentHash }: WaitingDraft,
  chatId: number,
): Promise<void> {
  const files = carousel.slides.map((slide) => join(deps.dataDir, slide.jpg.path))
  await queueMessage(tx, { chatId, content: { kind: 'album', as: 'photo', files }, ref: albumRef(run) })
  const ref = { runId: run.id, revision: run.revision, contentHash }
  const card = {
    ref,
    carousel,
    brandTitle: deps.brands.get(run.brand)?.kit.title ?? run.brand,
    topic: run.topic,
    source: run.source,
  }
  const content = { kind: 'text' as const, html: cardText(card).html, keyboard: cardKeyboard(card, 'main') }
  await queueMessage(tx, { chatId, content, ref: cardRef(run) })
}

async function writeDelivered(
  deps: Pick<AnnounceDeps, 'dataDir'>,
  tx: Tx,
  news: Extract<News, { kind: 'delivered' }>,
  chatId: number,
): Promise<void> {
  const { run, carousel } = news
  const { documents } = await readChatSettings(tx)
  const pictures = news.files.filter((file) => basename(file).endsWith('.png'))
  if (documents) {
    const originals = [...carousel.slides.map((slide) => slide.png), carousel.story]
    const approved = originals.map(({ path, sha256 }) => ({ path: join(deps.dataDir, path), sha256 }))
    await queueMessage(tx, {
      chatId,
      content: { kind: 'album', as: 'document', files: pictures, approved },
      dedupeKey: `documents:${run.id}`,
    })
  }
  const caption = captionText(carousel.caption).html
  await queueMessage(tx, { chatId, content: { kind: 'text', html: caption }, dedupeKey: `caption:${run.id}` })
  const done = deliveredText({ run, folder: news.outputDir, title: carousel.slides[0]?.title ?? '' }).html
  await queueMessage(tx, { chatId, content: { kind: 'edit', html: done, orSend: true }, ref: cardRef(run) })
  const late = deliveredLateText().html
  await queueMessage(tx, { chatId, content: { kind: 'edit', html: late }, ref: deliveryRef(run) })
}

function record(deps: AnnounceDeps, news: News): void {
  if (news.kind !== 'ready' && news.kind !== 'failed') return
  if (news.run.revision > 1) return
  deps.telemetry.recordGeneration(news.kind === 'ready' ? 'succeeded' : 'failed', secondsSince(deps, news.run))
}

/** Since it was last taken up: a question that waited for an answer, or a night without power, is no time of making. */
function secondsSince(deps: Pick<AnnounceDeps, 'clock'>, run: Run): number {
  return (deps.clock.now().getTime() - (run.startedAt ?? run.createdAt).getTime()) / 1000
}

type ShownRun = Pick<Run, 'id' | 'revision' | 'topic' | 'request' | 'source'>

/** The message that told of a failure shows the run's progress again. */
export async function showProgressAgain(db: Queryable, run: ShownRun, chatId: number): Promise<void> {
  const { html } = progressText({ ...run, progress: null })
  const content = { kind: 'edit' as const, html, keyboard: progressKeyboard(run.id), orSend: true }
  await queueMessage(db, { chatId, content, ref: progressRef(run) })
}

/** Queues the message that will show a run's progress. */
export async function queueProgress(db: Queryable, run: ShownRun, chatId: number): Promise<void> {
  const { html } = progressText({ ...run, progress: null })
  const content = { kind: 'text' as const, html, keyboard: progressKeyboard(run.id) }
  await queueMessage(db, { chatId, content, ref: progressRef(run), dedupeKey: progressRef(run) })
}

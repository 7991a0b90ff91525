import type { Run } from '../../pipeline/runs.ts'
import type { Keyboard } from '../../src/messaging/outbox.ts'
import { press } from './card.ts'
import { clip, type Html, html, lines } from './html.ts'
import { describeTime } from './times.ts'

export type QueueInput = {
  open: readonly Run[]
  waiting: readonly Run[]
  /** Approved and not posted yet. */
  approved: number
  bufferDays: number | null
  topics: number
  next: Date | null
  timeZone: string
  now: Date
}

/** The aim of the brand's rhythm. */
const AIM_DAYS = 3

export function queueText(input: QueueInput): Html {
  const title = (run: Run) => clip(run.topic ?? 'a fresh fact', 60)
  const when = (date: Date) => describeTime(date, input.now, input.timeZone)
  return lines(
    html`<b>Queue</b>`,
    input.open.length === 0 ? html`Nothing is being made.` : html`⏳ Being made: ${input.open.length}`,
    ...input.open.map((run) => html`  • ${title(run)}${run.status === 'queued' ? ' (waiting its turn)' : ''}`),
    input.waiting.length > 0 && html`👀 Waiting for you: ${input.waiting.length}`,
    ...input.waiting.map((run) => html`  • ${title(run)}, since ${when(run.readyAt ?? run.createdAt)}`),
    html`✅ Approved: ${input.approved}${bufferNote(input.bufferDays)}`,
    html`💭 Topics in the backlog: ${input.topics}`,
    input.next
      ? html`🕡 Next one by itself: ${when(input.next)}`
      : html`🕡 Nothing is scheduled. /schedule changes that.`,
  )
}

function bufferNote(days: number | null): string {
  if (days === null) return ''
  return ` (a buffer of ${days} ${days === 1 ? 'day' : 'days'}; the aim is ${AIM_DAYS})`
}

export function queueKeyboard(input: QueueInput): Keyboard {
  const cancels = input.open
    .slice(0, 5)
    .map((run) => [press(`✖️ Cancel ${clip(run.topic ?? 'the fresh fact', 24)}`, { kind: 'cancel', runId: run.id }, 24)])
  return [...cancels, [press('🛠 Make one now', { kind: 'generate', topic: null }, 24)]]
}

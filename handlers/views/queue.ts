import type { Run } from '../../pipeline/runs.ts'
import type { Keyboard } from '../../src/messaging/outbox.ts'
import { press } from './card.ts'
import { clip, type Html, html, lines } from './html.ts'
import { describeTime } from './times.ts'

export type QueueInput = {
  /** The kit of new carousels; `brandTitle` is null when there is only one kit. */
  brand: string
  brandTitle: string | null
  /** First slides' titles by run; what has no words yet is missing. */
  titles: ReadonlyMap<string, string>
  /** The oldest ones, of any brand; the counts are of all. */
  open: readonly Run[]
  openCount: number
  waiting: readonly Run[]
  waitingCount: number
  /** Approved and not posted yet. */
  approved: number
  bufferDays: number | null
  topics: number
  next: Date | null
  paused: boolean
  timeZone: string
  now: Date
}

/** The aim of the brand's rhythm. */
const AIM_DAYS = 3

export function queueText(input: QueueInput): Html {
  const title = (run: Run) =>
    `${clip(nameRun(run, input.titles), 60)}${run.brand === input.brand ? '' : ` (${run.brand})`}`
  const when = (date: Date) => describeTime(date, input.now, input.timeZone)
  return lines(
    html`<b>Queue</b>${input.brandTitle === null ? '' : ` · ${input.brandTitle}`}`,
    input.openCount === 0 ? html`⏳ Nothing is being made.` : html`⏳ Being made: ${input.openCount}`,
    ...input.open.map((run) => html`  • ${title(run)}${run.status === 'queued' ? ' (waiting its turn)' : ''}`),
    more(input.openCount - input.open.length),
    input.waitingCount === 0 ? html`👀 Nothing is waiting for you.` : html`👀 Waiting for you: ${input.waitingCount}`,
    ...input.waiting.map((run) => html`  • ${title(run)}, since ${when(run.readyAt ?? run.createdAt)}`),
    more(input.waitingCount - input.waiting.length),
    html`✅ Approved: ${input.approved}${bufferNote(input.bufferDays)}`,
    html`💭 Topics in the backlog: ${input.topics}`,
    scheduleLine(input, when),
  )
}

function more(count: number): Html | null {
  return count > 0 ? html`  … and ${count} more` : null
}

function scheduleLine(input: QueueInput, when: (date: Date) => string): Html {
  if (input.next) return html`🕡 Next one by itself: ${when(input.next)}`
  return input.paused
    ? html`🕡 The schedule is paused. ▶️ starts it again.`
    : html`🕡 Nothing is scheduled. /schedule changes that.`
}

function bufferNote(days: number | null): string {
  if (days === null) return ''
  return ` (a buffer of ${days} ${days === 1 ? 'day' : 'days'}; the aim is ${AIM_DAYS})`
}

export function queueKeyboard(input: QueueInput): Keyboard {
  const cancels = input.open
    .slice(0, 5)
    .map((run) => [press(`✖️ Cancel ${clip(nameRun(run, input.titles), 24)}`, { kind: 'cancel', runId: run.id }, 24)])
  const drafts = input.waiting.map((run) => [
    press(`👀 ${clip(nameRun(run, input.titles), 40)}`, { kind: 'show-draft', runId: run.id }, 24),
  ])
  const { brand } = input
  const resume = input.paused
    ? [[press('▶️ Resume the schedule', { kind: 'schedule', change: 'resume', brand }, 24)]]
    : []
  return [...drafts, ...cancels, ...resume, [press('🛠 Make one now', { kind: 'generate', topic: null, brand }, 24)]]
}

/** A draft by what stands on it; before there are words, by what was asked for. */
function nameRun(run: Run, titles: ReadonlyMap<string, string>): string {
  return titles.get(run.id) ?? run.topic ?? 'a fresh fact'
}

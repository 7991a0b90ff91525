import type { Redo, Run } from '../../pipeline/runs.ts'
import type { Progress, ProgressStage } from '../../pipeline/types.ts'
import type { FailureCode } from '../../src/failure.ts'
import type { Keyboard } from '../../src/messaging/outbox.ts'
import { press, SLIDE_NAMES } from './card.ts'
import { clip, type Html, html, lines, nothing, withoutEnd } from './html.ts'

const STAGES: readonly { stage: ProgressStage; doing: string; done: string }[] = [
  { stage: 'fact', doing: 'Looking for a fact', done: 'Fact found' },
  { stage: 'words', doing: 'Writing the slides', done: 'Slides written' },
  { stage: 'pictures', doing: 'Painting the pictures', done: 'Pictures painted' },
  { stage: 'finishing', doing: 'Putting it together', done: 'Put together' },
]

export type ProgressInput = {
  topic: string | null
  revision: number
  request: Redo
  source: Run['source']
  progress: Progress | null
}

/** The message that shows a run being made; the same message is edited from step to step. */
export function progressText(input: ProgressInput): Html {
  const current = STAGES.findIndex(({ stage }) => stage === (input.progress?.stage ?? 'fact'))
  const steps = STAGES.map(({ stage, doing, done }, index) => {
    if (!shownStages(input).includes(stage)) return null
    if (index < current)
      return html`✔️ ${done}${stage === 'fact' && input.progress?.fact ? html`: <i>${input.progress.fact}</i>` : nothing}`
    const count =
      stage === 'pictures' && input.progress?.stage === 'pictures' && input.request.redo !== 'picture'
        ? ` (${input.progress.picturesDone} of ${input.progress.picturesTotal})`
        : ''
    return index === current ? html`⏳ <b>${doing}${count}…</b>` : html`▫️ ${doing}`
  })
  return steps.some((step) => step !== null) ? lines(headline(input), html``, ...steps) : headline(input)
}

/** Only what this revision makes anew: a new picture needs no fact, and edited words are only set. */
function shownStages({ revision, request }: ProgressInput): ProgressStage[] {
  switch (request.redo) {
    case 'edit':
      return []
    case 'words':
      return ['words']
    case 'picture':
      return ['pictures']
    case 'everything':
      return revision > 1 ? ['words', 'pictures'] : ['fact', 'words', 'pictures']
    case 'fact':
      return ['fact', 'words', 'pictures']
  }
}

function headline(input: ProgressInput): Html {
  const { request } = input
  switch (request.redo) {
    case 'words':
      return html`♻️ Writing new words`
    case 'fact':
      return html`♻️ Another fact${about(input.topic)}`
    case 'picture':
      return html`♻️ A new picture for “${SLIDE_NAMES[request.slide]}”`
    case 'edit':
      return html`✏️ Setting the new words on “${SLIDE_NAMES[request.slide]}”…`
    case 'everything':
      if (input.revision > 1) return html`♻️ Making it all anew`
      return input.source === 'schedule'
        ? html`🕡 Making the scheduled carousel${about(input.topic)}`
        : html`🛠 Making a carousel${about(input.topic)}`
  }
}

function about(topic: string | null): Html {
  return topic === null ? nothing : html` about <b>${topic}</b>`
}

export function progressKeyboard(runId: string): Keyboard {
  return [[press('✖️ Cancel', { kind: 'cancel', runId })]]
}

/** `name`: its topic, since several may be made at once; `seconds` is null for a new version, whose time says nothing. */
export function readyText({ name, seconds }: { name: string | null; seconds: number | null }): Html {
  const what = name === null ? html`Here it is:` : html`<b>${capitalise(withoutEnd(name))}</b> is ready:`
  return seconds === null ? html`✔️ Done. ${what}` : html`✔️ Ready in ${formatSeconds(seconds)}. ${what}`
}

function capitalise(name: string): string {
  return name.replace(/^\p{Ll}/u, (letter) => letter.toLocaleUpperCase('en'))
}

function formatSeconds(seconds: number): string {
  return seconds < 90 ? `${Math.max(1, Math.round(seconds))} s` : `${Math.round(seconds / 60)} min`
}

/** A failure may list problems at length; the buttons below must still be in sight. */
const MESSAGE_MAX_CHARS = 1200

const WHAT_NOW: Partial<Record<FailureCode, string>> = {
  no_novel_fact: 'Make it anyway, let me find something else, or send /generate with another topic.',
  budget_exceeded:
    'Raise NEXUS_DAILY_BUDGET_USD or NEXUS_MONTHLY_BUDGET_USD and restart me, or try again when the day or month is over.',
  unauthorized: 'Mend the key, restart me, then try again.',
  no_space: 'Free some disk space, then try again.',
  not_writable: 'Mend the folder’s permissions, then try again.',
  bad_config: 'Mend that, restart me, then try again.',
  unavailable: 'Finished steps are kept: trying again goes on from there.',
  internal: 'The log says more. Finished steps are kept: trying again goes on from there.',
}

export function failedText(input: { topic: string | null; code: FailureCode; message: string }): Html {
  const next = WHAT_NOW[input.code] ?? 'Finished steps are kept: trying again goes on from there.'
  return lines(
    html`❌ <b>No carousel${about(input.topic)}</b>`,
    html`${clip(input.message, MESSAGE_MAX_CHARS)}`,
    html``,
    html`${next}`,
  )
}

export function failedKeyboard(runId: string, code: FailureCode): Keyboard {
  if (code === 'no_novel_fact') {
    return [
      [press('Make it anyway', { kind: 'retry', runId, allowRepeat: true })],
      [press('Something else', { kind: 'generate', topic: null })],
    ]
  }
  return [[press('🔁 Try again', { kind: 'retry', runId, allowRepeat: false })]]
}

/** `by`: null for the one who had asked for it. */
export function cancelledText(input: { topic: string | null; by: string | null; paid: boolean }): Html {
  const { topic, by, paid } = input
  const kept = paid ? html` Nothing was published; what was paid for is kept and reused.` : nothing
  return html`✖️ Cancelled${by === null ? nothing : html` by ${by}`}${topic === null ? nothing : html`: <b>${withoutEnd(topic)}</b>`}.${kept}`
}

/** A new version was stopped; the one before it comes again below. */
export function stoppedText(by: string): Html {
  return html`✖️ Stopped by ${by}. The version before stands; here it is again.`
}

/** A new version could not be made; the one before it comes again below. */
export function putBackText(message: string): Html {
  return lines(
    html`❌ <b>No new version</b>`,
    html`${clip(message, MESSAGE_MAX_CHARS)}`,
    html`The version before stands; here it is again.`,
  )
}

export function expiredText(topic: string | null, days: number): Html {
  return html`⌛ Nobody decided on this draft${about(topic)} for ${days} days, so it has expired. /generate makes a new one.`
}

export function tooManyText(open: number): Html {
  return html`${open} carousels are being made already. Wait for one to finish, or /cancel one; then ask again.`
}

/** The same for a toast, which takes no markup and 200 characters. */
export function tooManyToast(open: number): string {
  return `${open} carousels are being made already. Wait for one to finish, or /cancel one.`
}

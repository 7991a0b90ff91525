import type { Redo } from '../../pipeline/runs.ts'
import type { Progress, ProgressStage } from '../../pipeline/types.ts'
import type { FailureCode } from '../../src/failure.ts'
import type { Keyboard } from '../../src/messaging/outbox.ts'
import { press } from './card.ts'
import { type Html, html, lines, nothing } from './html.ts'

const STAGES: readonly { stage: ProgressStage; doing: string; done: string }[] = [
  { stage: 'fact', doing: 'Looking for a fact', done: 'Fact found' },
  { stage: 'words', doing: 'Writing the slides', done: 'Slides written' },
  { stage: 'pictures', doing: 'Painting the pictures', done: 'Pictures painted' },
  { stage: 'finishing', doing: 'Putting it together', done: 'Put together' },
]

/** The message that shows a run being made; the same message is edited from step to step. */
export function progressText(input: { topic: string | null; request: Redo; progress: Progress | null }): Html {
  const current = STAGES.findIndex(({ stage }) => stage === (input.progress?.stage ?? 'fact'))
  const steps = STAGES.slice(0, 3).map(({ stage, doing, done }, index) => {
    if (index < current)
      return html`✔️ ${done}${stage === 'fact' && input.progress?.fact ? html`: <i>${input.progress.fact}</i>` : nothing}`
    const count =
      stage === 'pictures' && input.progress?.stage === 'pictures'
        ? ` (${input.progress.picturesDone} of ${input.progress.picturesTotal})`
        : ''
    return index === current ? html`⏳ <b>${doing}${count}…</b>` : html`▫️ ${doing}`
  })
  return lines(headline(input), html``, ...steps)
}

function headline(input: { topic: string | null; request: Redo }): Html {
  const { request } = input
  switch (request.redo) {
    case 'words':
      return html`♻️ Writing new words`
    case 'fact':
      return html`♻️ Another fact${about(input.topic)}`
    case 'picture':
      return html`♻️ Painting a new picture`
    case 'edit':
      return html`✏️ Setting your words`
    case 'everything':
      return html`🛠 Making a carousel${about(input.topic)}`
  }
}

function about(topic: string | null): Html {
  return topic === null ? nothing : html` about <b>${topic}</b>`
}

export function progressKeyboard(runId: string): Keyboard {
  return [[press('✖️ Cancel', { kind: 'cancel', runId })]]
}

/** `seconds` is null for a new version, whose time says nothing. */
export function readyText(seconds: number | null): Html {
  return seconds === null ? html`✔️ Done. Here it is:` : html`✔️ Ready in ${formatSeconds(seconds)}. Here it is:`
}

function formatSeconds(seconds: number): string {
  return seconds < 90 ? `${Math.max(1, Math.round(seconds))} s` : `${Math.round(seconds / 60)} min`
}

const WHAT_NOW: Partial<Record<FailureCode, string>> = {
  no_novel_fact: 'Make it anyway, or ask for another topic.',
  no_space: 'Free some disk space, then try again.',
  not_writable: 'Mend the folder’s permissions, then try again.',
  bad_config: 'Mend that, restart me, then try again.',
  unavailable: 'Finished steps are kept: trying again goes on from there.',
  internal: 'The log says more. Finished steps are kept: trying again goes on from there.',
}

export function failedText(input: { topic: string | null; code: FailureCode; message: string }): Html {
  const next = WHAT_NOW[input.code] ?? 'Finished steps are kept: trying again goes on from there.'
  return lines(html`❌ <b>No carousel${about(input.topic)}</b>`, html`${input.message}`, html``, html`${next}`)
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

export function cancelledText(input: { topic: string | null; by: string }): Html {
  return html`✖️ Cancelled by ${input.by}${about(input.topic)}. Nothing was published; what was paid for is kept and reused.`
}

export function expiredText(days: number): Html {
  return html`⌛ Nobody decided on this draft for ${days} days, so it has expired. /generate makes a new one.`
}

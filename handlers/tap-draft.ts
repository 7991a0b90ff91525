import { approve, type DecisionOutcome, type DraftRef, openDraft, regenerate, reject } from '../pipeline/review.ts'
import type { Redo, Run } from '../pipeline/runs.ts'
import { type Action, REJECT_REASONS } from './actions.ts'
import { queueProgress } from './announce.ts'
import { cardRef } from './refs.ts'
import { type Scope, say, showAction } from './scope.ts'
import { cardKeyboard, cardText, menuHint } from './views/card.ts'
import { redoneText, rejectedText } from './views/decision.ts'
import { approvedText } from './views/delivery.ts'
import { clip, html, lines } from './views/html.ts'

/** What a toast or an alert says after a tap. */
export type Answer = { text?: string; alert?: boolean }

type DraftAction = Extract<Action, { kind: 'approve' | 'menu' | 'redo' | 'redo-picture' | 'reject' }>

/** Taps on the card of a draft. The database decides each; what is said here is only its outcome. */
export async function tapOnDraft(scope: Scope, action: DraftAction): Promise<Answer> {
  const ref: DraftRef = { runId: action.runId, revision: action.revision, contentHash: action.contentHash }
  switch (action.kind) {
    case 'approve':
      return tapApprove(scope, ref)
    case 'menu':
      return openMenu(scope, ref, action.menu)
    case 'redo':
      return tapRedo(scope, ref, { redo: action.redo })
    case 'redo-picture':
      return tapRedo(scope, ref, { redo: 'picture', slide: action.slide })
    case 'reject':
      return tapReject(scope, ref, REJECT_REASONS[action.reason])
  }
}

async function tapApprove(scope: Scope, ref: DraftRef): Promise<Answer> {
  const outcome = await approve(scope.tx, scope.deps.pipeline, ref, { id: scope.userId, name: scope.userName })
  if (outcome.kind === 'changed-on-disk') {
    const what = outcome.files.join(', ')
    return { text: `Not approved: ${what} changed on disk since you saw it. Use ♻️ to make it again.`, alert: true }
  }
  if (outcome.kind !== 'approved') return describeRefusal(outcome)
  const { run, carousel } = outcome
  const text = approvedText(carousel.slides[0]?.title ?? '', scope.userName)
  await say(
    scope,
    { kind: 'edit', html: text.html, orSend: true },
    { ref: cardRef({ id: run.id, revision: ref.revision }) },
  )
  showAction(scope, 'upload_photo')
  scope.afterCommit.push(() => scope.deps.worker.wake(run.id))
  return { text: 'Approved. The files are on their way.' }
}

async function openMenu(scope: Scope, ref: DraftRef, menu: Parameters<typeof cardKeyboard>[1]): Promise<Answer> {
  const opened = await openDraft(scope.tx, ref)
  if (opened.kind !== 'waiting') return describeRefusal(opened)
  const { run, carousel } = opened
  const brandTitle = scope.deps.pipeline.brands.get(run.brand)?.kit.title ?? run.brand
  const card = { ref, carousel, brandTitle, topic: run.topic, source: run.source }
  const hint = menuHint(menu)
  const text = hint ? lines(cardText(card), html``, hint) : cardText(card)
  await say(scope, { kind: 'edit', html: text.html, keyboard: cardKeyboard(card, menu) }, { ref: cardRef(run) })
  return {}
}

/** Without a writer, new words would be the same words: the bank has one text for a fact. */
const NO_WRITER = 'The built-in bank has one text for each fact. ✏️ Edit changes it; a key for Claude writes new ones.'

async function tapRedo(scope: Scope, ref: DraftRef, request: Exclude<Redo, { redo: 'edit' }>): Promise<Answer> {
  if (request.redo === 'words' && scope.deps.pipeline.models.writers.length === 0)
    return { text: NO_WRITER, alert: true }
  const outcome = await regenerate(scope.tx, ref, request, scope.userId)
  if (outcome.kind !== 'done') return describeRefusal(outcome)
  await announceRevision(scope, outcome.run, ref)
  return { text: 'On it…' }
}

/** The old card says what became of it; a new progress message stands below. */
export async function announceRevision(scope: Scope, run: Run, old: DraftRef): Promise<void> {
  const text = redoneText(run.request, scope.userName)
  await say(scope, { kind: 'edit', html: text.html }, { ref: cardRef({ id: run.id, revision: old.revision }) })
  await queueProgress(scope.tx, run, scope.chatId)
  showAction(scope, 'typing')
  scope.afterCommit.push(() => scope.deps.worker.wake(run.id))
}

async function tapReject(scope: Scope, ref: DraftRef, reason: string): Promise<Answer> {
  const outcome = await reject(scope.tx, ref, reason, { id: scope.userId, name: scope.userName })
  if (outcome.kind !== 'done') return describeRefusal(outcome)
  const text = rejectedText({ reason, by: scope.userName })
  await say(scope, { kind: 'edit', html: text.html, orSend: true }, { ref: cardRef(outcome.run) })
  return { text: 'Rejected.' }
}

/** `%` is " by NAME" where a person decided. */
const DECIDED: Record<Run['status'], string> = {
  queued: 'It is being made already.',
  running: 'It is being made already.',
  awaiting_review: 'It is waiting for you: use its newest card.',
  approved: 'Already approved%.',
  delivered: 'Already approved%.',
  publishing: 'Already approved%.',
  published: 'Already approved% and published.',
  unconfirmed: 'Already approved%.',
  rejected: 'Already rejected%.',
  cancelled: 'Already cancelled%.',
  expired: 'This draft has expired. /generate makes a new one.',
  failed: 'It has failed. The message about that has a button to try again.',
}

/** Why nothing was done. */
export function describeRefusal(refusal: Exclude<DecisionOutcome, { kind: 'done' }>): Answer {
  if (refusal.kind === 'gone') return { text: 'This draft is gone. /generate makes a new one.', alert: true }
  if (refusal.kind === 'stale') {
    const inWork = refusal.run.status === 'queued' || refusal.run.status === 'running'
    return {
      text: inWork
        ? 'A new version is being made. Its card comes below.'
        : 'There is a newer version below. Use its card.',
      alert: true,
    }
  }
  const { run } = refusal
  return {
    text: DECIDED[run.status].replace('%', () => (run.decidedByName ? ` by ${clip(run.decidedByName, 40)}` : '')),
  }
}

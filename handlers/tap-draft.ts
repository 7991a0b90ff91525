import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { findVersionBefore } from '../pipeline/earlier-draft.ts'
import {
  approve,
  type DecisionOutcome,
  type DraftRef,
  openDraft,
  putVersionBeforeUp,
  regenerate,
  reject,
} from '../pipeline/review.ts'
import type { Redo, Run } from '../pipeline/runs.ts'
import { type Action, REJECT_REASONS, type RejectReason } from './actions.ts'
import { queueProgress, writeDraft } from './announce.ts'
import { cardRef } from './refs.ts'
import { type Scope, say, showAction } from './scope.ts'
import { cardKeyboard, cardText, menuHint } from './views/card.ts'
import { redoneText, rejectedText, versionBeforeText } from './views/decision.ts'
import { approvedText } from './views/delivery.ts'
import { clip, html, lines } from './views/html.ts'

/** What a toast or an alert says after a tap. */
export type Answer = { text?: string; alert?: boolean }

type DraftAction = Extract<
  Action,
  { kind: 'approve' | 'story' | 'version-before' | 'menu' | 'redo' | 'redo-picture' | 'reject' }
>

/** Taps on the card of a draft. The database decides each; what is said here is only its outcome. */
export async function tapOnDraft(scope: Scope, action: DraftAction): Promise<Answer> {
  const ref: DraftRef = { runId: action.runId, revision: action.revision, contentHash: action.contentHash }
  switch (action.kind) {
    case 'approve':
      return tapApprove(scope, ref)
    case 'story':
      return showStory(scope, ref)
    case 'version-before':
      return tapVersionBefore(scope, ref)
    case 'menu':
      return openMenu(scope, ref, action.menu)
    case 'redo':
      return tapRedo(scope, ref, { redo: action.redo })
    case 'redo-picture':
      return tapRedo(scope, ref, { redo: 'picture', slide: action.slide })
    case 'reject':
      return tapReject(scope, ref, action.reason)
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

/** Sends the story picture; as often as it is asked for, and without changing anything. */
async function showStory(scope: Scope, ref: DraftRef): Promise<Answer> {
  const opened = await openDraft(scope.tx, ref)
  if (opened.kind !== 'waiting') return describeRefusal(opened)
  const file = join(scope.deps.pipeline.dataDir, opened.carousel.story.path)
  const isThere = await access(file).then(
    () => true,
    () => false,
  )
  if (!isThere) return { text: 'The story picture is gone from the disk. Use ♻️ to make it again.', alert: true }
  await say(scope, { kind: 'album', as: 'photo', files: [file] })
  showAction(scope, 'upload_photo')
  return { text: 'The story comes below.' }
}

/** The version before may be the better one: it comes again under a number of its own, and the present one stays behind it. */
async function tapVersionBefore(scope: Scope, ref: DraftRef): Promise<Answer> {
  const outcome = await putVersionBeforeUp(scope.tx, ref, scope.userId)
  if (outcome.kind === 'none-before') return { text: 'There is no other version before this one.', alert: true }
  if (outcome.kind !== 'put-back') return describeRefusal(outcome)
  const chatId = outcome.run.chatId ?? scope.chatId
  const text = versionBeforeText(scope.userName)
  await say(scope, { kind: 'edit', html: text.html }, { ref: cardRef({ id: ref.runId, revision: ref.revision }) })
  await writeDraft(scope.deps.pipeline, scope.tx, outcome, chatId)
  showAction(scope, 'upload_photo')
  scope.afterCommit.push(() => scope.deps.wakeSender(chatId))
  return { text: 'The version before comes below.' }
}

async function openMenu(scope: Scope, ref: DraftRef, menu: Parameters<typeof cardKeyboard>[1]): Promise<Answer> {
  const opened = await openDraft(scope.tx, ref)
  if (opened.kind !== 'waiting') return describeRefusal(opened)
  const { run, carousel } = opened
  const brandTitle = scope.deps.pipeline.brands.get(run.brand)?.kit.title ?? run.brand
  const card = { ref, carousel, brandTitle, topic: run.topic, source: run.source }
  const hint = menuHint(menu, { hasWriter: scope.deps.pipeline.models.writers.length > 0 })
  const text = hint ? lines(cardText(card), html``, hint) : cardText(card)
  const hasVersionBefore = menu === 'regenerate' && (await findVersionBefore(scope.tx, run)) !== null
  const keyboard = cardKeyboard(card, menu, { hasVersionBefore })
  await say(scope, { kind: 'edit', html: text.html, keyboard }, { ref: cardRef(run) })
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

/** Reasons that are not about the fact. */
const FREES_FACT: ReadonlySet<RejectReason> = new Set(['words', 'pictures'])

async function tapReject(scope: Scope, ref: DraftRef, key: RejectReason): Promise<Answer> {
  const reason = REJECT_REASONS[key]
  const freesFact = FREES_FACT.has(key)
  const by = { id: scope.userId, name: scope.userName }
  const outcome = await reject(scope.tx, ref, reason, by, { freesFact })
  if (outcome.kind !== 'done') return describeRefusal(outcome)
  const text = rejectedText({ reason, by: scope.userName, freed: freesFact })
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

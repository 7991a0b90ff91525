import { appendAudit } from '../../src/db/action-audit.ts'
import { noteBefore, type Proposal, settleProposal } from '../../src/db/actions.ts'
import { insertAfterSamples } from '../../src/db/after-samples.ts'
import { keepTrying } from '../../src/db/keep-trying.ts'
import { inTransaction, type Tx } from '../../src/db/pool.ts'
import { asFailure, Failure, type FailureCode } from '../../src/failure.ts'
import type { Act, Hands, Outcome } from './act.ts'
import type { ActionRequest, Actor } from './definitions.ts'
import { readRequest } from './proposal.ts'
import { actorOf, describe } from './propose.ts'
import { ACTS } from './registry.ts'

/** Does what a tap has claimed, once, and looks at what became of it. */

/** Called in the transaction that settles it: what is shown and what is stored are one. */
export type Report = (tx: Tx, settled: Proposal) => Promise<void>

/** `actor` null: the bot itself, for what a dead process left. */
export type Asked = { report: Report; actor: Actor | null }

/** Seconds after the end at which is looked again. */
const AFTER_SAMPLES_S = [30, 300] as const

/** @throws Failure cancelled when the process ends: the row stays as it is, and the next start looks it up */
export async function executeProposal(
  hands: Hands,
  proposal: Proposal,
  asked: Asked,
  signal: AbortSignal,
): Promise<void> {
  const outcome = await carryOut(hands, proposal, signal).catch((thrown): Outcome => {
    if (signal.aborted) throw thrown
    // Whatever it is, the card must not stay at "restarting…".
    hands.log.error({ err: thrown, proposalId: proposal.id }, 'an action failed in the middle')
    return { kind: 'unknown', reason: 'Something in me failed in the middle of it.' }
  })
  if (outcome) await settle(hands, proposal, { from: 'running', outcome, ...asked }, signal)
}

/** For an action whose end nobody saw: looks, and never repeats it. */
export async function lookUpProposal(
  hands: Hands,
  proposal: Proposal,
  asked: Asked,
  signal: AbortSignal,
): Promise<void> {
  const from = proposal.status === 'done' ? 'done' : 'running'
  const outcome = await lookUp(hands, proposal, signal)
  await settle(hands, proposal, { from, outcome, ...asked }, signal)
}

type End = Asked & { from: 'running' | 'done'; outcome: Outcome }

/** While the database is away it is kept and tried again: an action that is not settled blocks its target. */
async function settle(hands: Hands, proposal: Proposal, end: End, signal: AbortSignal): Promise<void> {
  await keepTrying(() => inTransaction(hands.db.pool, (tx) => writeEnd(tx, hands, proposal, end)), signal)
  hands.log.info({ proposalId: proposal.id, action: proposal.kind, outcome: end.outcome.kind }, 'action settled')
}

async function writeEnd(tx: Tx, { clock }: Hands, proposal: Proposal, { from, outcome, report, actor }: End) {
  const { kind, reason, before, after } = outcome
  const now = clock.now()
  const settled = await settleProposal(tx, proposal.id, from, { outcome: { kind, reason }, before, after }, now)
  if (!settled) return
  await appendAudit(tx, {
    ...describe(settled),
    at: now,
    event: kind === 'refused' ? 'refused' : 'outcome',
    ...actorOf(actor),
    reason: `${kind}: ${reason}`,
    before: settled.before,
    after: settled.after,
  })
  if (kind === 'fixed' || kind === 'not-fixed') await insertAfterSamples(tx, settled.id, AFTER_SAMPLES_S, now)
  await report(tx, settled)
}

/** What says plainly that nothing was done. */
const NOTHING_DONE: readonly FailureCode[] = [
  'unauthorized',
  'bad_input',
  'not_found',
  'conflict',
  'not_writable',
  'no_space',
]

/** A restart stops first, and then starts: what is said of the start leaves open whether it still runs. */
const NOT_BEGUN: readonly FailureCode[] = ['unauthorized']

/** Null when somebody else has settled it: then nothing is done. */
async function carryOut(hands: Hands, proposal: Proposal, signal: AbortSignal): Promise<Outcome | null> {
  const request = readRequest(proposal)
  if (!request) return { kind: 'refused', reason: 'I do not know this action.' }
  const act = ACTS[request.kind]
  // Everything is looked at again at the last moment: minutes may lie between the card and the tap.
  const look = await act.look(hands, request, signal).catch((thrown): { kind: 'refused'; reason: string } => {
    if (signal.aborted) throw thrown
    return { kind: 'refused', reason: asFailure(thrown).message }
  })
  if (look.kind === 'refused') return look
  if (look.risk === 'two-taps' && proposal.risk !== 'two-taps')
    return { kind: 'refused', reason: `More hangs on it now than when I asked. ${look.effect} Ask again.` }
  const { before } = look
  const isOurs = await keepTrying(() => noteBefore(hands.db.pool, proposal.id, before), signal)
  if (!isOurs) return null
  const doubt = await runOnce(hands, { act, request, proposal, before }, signal)
  if (doubt?.kind === 'refused') return { ...doubt, before }
  return { ...(await act.verify(hands, request, { before, doubt: doubt?.reason ?? null, signal })), before }
}

type Running = { act: Act; request: ActionRequest; proposal: Proposal; before: unknown }

/** Null when it was said to be done. 'unknown': nobody knows. */
async function runOnce(
  hands: Hands,
  { act, request, proposal, before }: Running,
  signal: AbortSignal,
): Promise<{ kind: 'refused' | 'unknown'; reason: string } | null> {
  const by = proposal.claimedBy === null ? null : { id: proposal.claimedBy, name: proposal.claimedByName ?? 'An owner' }
  try {
    await withLimit(act.limitMs, signal, (limited) => act.run(hands, request, { by, before, signal: limited }))
    return null
  } catch (thrown) {
    const failure = asFailure(thrown)
    if (signal.aborted) throw failure
    const plain = request.kind === 'restart' ? NOT_BEGUN : NOTHING_DONE
    if (plain.includes(failure.code)) return { kind: 'refused', reason: failure.message }
    hands.log.warn({ err: failure, proposalId: proposal.id }, 'the end of an action is in doubt')
    return { kind: 'unknown', reason: failure.message }
  }
}

/** What does not heed the signal goes on in the background; nobody waits for it. */
async function withLimit(limitMs: number, signal: AbortSignal, work: (signal: AbortSignal) => Promise<void>) {
  const late = new AbortController()
  const limited = AbortSignal.any([signal, late.signal])
  const ended = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.abort(), limitMs)
  const end = () => {
    const minutes = Math.round(limitMs / 60_000)
    const words = signal.aborted ? 'an action was stopped' : `It was not done within ${minutes} min.`
    ended.reject(new Failure(words, { code: signal.aborted ? 'cancelled' : 'timeout' }))
  }
  limited.addEventListener('abort', end, { once: true })
  try {
    if (signal.aborted) end()
    await Promise.race([work(limited), ended.promise])
  } finally {
    clearTimeout(timer)
    limited.removeEventListener('abort', end)
  }
}

async function lookUp(hands: Hands, proposal: Proposal, signal: AbortSignal): Promise<Outcome> {
  const request = readRequest(proposal)
  if (!request) return { kind: 'unknown', reason: 'I do not know this action.' }
  const doubt = proposal.outcome?.reason ?? 'I was ended in the middle of it, and have not done it again.'
  try {
    return await ACTS[request.kind].verify(hands, request, { before: proposal.before, doubt, signal })
  } catch (thrown) {
    if (signal.aborted) throw thrown
    return { kind: 'unknown', reason: asFailure(thrown).message }
  }
}

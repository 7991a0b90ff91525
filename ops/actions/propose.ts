import type { Clock } from '../../src/clock.ts'
import { type AuditEntry, appendAudit } from '../../src/db/action-audit.ts'
import {
  claimProposal,
  findLastEnd,
  findProposal,
  findRunningProposal,
  insertProposal,
  lockTarget,
  noteFirstTap,
  type Proposal,
  settleProposal,
} from '../../src/db/actions.ts'
import type { Tx } from '../../src/db/pool.ts'
import { asFailure } from '../../src/failure.ts'
import type { Hands } from './act.ts'
import type { ActionKind, ActionRequest, Actor, Person, Risk } from './definitions.ts'
import { ACTS } from './registry.ts'
import { quote } from './seen.ts'

/** From a wish to a card, and from a tap on it to the right to act. Nothing is done here. */

/** A wish that was held against how things are. Made before the transaction, which must not wait for a machine. */
export type Looked = { request: ActionRequest } & (
  | { kind: 'ready'; effect: string; risk: Risk }
  /** `retryable`: it could not be looked at just now, which says nothing about the wish. */
  | { kind: 'refused'; reason: string; retryable?: true }
)

export type Proposed = { kind: 'proposed'; proposal: Proposal } | { kind: 'refused'; reason: string }

/** Long enough to think about, too short for the world to be another one. */
const VALID_MS = 10 * 60_000

/** @throws Failure cancelled */
export async function lookAtRequest(hands: Hands, request: ActionRequest, signal: AbortSignal): Promise<Looked> {
  try {
    const look = await ACTS[request.kind].look(hands, request, signal)
    if (look.kind === 'refused') return { request, ...look }
    return { request, kind: 'ready', effect: look.effect, risk: look.risk }
  } catch (thrown) {
    const failure = asFailure(thrown)
    if (failure.code === 'cancelled' || failure.code === 'internal') throw failure
    return { request, kind: 'refused', reason: failure.message, retryable: true }
  }
}

/** Stores the proposal, or why there is none; either way one line of the audit says so. */
export async function proposeAction(tx: Tx, clock: Clock, looked: Looked, actor: Actor): Promise<Proposed> {
  const now = clock.now()
  const what = describeTarget(looked.request)
  const entry = { at: now, ...actorOf(actor), kind: looked.request.kind, ...pickTarget(what) }
  if (looked.kind === 'refused') {
    await appendAudit(tx, { ...entry, proposalId: null, event: 'refused', reason: looked.reason })
    return { kind: 'refused', reason: looked.reason }
  }
  const proposal = await insertProposal(tx, {
    ...what,
    kind: looked.request.kind,
    risk: looked.risk,
    effect: looked.effect,
    actorKind: actor.kind,
    chatId: actor.chatId,
    proposedBy: actor.kind === 'person' ? actor.id : null,
    proposedAt: now,
    expiresAt: new Date(now.getTime() + VALID_MS),
  })
  await appendAudit(tx, { ...entry, proposalId: proposal.id, event: 'proposed', reason: looked.effect })
  return { kind: 'proposed', proposal }
}

function describeTarget(request: ActionRequest) {
  const target = ACTS[request.kind].target(request)
  if ('containerId' in request) {
    const { containerId, containerName } = request
    return { target, containerId, containerName, args: {} }
  }
  const { kind: _, ...args } = request
  return { target, containerId: null, containerName: null, args }
}

export type Claim =
  | { kind: 'claimed'; proposal: Proposal }
  /** It takes a second tap, on a new button. */
  | { kind: 'ask-again'; proposal: Proposal }
  /** `reason` is for the person; `proposal` is null when there never was one. */
  | { kind: 'refused'; reason: string; proposal: Proposal | null }

/** A tap counts once, in time, and not while another action works on the same target. */
export async function claimAction(
  tx: Tx,
  clock: Clock,
  id: string,
  actor: Actor,
  { isSecondTap }: { isSecondTap: boolean },
): Promise<Claim> {
  const proposal = await findProposal(tx, id)
  if (!proposal || proposal.chatId !== actor.chatId) return { kind: 'refused', reason: GONE, proposal: null }
  await lockTarget(tx, proposal.target)
  const now = clock.now()
  const entry = { ...describe(proposal), at: now, ...actorOf(actor) }
  const reason = await findObstacle(tx, proposal.id, { now, isSecondTap })
  if (reason === null) {
    const asked = proposal.risk === 'two-taps' && !isSecondTap ? await noteFirstTap(tx, id, now) : null
    if (asked) {
      await appendAudit(tx, { ...entry, event: 'first-tap' })
      return { kind: 'ask-again', proposal: asked }
    }
    const by = actor.kind === 'person' ? { id: actor.id, name: actor.name } : { id: null, name: 'healing' }
    const claimed = await claimProposal(tx, id, { ...by, isSecondTap }, now)
    if (claimed) {
      await appendAudit(tx, { ...entry, event: 'tapped' })
      return { kind: 'claimed', proposal: claimed }
    }
  }
  const why = reason ?? GONE
  await appendAudit(tx, { ...entry, event: 'refused', reason: why })
  return { kind: 'refused', reason: why, proposal }
}

const GONE = 'I know nothing of this proposal. Ask again with the command.'
const EXPIRED = 'This proposal has expired: things may have changed. Ask again with the command.'

async function findObstacle(
  tx: Tx,
  id: string,
  { now, isSecondTap }: { now: Date; isSecondTap: boolean },
): Promise<string | null> {
  // Read again: somebody else's tap may have held the lock.
  const proposal = await findProposal(tx, id)
  if (!proposal) return GONE
  if (proposal.status === 'running')
    return `${proposal.claimedByName ?? 'Somebody'} has tapped already: it is being done.`
  if (proposal.status === 'done') return 'This was decided already. Ask again with the command.'
  if (proposal.expiresAt <= now) return EXPIRED
  if (proposal.risk === 'two-taps' && isSecondTap !== (proposal.firstTapAt !== null))
    return isSecondTap ? 'The first button comes first.' : 'I have asked again: use the new button.'
  const other = await findRunningProposal(tx, proposal.target)
  if (other) return `${describeOther(other)} just now. Wait for its end.`
  const lastEnd = await findLastEnd(tx, proposal.target, proposal.kind)
  const waitMs = lastEnd ? lastEnd.getTime() + ACTS[proposal.kind as ActionKind].coolDownMs - now.getTime() : 0
  if (waitMs <= 0) return null
  return `The same was done a moment ago. Give it ${Math.ceil(waitMs / 1000)} s, then tap again.`
}

function describeOther(other: Proposal): string {
  const who = other.claimedBy === null ? 'Healing' : 'Another action'
  return `${who} works on ${other.containerName === null ? 'the same' : quote(other.containerName)}`
}

/** Takes a proposal back before anybody confirmed it. Null when it is too late. */
export async function dropAction(tx: Tx, clock: Clock, id: string, actor: Person): Promise<Proposal | null> {
  const now = clock.now()
  const outcome = { kind: 'dropped', reason: `${actor.name} left it as it is.` }
  const dropped = await settleProposal(tx, id, 'proposed', { outcome }, now)
  if (!dropped) return null
  await appendAudit(tx, { ...describe(dropped), at: now, ...actorOf(actor), event: 'dropped' })
  return dropped
}

/** Who did it, as the audit has it; null for the bot itself, at its start. */
export function actorOf(actor: Actor | null): Pick<AuditEntry, 'actorKind' | 'actor' | 'actorName'> {
  if (actor === null) return { actorKind: 'bot', actor: null, actorName: null }
  if (actor.kind === 'healing') return { actorKind: 'healing', actor: null, actorName: null }
  return { actorKind: 'person', actor: actor.id, actorName: actor.name }
}

/** What it is about, as the audit has it. */
export function describe(proposal: Proposal) {
  return { proposalId: proposal.id, kind: proposal.kind, ...pickTarget(proposal) }
}

function pickTarget({
  target,
  containerId,
  containerName,
}: Pick<Proposal, 'target' | 'containerId' | 'containerName'>) {
  return { target, containerId, containerName }
}

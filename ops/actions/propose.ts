import type { Clock } from '../../src/clock.ts'
import {
  appendAudit,
  claimProposal,
  findLastEnd,
  findProposal,
  findRunningProposal,
  insertProposal,
  lockProposals,
  type Proposal,
  settleProposal,
} from '../../src/db/actions.ts'
import type { Tx } from '../../src/db/pool.ts'
import type { Container } from '../../src/docker/container.ts'
import { describeHindrance, findHindrance, type Guard } from '../containers.ts'
import { ACTIONS, type ActionKind } from './definitions.ts'

/** From a wish to a card, and from a tap on it to the right to act. Nothing is done to a container here. */

export type Actor = { id: number; name: string; chatId: number }

export type Proposed = { kind: 'proposed'; proposal: Proposal } | { kind: 'refused'; reason: string }

/** Long enough to think about, too short for the world to be another one. */
const VALID_MS = 10 * 60_000

/** Stores the proposal, or why there is none; either way one line of the audit says so. */
export async function proposeAction(
  tx: Tx,
  { clock, guard }: { clock: Clock; guard: Guard },
  kind: ActionKind,
  container: Container,
  actor: Actor,
): Promise<Proposed> {
  const now = clock.now()
  const what = { kind, containerId: container.id, containerName: container.name }
  const hindrance = findHindrance(container, guard)
  const reason = hindrance ? describeHindrance(hindrance) : ACTIONS[kind].objection(container)
  if (reason !== null) {
    await appendAudit(tx, { at: now, proposalId: null, event: 'refused', actor: actor.id, ...what, reason })
    return { kind: 'refused', reason }
  }
  const expiresAt = new Date(now.getTime() + VALID_MS)
  const { id: proposedBy, chatId } = actor
  const proposal = await insertProposal(tx, { ...what, chatId, proposedBy, proposedAt: now, expiresAt })
  await appendAudit(tx, { at: now, proposalId: proposal.id, event: 'proposed', actor: actor.id, ...what })
  return { kind: 'proposed', proposal }
}

export type Claim =
  | { kind: 'claimed'; proposal: Proposal }
  /** `reason` is for the person; `proposal` is null when there never was one. */
  | { kind: 'refused'; reason: string; proposal: Proposal | null }

/** A tap counts once, in time, and not while another action works on the same container. */
export async function claimAction(tx: Tx, clock: Clock, id: string, actor: Actor): Promise<Claim> {
  const proposal = await findProposal(tx, id)
  if (!proposal || proposal.chatId !== actor.chatId) return { kind: 'refused', reason: GONE, proposal: null }
  await lockProposals(tx, proposal.containerId)
  const now = clock.now()
  const reason = (await findObstacle(tx, proposal.id, now)) ?? null
  const claimed = reason === null ? await claimProposal(tx, id, actor, now) : null
  const { containerId, containerName, kind } = proposal
  const entry = { at: now, proposalId: id, actor: actor.id, kind, containerId, containerName }
  if (claimed) {
    await appendAudit(tx, { ...entry, event: 'tapped' })
    return { kind: 'claimed', proposal: claimed }
  }
  const why = reason ?? GONE
  await appendAudit(tx, { ...entry, event: 'refused', reason: why })
  return { kind: 'refused', reason: why, proposal }
}

const GONE = 'I know nothing of this proposal. Ask again with the command.'
const EXPIRED = 'This proposal has expired: things may have changed. Ask again with the command.'

async function findObstacle(tx: Tx, id: string, now: Date): Promise<string | null> {
  // Read again: somebody else's tap may have held the lock.
  const proposal = await findProposal(tx, id)
  if (!proposal) return GONE
  if (proposal.status === 'running')
    return `${proposal.claimedByName ?? 'Somebody'} has tapped already: it is being done.`
  if (proposal.status === 'done') return 'This was decided already. Ask again with the command.'
  if (proposal.expiresAt <= now) return EXPIRED
  const other = await findRunningProposal(tx, proposal.containerId)
  if (other) return `Another action works on ${proposal.containerName} just now. Wait for its end.`
  const lastEnd = await findLastEnd(tx, proposal.containerId, proposal.kind)
  const kind = proposal.kind as ActionKind
  const waitMs = lastEnd ? lastEnd.getTime() + ACTIONS[kind].coolDownMs - now.getTime() : 0
  if (waitMs <= 0) return null
  return `The same was done a moment ago. Give it ${Math.ceil(waitMs / 1000)} s, look at /containers, then tap again.`
}

/** Takes a proposal back before anybody confirmed it. Null when it is too late. */
export async function dropAction(tx: Tx, clock: Clock, id: string, actor: Actor): Promise<Proposal | null> {
  const now = clock.now()
  const outcome = { kind: 'dropped', reason: `${actor.name} left it as it is.` }
  const dropped = await settleProposal(tx, id, 'proposed', { outcome }, now)
  if (!dropped) return null
  const { containerId, containerName, kind } = dropped
  const entry = { at: now, proposalId: id, actor: actor.id, kind, containerId, containerName }
  await appendAudit(tx, { ...entry, event: 'dropped' })
  return dropped
}

import { type AuditLine, listAudit } from '../../src/db/action-audit.ts'
import { findProposal, listRunningProposals, type Proposal } from '../../src/db/actions.ts'
import { type AfterSample, listSamples } from '../../src/db/after-samples.ts'
import type { Queryable, Tx } from '../../src/db/pool.ts'
import type { Hands } from './act.ts'
import { type SampleReport, takeDueSamples } from './after-samples.ts'
import type { ContentHands } from './content-hands.ts'
import type { ActionRequest, Actor, Person } from './definitions.ts'
import { type Asked, executeProposal, lookUpProposal } from './execute.ts'
import {
  type Claim,
  claimAction,
  dropAction,
  type Looked,
  lookAtRequest,
  type Proposed,
  proposeAction,
} from './propose.ts'

export type { AuditLine } from '../../src/db/action-audit.ts'
export type { AfterSample } from '../../src/db/after-samples.ts'
export type { OutcomeKind } from './act.ts'

/** Look, propose, claim, execute: each step stored before the next, so that a dead process has done it once or not at all. */
export type Actions = {
  /** What it would do, or why not. Talks to the machine: not inside a transaction. @throws Failure cancelled */
  look(request: ActionRequest, signal: AbortSignal): Promise<Looked>
  propose(tx: Tx, looked: Looked, actor: Actor): Promise<Proposed>
  claim(tx: Tx, id: string, actor: Actor, tap: { isSecondTap: boolean }): Promise<Claim>
  drop(tx: Tx, id: string, actor: Person): Promise<Proposal | null>
  find(db: Queryable, id: string): Promise<Proposal | null>
  /** Does it, watches, settles it and reports. @throws Failure cancelled when the process ends meanwhile */
  execute(proposal: Proposal, asked: Asked, signal: AbortSignal): Promise<void>
  /** Looks at what became of it; never does it again. */
  lookUp(proposal: Proposal, asked: Asked, signal: AbortSignal): Promise<void>
  /** Nobody works on them any more: their process died, or could not write down their end. */
  listLeftOver(): Promise<Proposal[]>
  /** Looks again at what was done a while ago, as far as that is due. Called while it is at that, it returns at once. */
  takeSamples(report: SampleReport, signal: AbortSignal): Promise<void>
  listSamples(db: Queryable, id: string): Promise<AfterSample[]>
  /** The newest first. */
  listAudit(db: Queryable, limit: number): Promise<AuditLine[]>
  /** The root joins the two halves once both are there. */
  connectContent(content: ContentHands): void
}

/** Without `content`: it comes when the other half is there. */
export function createActions(given: Omit<Hands, 'content'>): Actions {
  let content: ContentHands | null = null
  const hands: Hands = { ...given, content: () => content }
  const inHand = new Set<string>()
  let isSampling = false
  const keepInHand = async (id: string, work: () => Promise<void>) => {
    inHand.add(id)
    await work().finally(() => inHand.delete(id))
  }
  return {
    look: (request, signal) => lookAtRequest(hands, request, signal),
    propose: (tx, looked, actor) => proposeAction(tx, hands.clock, looked, actor),
    claim: (tx, id, actor, tap) => claimAction(tx, hands.clock, id, actor, tap),
    drop: (tx, id, actor) => dropAction(tx, hands.clock, id, actor),
    find: findProposal,
    execute: (proposal, asked, signal) =>
      keepInHand(proposal.id, () => executeProposal(hands, proposal, asked, signal)),
    lookUp: (proposal, asked, signal) => keepInHand(proposal.id, () => lookUpProposal(hands, proposal, asked, signal)),
    listLeftOver: async () => {
      const running = await listRunningProposals(hands.db.pool)
      return running.filter(({ id }) => !inHand.has(id))
    },
    takeSamples: async (report, signal) => {
      if (isSampling) return
      isSampling = true
      await takeDueSamples(hands, report, signal).finally(() => {
        isSampling = false
      })
    },
    listSamples,
    listAudit,
    connectContent: (given) => {
      content = given
    },
  }
}

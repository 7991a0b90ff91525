import { appendAudit } from '../../src/db/action-audit.ts'
import { findProposal, overturnProposal, type Proposal } from '../../src/db/actions.ts'
import {
  type AfterSample,
  dropSamples,
  isOvertakenByAction,
  listDueSamples,
  settleSamples,
} from '../../src/db/after-samples.ts'
import { inTransaction, type Tx } from '../../src/db/pool.ts'
import { describeSpan } from '../words.ts'
import type { Hands } from './act.ts'
import { readRequest } from './proposal.ts'
import { actorOf, describe } from './propose.ts'
import { ACTS } from './registry.ts'

/** "Fixed" said after some seconds is a beginning: what was done is looked at again after half a minute and five minutes. */

/** Called in the transaction; what it gives is called after the commit. `overturned`: called fixed, and not so after all. */
export type SampleReport = (tx: Tx, settled: Proposal, overturned: boolean) => Promise<() => void>

/** What cannot be seen for so long is not worth knowing any more. */
const GIVE_UP_MS = 10 * 60_000

/** @throws Failure cancelled when the process ends: what is due stays due */
export async function takeDueSamples(hands: Hands, report: SampleReport, signal: AbortSignal): Promise<void> {
  for (const due of await listDueSamples(hands.db.pool, hands.clock.now())) {
    const proposal = await findProposal(hands.db.pool, due.proposalId)
    if (proposal) await takeSample(hands, due, proposal, report, signal)
  }
}

async function takeSample(
  hands: Hands,
  due: AfterSample,
  proposal: Proposal,
  report: SampleReport,
  signal: AbortSignal,
): Promise<void> {
  const request = readRequest(proposal)
  const since = proposal.finishedAt ?? due.dueAt
  const overtaken = { proposalId: proposal.id, target: proposal.target, since }
  // What somebody did on purpose since then says nothing about this one.
  if (!request || (await isOvertakenByAction(hands.db.pool, overtaken)))
    return inTransaction(hands.db.pool, (tx) => dropSamples(tx, proposal.id))
  const look = await ACTS[request.kind]
    .lookAgain(hands, request, { before: proposal.before, after: proposal.after, signal })
    .catch((thrown: unknown) => {
      if (signal.aborted) throw thrown
      hands.log.info({ err: thrown, proposalId: proposal.id }, 'what was done could not be looked at again')
      return null
    })
  const now = hands.clock.now()
  if (look === null && now.getTime() - due.dueAt.getTime() < GIVE_UP_MS) return
  const tell = await inTransaction(hands.db.pool, async (tx) => {
    if (!(await settleSamples(tx, due, { seen: look?.overtaken ? undefined : look?.seen, now }))) return null
    const after = `After ${describeSpan((now.getTime() - since.getTime()) / 1000)}`
    const why = look?.overturned ?? null
    const overtaken = look?.overtaken ?? null
    if (overtaken !== null) await dropSamples(tx, proposal.id)
    const turned = why === null ? null : await overturnProposal(tx, proposal.id, `${after}: ${why}`)
    await appendAudit(tx, {
      ...describe(proposal),
      at: now,
      event: 'after-sample',
      ...actorOf(null),
      reason: `${after}: ${why ?? overtaken ?? (look ? 'it holds.' : 'it could not be looked at.')}`,
      before: proposal.after,
      after: look?.seen,
    })
    return report(tx, turned ?? proposal, turned !== null)
  })
  tell?.()
}

import type { Clock } from '../../src/clock.ts'
import { appendAudit, noteBefore, type Proposal, settleProposal } from '../../src/db/actions.ts'
import type { Database, Tx } from '../../src/db/pool.ts'
import { inTransaction } from '../../src/db/pool.ts'
import type { Container } from '../../src/docker/container.ts'
import type { Docker } from '../../src/docker/engine.ts'
import type { FindDocker } from '../../src/docker/open-docker.ts'
import { asFailure, type FailureCode } from '../../src/failure.ts'
import type { Log } from '../../src/log.ts'
import { describeHindrance, findHindrance, type Guard } from '../containers.ts'
import { ACTIONS, type ActionDefinition, ActionRequest } from './definitions.ts'
import { Evidence, isTroubled, type Seen, type Timing, takeEvidence, watchUntilStable } from './watch.ts'

/** Does what a tap has claimed, once, and looks at what became of it. */

export type ExecuteDeps = {
  db: Database
  log: Log
  clock: Clock
  findDocker: FindDocker
  guard: () => Promise<Guard>
  timing: Timing
}

export type OutcomeKind = 'fixed' | 'not-fixed' | 'unknown' | 'refused'
type Outcome = { kind: OutcomeKind; reason: string; before?: Evidence; after?: Evidence }

/** Called in the transaction that settles it: what is shown and what is stored are one. */
export type Report = (tx: Tx, settled: Proposal) => Promise<void>

/** @throws Failure cancelled when the process ends: the row stays as it is, and the next start looks it up */
export async function executeProposal(
  deps: ExecuteDeps,
  proposal: Proposal,
  report: Report,
  signal: AbortSignal,
): Promise<void> {
  const outcome = await carryOut(deps, proposal, signal).catch((thrown): Outcome => {
    if (asFailure(thrown).code === 'cancelled') throw thrown
    // Whatever it is, the card must not stay at "restarting…".
    deps.log.error({ err: thrown, proposalId: proposal.id }, 'an action failed in the middle')
    return { kind: 'unknown', reason: 'Something in me failed in the middle of it.' }
  })
  await settle(deps, proposal, 'running', outcome, { report, actor: proposal.claimedBy })
}

/** For an action whose end nobody saw: looks, and never repeats it. */
export async function lookUpProposal(
  deps: ExecuteDeps,
  proposal: Proposal,
  asked: { report: Report; actor: number | null },
  signal: AbortSignal,
): Promise<void> {
  const from = proposal.status === 'done' ? 'done' : 'running'
  const outcome = await lookUp(deps, proposal, signal)
  await settle(deps, proposal, from, outcome, asked)
}

async function settle(
  deps: ExecuteDeps,
  proposal: Proposal,
  from: 'running' | 'done',
  outcome: Outcome,
  { report, actor }: { report: Report; actor: number | null },
): Promise<void> {
  const { kind, reason, before, after } = outcome
  const now = deps.clock.now()
  await inTransaction(deps.db.pool, async (tx) => {
    const settled = await settleProposal(tx, proposal.id, from, { outcome: { kind, reason }, before, after }, now)
    if (!settled) return
    const { containerId, containerName } = settled
    const event = kind === 'refused' ? ('refused' as const) : ('outcome' as const)
    const what = { proposalId: settled.id, kind: settled.kind, containerId, containerName }
    await appendAudit(tx, {
      at: now,
      event,
      actor,
      ...what,
      reason: `${kind}: ${reason}`,
      before: settled.before,
      after: settled.after,
    })
    await report(tx, settled)
  })
  deps.log.info({ proposalId: proposal.id, action: proposal.kind, outcome: kind }, 'action settled')
}

/** What says plainly that the engine did nothing. */
const NOTHING_DONE: readonly FailureCode[] = ['unauthorized', 'bad_input', 'not_found', 'conflict']

async function carryOut(deps: ExecuteDeps, proposal: Proposal, signal: AbortSignal): Promise<Outcome> {
  const ready = await prepare(deps, proposal, signal)
  if (ready.kind === 'refused') return { kind: 'refused', reason: ready.reason }
  const { docker, container, definition } = ready
  const before = takeEvidence(container)
  await noteBefore(deps.db.pool, proposal.id, before)
  let doubt: string | null = null
  try {
    await definition.run(docker, container.id, signal)
  } catch (thrown) {
    const failure = asFailure(thrown)
    if (failure.code === 'cancelled') throw failure
    if (NOTHING_DONE.includes(failure.code)) return { kind: 'refused', reason: failure.message, before }
    deps.log.warn({ err: failure, proposalId: proposal.id }, 'the end of an action is in doubt')
    doubt = failure.message
  }
  const watch = { wants: definition.wants, suspect: isTroubled(before), timing: deps.timing, signal }
  const seen = await watchUntilStable(docker, container.id, watch)
  return { ...conclude(seen, { doubt, happened: isChanged(proposal, before, seen) }), before }
}

type Ready =
  | { kind: 'ready'; docker: Docker; container: Container; definition: ActionDefinition }
  | { kind: 'refused'; reason: string }

/** Everything is looked at again at the last moment: minutes may lie between the card and the tap. */
async function prepare(deps: ExecuteDeps, proposal: Proposal, signal: AbortSignal): Promise<Ready> {
  const refused = (reason: string): Ready => ({ kind: 'refused', reason })
  const request = ActionRequest.safeParse(proposal)
  if (!request.success) return refused('I do not know this action.')
  const state = await deps.findDocker()
  if (state.kind === 'absent') return refused(state.reason)
  let containers: Container[]
  try {
    containers = await state.docker.list(signal)
  } catch (thrown) {
    const failure = asFailure(thrown)
    if (failure.code === 'cancelled') throw failure
    return refused(failure.message)
  }
  const container = containers.find((one) => one.id === proposal.containerId)
  if (!container) {
    const again = containers.some((one) => one.name === proposal.containerName)
    return refused(again ? 'It was made anew since I asked: another container has its name now.' : 'It is gone.')
  }
  if (container.name !== proposal.containerName) return refused('It has another name now.')
  const hindrance = findHindrance(container, await deps.guard())
  if (hindrance) return refused(describeHindrance(hindrance))
  const definition = ACTIONS[request.data.kind]
  const objection = definition.objection(container)
  return objection ? refused(objection) : { kind: 'ready', docker: state.docker, container, definition }
}

async function lookUp(deps: ExecuteDeps, proposal: Proposal, signal: AbortSignal): Promise<Outcome> {
  const doubt = proposal.outcome?.reason ?? 'I was ended in the middle of it, and have not done it again.'
  const state = await deps.findDocker()
  const request = ActionRequest.safeParse(proposal)
  if (state.kind === 'absent') return { kind: 'unknown', reason: state.reason }
  try {
    const containers = await state.docker.list(signal)
    const container = containers.find((one) => one.id === proposal.containerId)
    if (!container || !request.success) return { kind: 'unknown', reason: 'It is gone.' }
    const before = Evidence.safeParse(proposal.before)
    const suspect = !before.success || isTroubled(before.data)
    const watch = { wants: ACTIONS[request.data.kind].wants, suspect, timing: deps.timing, signal }
    const seen = await watchUntilStable(state.docker, container.id, watch)
    return conclude(seen, { doubt, happened: isChanged(proposal, before.success ? before.data : null, seen) })
  } catch (thrown) {
    const failure = asFailure(thrown)
    if (failure.code === 'cancelled') throw failure
    return { kind: 'unknown', reason: failure.message }
  }
}

/** Whether what was asked for did happen: a restart shows in the time of the start. */
function isChanged(proposal: Proposal, before: Evidence | null, seen: Seen): boolean {
  if (!('last' in seen)) return false
  if (proposal.kind !== 'restart') return true
  return before !== null && before.startedAt !== seen.last.startedAt
}

/** `doubt`: why nobody knows whether the engine did it; null when it said so. */
function conclude(seen: Seen, { doubt, happened }: { doubt: string | null; happened: boolean }): Outcome {
  switch (seen.kind) {
    case 'gone':
      return { kind: 'unknown', reason: 'It vanished meanwhile.' }
    case 'unreachable':
      return { kind: 'unknown', reason: doubt ?? seen.reason }
    case 'unclear':
      return { kind: 'unknown', reason: seen.reason, after: seen.last }
    case 'unstable':
      return { kind: 'not-fixed', reason: doubt ?? seen.reason, after: seen.last }
    case 'stable': {
      // A proxy may say yes to everything: a restart that left the old start behind is none.
      if (!happened)
        return { kind: 'unknown', reason: doubt ?? 'It is up, but it has not been started anew.', after: seen.last }
      const seconds = Math.round(seen.watchedMs / 1000)
      return { kind: 'fixed', reason: `Seen steady for ${seconds} s.`, after: seen.last }
    }
  }
}

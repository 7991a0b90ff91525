import { appendAudit } from '../../src/db/action-audit.ts'
import { findRunningProposal, type Proposal } from '../../src/db/actions.ts'
import {
  deleteCalls,
  findLastOnPurpose,
  type HealingCall,
  insertCall,
  listCalls,
  listHealings,
  noteWell,
} from '../../src/db/healing.ts'
import { inTransaction, type Tx } from '../../src/db/pool.ts'
import type { Container } from '../../src/docker/container.ts'
import { parseContainerId } from '../../src/docker/container-id.ts'
import { asFailure } from '../../src/failure.ts'
import { findHindrance } from '../containers.ts'
import type { Observation } from '../monitor/index.ts'
import type { HealDeps, HealListener } from './deps.ts'
import { createMuffle, type Muffle } from './muffle.ts'
import { type Decision, decide, findPatients, HOUR_MS, type Patient, POLICY } from './policy.ts'
import { changeHealSetting, readHealSetting } from './setting.ts'

/** Restarts what is unhealthy or dead, within limits, by the same steps as a tap; then it stops and calls for a person. */

const HEALING = { kind: 'healing' } as const
const OPT_OUT = 'nexus.heal'

/**
 * `needBadAt`: by the name of a container, when something that it needs was last in trouble. `readNewest`: null when there is
 * nothing that says how things are now.
 */
type Healer = HealDeps & { needBadAt: Map<string, Date>; readNewest: () => Observation | null }

export async function healAll(deps: Healer, listener: HealListener, signal: AbortSignal): Promise<void> {
  const setting = await readHealSetting(deps.db.pool)
  const observation = deps.readNewest()
  if (!setting.on || !observation) return
  const { ready, waiting } = findPatients(observation)
  noteNeeds(deps.needBadAt, waiting, deps.clock.now())
  const calls = await liftCalls(deps, [...ready, ...waiting])
  if (setting.haltedAt !== null || ready.length === 0) return
  const round = { ...deps, muffle: await createMuffle(deps.db.pool, deps.clock.now()) }
  for (const { containerId } of ready) {
    if (signal.aborted) return
    // The one before may have taken a minute: by now this one may be well, or somebody may have stopped it.
    const patient = findStillReady(deps.readNewest(), containerId)
    if (patient && !(await healOne(round, patient, calls.get(containerId) ?? null, listener, signal))) return
  }
}

function findStillReady(observation: Observation | null, containerId: string): Patient | undefined {
  if (!observation) return undefined
  const { ready } = findPatients(observation)
  return ready.find((patient) => patient.containerId === containerId)
}

function noteNeeds(needBadAt: Map<string, Date>, waiting: readonly Patient[], now: Date): void {
  for (const [name, at] of needBadAt) if (now.getTime() - at.getTime() > POLICY.needBackMs) needBadAt.delete(name)
  for (const { containerName } of waiting) needBadAt.set(containerName, now)
}

/** Forgets the calls that a person has answered, or that the container has: it was well for long enough. */
async function liftCalls({ db, clock }: HealDeps, patients: readonly Patient[]): Promise<Map<string, HealingCall>> {
  const now = clock.now()
  const open = new Map<string, HealingCall>()
  for (const call of await listCalls(db.pool)) {
    const isWell = !patients.some(({ containerId }) => containerId === call.containerId)
    const byPerson = await findLastOnPurpose(db.pool, call.containerName)
    const since = isWell ? (call.wellSince ?? now) : null
    const isOver =
      (byPerson !== null && byPerson.at > call.calledAt) ||
      (since !== null && now.getTime() - since.getTime() >= POLICY.wellMs)
    if (isOver) await deleteCalls(db.pool, call.containerId)
    else open.set(call.containerId, call)
    if (!isOver && since?.getTime() !== call.wellSince?.getTime()) await noteWell(db.pool, call.containerId, since)
  }
  return open
}

/** False when nothing more is to be healed. */
async function healOne(
  deps: Healer & { muffle: Muffle },
  patient: Patient,
  call: HealingCall | null,
  listener: HealListener,
  signal: AbortSignal,
): Promise<boolean> {
  const container = await findTouchable(deps, patient, signal)
  if (!container) return true
  const now = deps.clock.now()
  const healings = await listHealings(deps.db.pool, new Date(now.getTime() - HOUR_MS))
  const lastOnPurpose = await findLastOnPurpose(deps.db.pool, patient.containerName)
  const needBadAt = deps.needBadAt.get(patient.containerName) ?? null
  const decision = decide(patient, { healings, lastOnPurpose, call, container, needBadAt }, now)
  switch (decision.kind) {
    case 'wait':
    case 'leave':
      return true
    case 'halt':
      await halt(deps, healings.length, listener)
      return false
    case 'call':
      await callPerson(deps, patient, decision, deps.muffle(patient, listener))
      return true
    case 'act':
      await restart(deps, patient, decision.attempt, deps.muffle(patient, listener), signal)
      return true
  }
}

/** As it is now: an observation may be a minute old, and labels say whether healing may touch it. Null when it may not. */
async function findTouchable(deps: HealDeps, patient: Patient, signal: AbortSignal): Promise<Container | null> {
  const { containerId, containerName, isLooping, rules } = patient
  const id = parseContainerId(containerId)
  const state = await deps.findDocker()
  if (id === null || state.kind === 'absent') return null
  try {
    const container = await state.docker.inspect(id, signal)
    if (container.name !== containerName || container.labels[OPT_OUT]?.toLowerCase() === 'false') return null
    if (findHindrance(container, await deps.guard())) return null
    // Off since it was seen: whether somebody stopped it, the next observation knows.
    if (container.state !== 'running' && rules.every((rule) => rule === 'container-unhealthy')) return null
    return isLooping || container.state !== 'running' || container.health === 'unhealthy' ? container : null
  } catch (thrown) {
    const failure = asFailure(thrown)
    if (failure.code === 'cancelled') throw failure
    deps.log.info({ err: failure }, 'a container to be healed could not be looked at')
    return null
  }
}

async function restart(
  deps: HealDeps,
  patient: Patient,
  attempt: number,
  listener: HealListener,
  signal: AbortSignal,
): Promise<void> {
  const { containerId, containerName } = patient
  const looked = await deps.actions.look({ kind: 'restart', containerId, containerName }, signal)
  // That is for nobody to hear every minute.
  if (looked.kind === 'refused') return
  const begun = await inTransaction(deps.db.pool, async (tx) => {
    if (await findRunningProposal(tx, containerId)) return null
    const proposal = await claimAlone(deps, tx, looked, listener)
    if (!proposal) return null
    return { proposal, tell: await listener.announce(tx, { kind: 'begun', proposal, attempt, why: patient.words }) }
  })
  if (!begun) return
  begun.tell()
  const actor = { ...HEALING, chatId: listener.chatId }
  await deps.actions.execute(begun.proposal, { report: listener.report, actor }, signal)
  listener.wake()
}

/** Proposed and claimed in one transaction: healing asks nobody. */
export async function claimAlone(
  deps: Pick<HealDeps, 'actions'>,
  tx: Tx,
  looked: Parameters<HealDeps['actions']['propose']>[1],
  { chatId }: Pick<HealListener, 'chatId'>,
): Promise<Proposal | null> {
  const actor = { ...HEALING, chatId }
  const proposed = await deps.actions.propose(tx, looked, actor)
  if (proposed.kind === 'refused') return null
  const claim = await deps.actions.claim(tx, proposed.proposal.id, actor, { isSecondTap: true })
  return claim.kind === 'claimed' ? claim.proposal : null
}

async function callPerson(
  deps: HealDeps,
  patient: Patient,
  { why, restartHelps }: Extract<Decision, { kind: 'call' }>,
  listener: HealListener,
): Promise<void> {
  const now = deps.clock.now()
  const { containerId, containerName } = patient
  const tell = await inTransaction(deps.db.pool, async (tx) => {
    if (!(await insertCall(tx, { containerId, containerName, calledAt: now }))) return null
    await appendAudit(tx, {
      ...policyEntry(now, `called for a person: ${why}`),
      target: containerId,
      containerId,
      containerName,
    })
    return listener.announce(tx, { kind: 'call', containerId, containerName, why, restartHelps })
  })
  tell?.()
}

async function halt(deps: HealDeps, restarts: number, listener: HealListener): Promise<void> {
  const now = deps.clock.now()
  const tell = await inTransaction(deps.db.pool, async (tx) => {
    await changeHealSetting(tx, { haltedAt: now.toISOString() })
    await appendAudit(tx, policyEntry(now, `stopped: ${restarts} restarts within an hour`))
    return listener.announce(tx, { kind: 'halted', restarts })
  })
  tell()
}

function policyEntry(at: Date, reason: string) {
  return {
    at,
    proposalId: null,
    event: 'policy' as const,
    actorKind: 'healing' as const,
    actor: null,
    actorName: null,
    kind: 'heal',
    target: null,
    containerId: null,
    containerName: null,
    reason,
  }
}

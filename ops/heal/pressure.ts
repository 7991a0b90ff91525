import { findProposal, findRunningProposal, type Proposal } from '../../src/db/actions.ts'
import {
  closeRelief,
  insertRelief,
  listOfferedSince,
  listOpenReliefs,
  type Relief,
} from '../../src/db/memory-relief.ts'
import { inTransaction } from '../../src/db/pool.ts'
import type { Container } from '../../src/docker/container.ts'
import type { Docker } from '../../src/docker/engine.ts'
import type { Observation } from '../monitor/index.ts'
import type { Finding } from '../rules.ts'
import { describeBytes } from '../words.ts'
import type { HealDeps, HealListener } from './deps.ts'
import { claimAlone } from './heal.ts'

/** Where memory is critical, what may be spared is offered for stopping, and for starting when the pressure is gone. */

const EXPENDABLE = 'nexus.expendable'
const PRIORITY = 'nexus.priority'
/** Time to decide, and for the memory to show what a stop has brought. */
const NEXT_OFFER_MS = 3 * 60_000
/** What somebody left as it is, is not offered again at once. */
const SAME_OFFER_MS = 60 * 60_000

export async function relieveMemory(
  deps: HealDeps,
  { findings }: Observation,
  listener: HealListener,
  signal: AbortSignal,
): Promise<void> {
  const memory = findings.find(({ rule }) => rule === 'memory')
  const open = await listOpenReliefs(deps.db.pool)
  const stopped: Relief[] = []
  for (const relief of open) {
    const stop = await findProposal(deps.db.pool, relief.stopId)
    const end = judgeStop(stop, deps.clock.now())
    if (end === 'stopped') stopped.push(relief)
    if (end === 'left') await closeRelief(deps.db.pool, relief.id, deps.clock.now(), null)
  }
  if (memory === undefined) for (const relief of stopped) await bringBack(deps, relief, listener, signal)
  else if (memory.severity === 'critical' && listener.chatId !== null) await offerNext(deps, memory, listener, signal)
}

function judgeStop(stop: Proposal | null, now: Date): 'waiting' | 'stopped' | 'left' {
  if (stop === null) return 'left'
  if (stop.status === 'proposed') return stop.expiresAt > now ? 'waiting' : 'left'
  if (stop.status === 'running') return 'waiting'
  return stop.outcome?.kind === 'fixed' || stop.outcome?.kind === 'unknown' ? 'stopped' : 'left'
}

async function offerNext(deps: HealDeps, memory: Finding, listener: HealListener, signal: AbortSignal): Promise<void> {
  const now = deps.clock.now()
  const state = await deps.findDocker()
  if (state.kind === 'absent') return
  const offered = await listOfferedSince(deps.db.pool, new Date(now.getTime() - SAME_OFFER_MS))
  if (offered.some(({ openedAt }) => now.getTime() - openedAt.getTime() < NEXT_OFFER_MS)) return
  const taken = new Set(offered.map(({ containerId }) => containerId))
  for (const container of listExpendable(await state.docker.list(signal))) {
    if (taken.has(container.id)) continue
    const { id: containerId, name: containerName } = container
    const looked = await deps.actions.look({ kind: 'stop', containerId, containerName }, signal)
    if (looked.kind === 'refused') continue
    const effect = `${memory.words}; this one ${await describeUse(state.docker, container, signal)}. ${looked.effect}`
    const tell = await inTransaction(deps.db.pool, async (tx) => {
      const actor = { kind: 'healing', chatId: listener.chatId } as const
      const proposed = await deps.actions.propose(tx, { ...looked, effect }, actor)
      if (proposed.kind === 'refused') return null
      await insertRelief(tx, { containerId, containerName, stopId: proposed.proposal.id, openedAt: now })
      return listener.announce(tx, { kind: 'offer-stop', proposal: proposed.proposal })
    })
    tell?.()
    return
  }
}

/** The least important first. Without a priority: 0. */
function listExpendable(containers: readonly Container[]): Container[] {
  const priorityOf = ({ labels }: Container) => {
    const value = Number(labels[PRIORITY] ?? 0)
    return Number.isFinite(value) ? value : 0
  }
  return containers
    .filter(({ state, labels }) => state === 'running' && labels[EXPENDABLE]?.toLowerCase() === 'true')
    .sort((a, b) => priorityOf(a) - priorityOf(b) || a.name.localeCompare(b.name, 'en'))
}

async function describeUse(docker: Docker, { id }: Container, signal: AbortSignal): Promise<string> {
  const stats = await docker.stats(id, signal).catch(() => null)
  return stats ? `takes ${describeBytes(stats.memoryBytes)}` : 'may be spared'
}

/** Once: started by itself where the person wanted that, offered otherwise. */
async function bringBack(deps: HealDeps, relief: Relief, listener: HealListener, signal: AbortSignal): Promise<void> {
  const { containerId, containerName } = relief
  // Without a look nothing is known of it: the next round asks again.
  if ((await deps.findDocker()).kind === 'absent') return
  const looked = await deps.actions.look({ kind: 'start', containerId, containerName }, signal)
  const now = deps.clock.now()
  if (looked.kind === 'refused') {
    // It runs again, is gone, or may not be touched any more: somebody was faster.
    if (!looked.retryable) await closeRelief(deps.db.pool, relief.id, now, null)
    return
  }
  const begun = await inTransaction(deps.db.pool, async (tx) => {
    if (await findRunningProposal(tx, containerId)) return null
    const proposal = relief.startAgain
      ? await claimAlone(deps, tx, looked, listener)
      : await offer(deps, tx, looked, listener)
    if (!proposal) return null
    await closeRelief(tx, relief.id, now, proposal.id)
    const kind = relief.startAgain ? 'starting' : 'offer-start'
    return { proposal, tell: await listener.announce(tx, { kind, proposal }) }
  })
  if (!begun) return
  begun.tell()
  if (!relief.startAgain) return
  const actor = { kind: 'healing', chatId: listener.chatId } as const
  await deps.actions.execute(begun.proposal, { report: listener.report, actor }, signal)
  listener.wake()
}

async function offer(
  deps: HealDeps,
  tx: Parameters<HealDeps['actions']['propose']>[0],
  looked: Parameters<HealDeps['actions']['propose']>[1],
  { chatId }: HealListener,
): Promise<Proposal | null> {
  const proposed = await deps.actions.propose(tx, looked, { kind: 'healing', chatId })
  return proposed.kind === 'proposed' ? proposed.proposal : null
}

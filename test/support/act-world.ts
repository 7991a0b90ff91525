import type { BackupHands } from '../../ops/actions/act.ts'
import type { ActionRequest, Actor, Person } from '../../ops/actions/definitions.ts'
import { createActions } from '../../ops/actions/index.ts'
import type { Proposal } from '../../ops/actions/proposal.ts'
import { TIMING } from '../../ops/actions/watch.ts'
import type { Database } from '../../src/db/pool.ts'
import { inTransaction } from '../../src/db/pool.ts'
import { createTestLog } from './log.ts'
import { createScriptDocker } from './script-docker.ts'

/** Actions on a real database and an engine in the test's hands. One clock for all: waiting moves it. */
export const ANA: Person = { kind: 'person', id: 1001, name: 'Ana', chatId: 1001 }

const GUARD = { managedLabel: 'nexus.managed=true', ownId: null, database: null }

export function createActWorld(db: Database, { backup = null }: { backup?: BackupHands | null } = {}) {
  let at = new Date('2026-03-02T10:00:00Z').getTime()
  const clock = { now: () => new Date(at) }
  const docker = createScriptDocker(clock.now)
  /** Called as time passes, with the second since the beginning of the watching. */
  const events: { second: number; happen: () => void }[] = []
  let watched = 0
  const timing = {
    ...TIMING,
    now: () => at,
    pause: async (ms: number, signal: AbortSignal) => {
      signal.throwIfAborted()
      at += ms
      watched += ms / 1000
      for (const event of events.filter(({ second }) => second <= watched)) {
        events.splice(events.indexOf(event), 1)
        event.happen()
      }
    },
  }
  const { log } = createTestLog()
  const timeZone = 'Europe/Madrid'
  const hands = { db, log, clock, findDocker: docker.findDocker, guard: async () => GUARD, timing, timeZone, backup }
  /** As a process that has just been started. */
  const open = () => createActions(hands)
  const world = {
    db,
    clock,
    log,
    docker,
    hands,
    actions: open(),
    open,
    pass: (seconds: number) => {
      at += seconds * 1000
    },
    /** So many seconds after the watching of the next action began. */
    later: (second: number, happen: () => void) => {
      watched = 0
      events.push({ second, happen })
    },
    never: new AbortController().signal,
    containerRequest: (kind: 'restart' | 'stop' | 'start', name: string): ActionRequest => ({
      kind,
      containerId: docker.get(name).id,
      containerName: name,
    }),
    propose: async (request: ActionRequest, actor: Actor = ANA) => {
      const looked = await world.actions.look(request, world.never)
      return inTransaction(db.pool, (tx) => world.actions.propose(tx, looked, actor))
    },
    claim: (id: string, actor: Actor = ANA, isSecondTap = false) =>
      inTransaction(db.pool, (tx) => world.actions.claim(tx, id, actor, { isSecondTap })),
    report: async () => undefined,
    /** From the wish to the end; what needs two taps gets them. */
    act: async (request: ActionRequest): Promise<Proposal> => {
      const proposed = await world.propose(request)
      if (proposed.kind === 'refused') throw new Error(proposed.reason)
      const { id } = proposed.proposal
      let claim = await world.claim(id)
      if (claim.kind === 'ask-again') claim = await world.claim(id, ANA, true)
      if (claim.kind !== 'claimed') throw new Error(claim.kind)
      await world.actions.execute(claim.proposal, { report: world.report, actor: ANA }, world.never)
      return world.read(id)
    },
    read: async (id: string): Promise<Proposal> => {
      const found = await world.actions.find(db.pool, id)
      if (!found) throw new Error(`no proposal ${id}`)
      return found
    },
    audit: async () => {
      const { rows } = await db.pool.query<{ event: string; reason: string | null }>(
        'select event, actor_kind as "by", kind, reason from action_audit order by id',
      )
      return rows
    },
  }
  return world
}

export type ActWorld = ReturnType<typeof createActWorld>

import { wasInTrouble } from '../../src/db/actions.ts'
import type { Container } from '../../src/docker/container.ts'
import { type ContainerId, parseContainerId } from '../../src/docker/container-id.ts'
import type { Docker } from '../../src/docker/engine.ts'
import { Failure } from '../../src/failure.ts'
import { describeHindrance, findHindrance } from '../containers.ts'
import { findDependencies, readWatchLabels } from '../watch-labels.ts'
import type { Act, Hands, Outcome, VerifyContext } from './act.ts'
import type { ActionKind, ContainerRequest, Risk } from './definitions.ts'
import { describeLess, findLoad, type Load, type LoadSeen, watchLoad } from './load.ts'
import { quote } from './seen.ts'
import { Evidence, inspectOnce, isTroubled, judgeLater, type Seen, takeEvidence, watchUntilStable } from './watch.ts'

/** Restart, stop and start a container. */

/** Between SIGTERM and SIGKILL; the engine's own default. */
const GRACE_SECONDS = 10
const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
/** One that started so shortly before may have been falling over for hours. */
const YOUNG_MS = 10 * MINUTE_MS

type Wants = 'running' | 'stopped'

type ContainerDo = {
  undo: ActionKind | null
  coolDownMs: number
  wants: Wants
  risk(container: Pick<Container, 'state'>): Risk
  effect(container: Pick<Container, 'state'>): string
  /** Why it makes no sense now; null when it does. */
  objection(container: Pick<Container, 'state'>): string | null
  run(docker: Docker, id: ContainerId, signal: AbortSignal): Promise<void>
}

const isUp = (state: Container['state']) => state === 'running' || state === 'restarting' || state === 'paused'

export const restart = createContainerAct({
  effect: ({ state }) =>
    isUp(state)
      ? `It is asked to end, after ${GRACE_SECONDS} s it is ended, and then it starts again. It does not answer meanwhile.`
      : 'It is off. It starts with the settings that it was made with.',
  // Of one that is off it is a start, and risks no more than that.
  risk: ({ state }) => (isUp(state) ? 'confirm' : 'safe'),
  undo: null,
  wants: 'running',
  objection: ({ state }) => (state === 'removing' ? 'It is just being removed.' : null),
  run: (docker, id, signal) => docker.restart(id, { graceSeconds: GRACE_SECONDS, signal }),
  coolDownMs: MINUTE_MS,
})

export const stop = createContainerAct({
  effect: () => `It is asked to end, and after ${GRACE_SECONDS} s it is ended. It stays off until somebody starts it.`,
  risk: () => 'confirm',
  undo: 'start',
  wants: 'stopped',
  objection: ({ state }) => (isUp(state) ? null : 'It is not running, so there is nothing to stop.'),
  run: (docker, id, signal) => docker.stop(id, { graceSeconds: GRACE_SECONDS, signal }),
  coolDownMs: MINUTE_MS / 6,
})

export const start = createContainerAct({
  effect: () => 'It starts with the settings that it was made with.',
  risk: () => 'safe',
  undo: 'stop',
  wants: 'running',
  objection: ({ state }) => (isUp(state) ? 'It is running already. To start it afresh: restart.' : null),
  run: (docker, id, signal) => docker.start(id, { graceSeconds: GRACE_SECONDS, signal }),
  coolDownMs: MINUTE_MS / 6,
})

function createContainerAct(what: ContainerDo): Act<ContainerRequest> {
  return {
    undo: what.undo,
    coolDownMs: what.coolDownMs,
    // The engine's own limit is shorter.
    limitMs: MINUTE_MS,
    target: ({ containerId }) => containerId,
    look: async (hands, request, signal) => {
      const found = await findAllowed(hands, request, signal)
      if (found.kind === 'refused') return found
      const objection = what.objection(found.container)
      if (objection) return { kind: 'refused', reason: objection }
      const before = takeEvidence(found.container)
      if (what.wants === 'stopped') return { kind: 'ready', ...weighStop(what, found), before }
      const load = await findLoad(hands, found.container)
      const effect = what.effect(found.container)
      const risk = what.risk(found.container)
      return { kind: 'ready', effect, risk, before: load.length === 0 ? before : { ...before, load } }
    },
    run: async (hands, request, { signal }) => {
      // The look of a moment ago has found exactly this id in the live list.
      const id = parseContainerId(request.containerId)
      const state = await hands.findDocker()
      if (id === null || state.kind === 'absent') throw new Failure('Docker is away.', { code: 'conflict' })
      await what.run(state.docker, id, signal)
    },
    verify: (hands, request, context) => verifyState(hands, request, what.wants, context),
    lookAgain: (hands, request, context) => lookAgainAt(hands, request, what.wants, context),
  }
}

type Allowed = { kind: 'allowed'; docker: Docker; container: Container; all: Container[] }

/** The container of the live list that is meant, unless anything speaks against touching it. */
export async function findAllowed(
  hands: Pick<Hands, 'findDocker' | 'guard'>,
  request: Pick<ContainerRequest, 'containerId' | 'containerName'>,
  signal: AbortSignal,
): Promise<Allowed | { kind: 'refused'; reason: string }> {
  const refused = (reason: string) => ({ kind: 'refused', reason }) as const
  const state = await hands.findDocker()
  if (state.kind === 'absent') return refused(state.reason)
  const all = await state.docker.list(signal)
  const container = all.find((one) => one.id === request.containerId)
  if (!container) {
    const again = all.some((one) => one.name === request.containerName)
    return refused(again ? 'It was made anew since I asked: another container has its name now.' : 'It is gone.')
  }
  if (container.name !== request.containerName) return refused('It has another name now.')
  const hindrance = findHindrance(container, await hands.guard())
  if (hindrance) return refused(describeHindrance(hindrance))
  return { kind: 'allowed', docker: state.docker, container, all }
}

const NAMED = 3

/** What others need is not stopped with one tap. */
function weighStop(what: ContainerDo, { container, all }: Allowed): { effect: string; risk: Risk } {
  const risk = what.risk(container)
  const effect = what.effect(container)
  const dependants = findDependants(container, all).filter(({ state }) => isUp(state))
  if (dependants.length === 0) return { effect, risk }
  const names = dependants.slice(0, NAMED).map(({ name }) => quote(name))
  const more = dependants.length > NAMED ? ` and ${dependants.length - NAMED} more` : ''
  return { effect: `${effect} What needs it: ${names.join(', ')}${more}.`, risk: 'two-taps' }
}

function findDependants({ name }: Container, all: readonly Container[]): Container[] {
  const needs = findDependencies(all.map((one) => ({ name: one.name, watch: readWatchLabels(one.labels) })))
  return all.filter((one) => needs.get(one.name)?.includes(name))
}

/** Whether it may be called steady after a short look: not when it was ever seen to fall over. */
async function isSuspect(
  { db, clock, log }: Hands,
  { containerId }: ContainerRequest,
  stored: unknown,
): Promise<boolean> {
  const before = Evidence.safeParse(stored)
  if (!before.success || isTroubled(before.data)) return true
  const now = clock.now().getTime()
  const { state, startedAt } = before.data
  if (state === 'running' && startedAt !== null && now - new Date(startedAt).getTime() < YOUNG_MS) return true
  return wasInTrouble(db.pool, containerId, new Date(now - DAY_MS)).catch((err) => {
    // Without the past it is looked at for longer.
    log.info({ err }, 'the past of a container could not be read')
    return true
  })
}

async function verifyState(
  hands: Hands,
  request: ContainerRequest,
  wants: Wants,
  { before, doubt, signal }: VerifyContext,
): Promise<Outcome> {
  const state = await hands.findDocker()
  if (state.kind === 'absent') return { kind: 'unknown', reason: state.reason }
  const id = parseContainerId(request.containerId)
  if (id === null) return { kind: 'unknown', reason: 'It is gone.' }
  const suspect = wants === 'running' && (await isSuspect(hands, request, before))
  const { timing } = hands
  const began = timing.now()
  const seen = await watchUntilStable(state.docker, id, { wants, suspect, timing, signal })
  const outcome = conclude(seen, { doubt, happened: hasHappened(request.kind, before, seen) })
  const load = readLoad(before)
  if (outcome.kind !== 'fixed' || seen.kind !== 'stable' || wants === 'stopped' || load.length === 0) return outcome
  const forMs = timing.giveUpMs - (timing.now() - began)
  return weighLoad(state.docker, id, { outcome, last: seen.last, watch: { before: load, forMs, timing, signal } })
}

function readLoad(stored: unknown): readonly Load[] {
  return Evidence.safeParse(stored).data?.load ?? []
}

type Weighed = { outcome: Outcome; last: Evidence; watch: Parameters<typeof watchLoad>[2] }

/** It is up. Whether that helped shows in what it takes. */
async function weighLoad(docker: Docker, id: ContainerId, { outcome, last, watch }: Weighed): Promise<Outcome> {
  const load = await watchLoad(docker, id, watch)
  // Figures begin anew with each start: one that fell over meanwhile takes little, too.
  const again = await inspectOnce(docker, id, watch.signal)
  if (again.kind !== 'seen') return { kind: 'unknown', reason: 'It was up, and cannot be seen any more.', after: last }
  const fallen = judgeLater(last, again.evidence, 'running')
  if (fallen !== null) return { kind: 'not-fixed', reason: fallen, after: again.evidence }
  if (load.kind === 'unread')
    return { kind: 'unknown', reason: 'It runs, but how much it takes cannot be read.', after: again.evidence }
  const after = { ...again.evidence, load: load.load }
  if (load.kind === 'same') return { kind: 'not-fixed', reason: `It runs, but ${load.reason}.`, after }
  return { ...outcome, reason: `${outcome.reason} It takes less: ${describeLess(watch.before, load.load)}.`, after }
}

/** Whether what was asked for did happen: a restart shows in the time of the start. */
function hasHappened(kind: ContainerRequest['kind'], stored: unknown, seen: Seen): boolean {
  if (!('last' in seen)) return false
  if (kind !== 'restart') return true
  const before = Evidence.safeParse(stored)
  return before.success && before.data.startedAt !== seen.last.startedAt
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

async function lookAgainAt(
  { findDocker, timing, log, wasStopped }: Hands,
  request: ContainerRequest,
  wants: Wants,
  { before, after, signal }: { before: unknown; after: unknown; signal: AbortSignal },
): ReturnType<Act['lookAgain']> {
  const id = parseContainerId(request.containerId)
  const state = await findDocker()
  const then = Evidence.safeParse(after)
  if (id === null || state.kind === 'absent' || !then.success) return null
  const load = wants === 'running' ? readLoad(before) : []
  const watch = { before: load, forMs: timing.laterLoadMs, timing, signal }
  const taken = load.length === 0 ? null : await watchLoad(state.docker, id, watch)
  const seen = await inspectOnce(state.docker, id, signal)
  switch (seen.kind) {
    case 'gone':
      return { seen: null, overturned: 'It is gone by now.' }
    case 'unreachable':
      log.info({ reason: seen.reason }, 'a container could not be looked at again')
      return null
    case 'seen':
      if (wants === 'running' && !isUp(seen.container.state) && wasStopped?.(seen.container))
        return { seen: seen.evidence, overturned: null, overtaken: 'somebody has stopped it since.' }
      return weighAgain(seen.evidence, judgeLater(then.data, seen.evidence, wants), taken)
  }
}

/** `taken`: null when it did not take too much before. */
function weighAgain(seen: Evidence, overturned: string | null, taken: LoadSeen | null) {
  if (overturned !== null || taken === null) return { seen, overturned }
  if (taken.kind === 'unread') return null
  const reason = taken.kind === 'same' ? `It ${taken.reason}.` : null
  return { seen: { ...seen, load: taken.load }, overturned: reason }
}

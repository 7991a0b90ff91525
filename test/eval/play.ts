import { setTimeout as pause } from 'node:timers/promises'
import type { ContainerKind, Person } from '../../ops/actions/definitions.ts'
import type { Diagnosis, DiagnosisRequest } from '../../ops/diagnose/types.ts'
import { inTransaction } from '../../src/db/pool.ts'
import type { Scenario, Stage, Wish } from './scenario.ts'
import type { Told, World } from './world.ts'

/** Plays one scenario to its end, as it goes in the chat: alert, diagnosis, a tap, what became of it. */

export type Outcome = { kind: string; reason: string; seconds: number; isTrue: boolean }

export type Played = {
  rules: string[]
  /** All subjects of the incident. */
  subjects: string[]
  messages: number
  told: Diagnosis | null
  asked: Diagnosis | null
  outcome: Outcome | null
  alertMs: number | null
  diagnosisMs: number | null
}

const OWNER: Person = { kind: 'person', id: 1001, name: 'Ana', chatId: 1001 }

/** `holdsMs`: for how long "fixed" has to hold, beyond what was watched. */
export async function play(world: World, scenario: Scenario, prefix: string, holdsMs: number): Promise<Played> {
  const stage = world.stageFor(prefix)
  try {
    await scenario.stage(stage)
    const subject = scenario.about === 'machine' ? `${stage.folder}/../disk` : stage.fullName(scenario.about)
    const told = await waitForNews(world, toSubject(subject), scenario)
    const asked = await ask(world, scenario, stage)
    const outcome = scenario.expect.tap ? await tap(world, stage, { wish: scenario.expect.tap, holdsMs }) : null
    const last = told ? (world.findTold(toSubject(subject)) ?? told) : null
    const faultAt = world.findFaultAt(subject)
    return {
      rules: [...new Set(told?.incident.members.map(({ rule }) => rule) ?? [])],
      subjects: told?.incident.members.map((member) => member.subject) ?? [],
      messages: last?.messages ?? 0,
      told: told?.incident.diagnosis ?? null,
      asked,
      outcome,
      alertMs: told && faultAt !== null && faultAt <= told.toldAt ? told.toldAt - faultAt : null,
      diagnosisMs: told?.diagnosedAt ? told.diagnosedAt - told.toldAt : null,
    }
  } finally {
    await world.removeAll(prefix)
  }
}

const toSubject = (path: string) => path.replace(/\/[^/]+\/\.\.\//, '/')

/** Lets the fault develop; what people were told of it until then counts. */
async function waitForNews(
  world: World,
  subject: string,
  { developsMs, withinMs = 10_000, expect }: Scenario,
): Promise<Told | null> {
  await pause(developsMs)
  if (expect.detected === null) return world.findTold(subject)
  for (let waitedMs = 0; waitedMs < withinMs; waitedMs += 500) {
    const told = world.findTold(subject)
    if (told?.diagnosedAt) return told
    await pause(500)
  }
  return world.findTold(subject)
}

/** As /diagnose does it. */
async function ask(world: World, { about, expect }: Scenario, stage: Stage): Promise<Diagnosis | null> {
  const wanted = stage.fullName(expect.asked?.about ?? about)
  const target = about === 'machine' ? null : await findContainer(world, wanted)
  if (about !== 'machine' && target === null) return null
  const subject: DiagnosisRequest['subject'] = target
    ? { kind: 'container', name: target.name, containerId: target.id }
    : { kind: 'machine' }
  const { findings } = await world.app.ops.monitor.look(AbortSignal.timeout(5_000))
  const own = target ? findings.filter((finding) => finding.subject === wanted) : findings
  return world.app.ops.diagnosis.byRules({ subject, findings: own, question: null }, AbortSignal.timeout(10_000))
}

async function findContainer({ app }: World, name: string) {
  const listing = await app.ops.containers.list(AbortSignal.timeout(10_000))
  if (listing.kind === 'absent') return null
  return listing.containers.map(({ container }) => container).find((one) => one.name === name) ?? null
}

type Tap = { wish: Wish; holdsMs: number }

/** Look, card, tap, second tap where it takes one, and the end. */
async function tap(world: World, stage: Stage, given: Tap): Promise<Outcome | null> {
  const { wish } = given
  const { actions } = world.app.ops
  const { db } = world.app
  const target = await findContainer(world, stage.fullName(wish.on ?? ''))
  if (!target) return null
  const request = { kind: wish.kind as ContainerKind, containerId: target.id, containerName: target.name }
  const signal = AbortSignal.timeout(120_000)
  const began = performance.now()
  const end = (kind: string, reason: string, isTrue = true) => {
    return { kind, reason, seconds: (performance.now() - began) / 1000, isTrue }
  }
  const looked = await actions.look(request, signal)
  const proposed = await inTransaction(db.pool, (tx) => actions.propose(tx, looked, OWNER))
  if (proposed.kind === 'refused') return end('refused', proposed.reason)
  const press = (isSecondTap: boolean) =>
    inTransaction(db.pool, (tx) => actions.claim(tx, proposed.proposal.id, OWNER, { isSecondTap }))
  let claim = await press(false)
  if (claim.kind === 'ask-again') claim = await press(true)
  if (claim.kind !== 'claimed') return end('refused', claim.kind === 'refused' ? claim.reason : 'asked again')
  await actions.execute(claim.proposal, { report: async () => undefined, actor: OWNER }, signal)
  const settled = await actions.find(db.pool, claim.proposal.id)
  const outcome = settled?.outcome
  const kind = outcome?.kind ?? 'none'
  const result = end(kind, outcome?.reason ?? '')
  const isTrue = kind !== 'fixed' || (await holds(world, stage, given, settled?.after))
  return { ...result, isTrue }
}

/** Whether what was called fixed stays so for a while, by the engine's own word. */
async function holds(world: World, stage: Stage, { wish, holdsMs }: Tap, after: unknown): Promise<boolean> {
  await pause(holdsMs)
  const now = await findContainer(world, stage.fullName(wish.on ?? ''))
  if (!now) return false
  if (wish.kind === 'stop') return now.state === 'exited'
  if (wish.kind !== 'restart' && wish.kind !== 'start') return true
  const { startedAt } = (after ?? {}) as { startedAt?: string }
  return now.state === 'running' && now.health !== 'unhealthy' && now.startedAt?.toISOString() === startedAt
}

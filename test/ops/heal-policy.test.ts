import { describe, expect, it } from 'vitest'
import { decide, findPatients, type Past, type Patient, type Patients } from '../../ops/heal/policy.ts'
import type { Finding, Rule } from '../../ops/rules.ts'

const NOW = new Date('2026-03-02T10:00:00Z')
const ago = (seconds: number) => new Date(NOW.getTime() - seconds * 1000)
const finding = (rule: Rule, subject: string, since = ago(60)): Finding => ({
  ...{ rule, subject, since, severity: 'critical', words: '{}', value: null },
  containerId: subject.padEnd(64, '0'),
})
const NONE = new Map<string, string[]>()

describe('who is to be healed', () => {
  it('is each container once, since the first sign, and a loop is a loop whatever else is said', () => {
    const found = findPatients({
      findings: [
        finding('container-died', 'a', ago(10)),
        finding('container-loop', 'a', ago(90)),
        finding('container-unhealthy', 'b'),
        finding('container-cpu', 'c'),
        { ...finding('container-down', 'd'), containerId: undefined },
        finding('disk', '/'),
      ],
      dependsOn: NONE,
    })
    expect(found.ready).toMatchObject([
      { containerName: 'a', isLooping: true, since: ago(90), rules: ['container-died', 'container-loop'] },
      { containerName: 'b', isLooping: false },
    ])
    expect(found.waiting).toEqual([])
  })

  it('is the need before those that need it; a circle does not wait for itself', () => {
    const both = [finding('container-died', 'a'), finding('container-died', 'b')]
    const { ready, waiting } = findPatients({ findings: both, dependsOn: new Map([['a', ['b']]]) })
    expect([ready, waiting].map((ones) => ones.map(({ containerName }) => containerName))).toEqual([['b'], ['a']])
    const circle = new Map([
      ['a', ['b']],
      ['b', ['a']],
    ])
    expect(findPatients({ findings: both, dependsOn: circle }).ready).toHaveLength(2)
    expect(findPatients({ findings: both.slice(0, 1), dependsOn: new Map([['a', ['b', 'a']]]) }).ready).toHaveLength(1)
  })

  it('is nobody whose need a person has stopped, also through one that looks well, in a circle, or alone', () => {
    const names = ({ ready, waiting }: Patients) =>
      [ready, waiting].map((ones) => ones.map(({ containerName }) => containerName))
    const dependsOn = new Map([
      ['a', ['b']],
      ['b', ['c']],
      ['x', ['y', 'c']],
      ['y', ['x']],
    ])
    const findings = ['a', 'x', 'y'].map((name) => finding('container-unhealthy', name))
    expect(names(findPatients({ findings, dependsOn, stopped: ['c'] }))).toEqual([[], ['a', 'x', 'y']])
    expect(names(findPatients({ findings, dependsOn, stopped: ['a', 'z'] }))[0]).toEqual(['a'])
    const far = [finding('container-down', 'c'), finding('container-unhealthy', 'a')]
    expect(names(findPatients({ findings: far, dependsOn }))).toEqual([['c'], ['a']])
  })
})

describe('what is decided', () => {
  const patient: Patient = {
    ...{ containerId: 'x', containerName: 'a', since: ago(60), isLooping: false },
    ...{ words: '', rules: ['container-died'] },
  }
  const down: Past['container'] = { state: 'exited', health: null, startedAt: null, restarts: 0 }
  const past: Past = { healings: [], lastOnPurpose: null, call: null, container: down, needBadAt: null }
  const healed = (seconds: number, containerName = 'a') => ({
    containerName,
    claimedAt: ago(seconds + 20),
    finishedAt: ago(seconds),
  })

  it.each([
    ['at once seen', { since: ago(29) }, {}, 'wait'],
    ['after half a minute', { since: ago(30) }, {}, 'act'],
    ['two minutes after the first', {}, { healings: [healed(119)] }, 'wait'],
    ['two minutes after the first', {}, { healings: [healed(120)] }, 'act'],
    ['eight minutes after the second', {}, { healings: [healed(479), healed(900)] }, 'wait'],
    ['eight minutes after the second', {}, { healings: [healed(480), healed(900)] }, 'act'],
    ['after the third', {}, { healings: [healed(600), healed(900), healed(1200)] }, 'call'],
    ['after six of others', {}, { healings: Array.from({ length: 6 }, () => healed(900, 'z')) }, 'halt'],
    ['stopped by a person', {}, { lastOnPurpose: { kind: 'stop', at: ago(9_000) } }, 'leave'],
    [
      'started since',
      {},
      { lastOnPurpose: { kind: 'stop', at: ago(9_000) }, container: { ...down, startedAt: ago(600) } },
      'act',
    ],
    ['just restarted by a person', {}, { lastOnPurpose: { kind: 'restart', at: ago(299) } }, 'wait'],
    ['restarted by a person a while ago', {}, { lastOnPurpose: { kind: 'restart', at: ago(300) } }, 'act'],
  ] as const)('%s', (_when, who, was, kind) => {
    expect(decide({ ...patient, ...who }, { ...past, ...was }, NOW).kind).toBe(kind)
  })

  const up = (seconds: number, restarts: number) =>
    ({ ...down, state: 'running', startedAt: ago(seconds), restarts }) as const
  const turning: Past['container'] = { ...down, state: 'restarting', restarts: 4, startedAt: ago(3) }
  it.each([
    ['that the engine goes on with', { container: turning }, 'call'],
    ['that the engine has just started again', { container: up(5, 2) }, 'call'],
    ['that the engine has given up', { container: { ...down, restarts: 5 } }, 'call'],
    ['of one that lies down, and nobody starts it', { container: down }, 'act'],
    ['of one that healing has just started', { container: up(5, 0) }, 'wait'],
    ['of one that stays up by now', { container: up(60, 4) }, 'wait'],
    ['of one that is up and unhealthy', { container: { ...up(300, 4), health: 'unhealthy' } }, 'act'],
    ['right after what it needs came back', { container: turning, needBadAt: ago(119) }, 'wait'],
    ['long after what it needs came back', { container: turning, needBadAt: ago(120) }, 'call'],
    ['of one that healing restarted three times', { healings: [healed(600), healed(900), healed(1200)] }, 'call'],
  ] as const)('in a loop %s', (_which, was, kind) => {
    const decision = decide({ ...patient, isLooping: true }, { ...past, ...(was as Partial<Past>) }, NOW)
    expect(decision.kind).toBe(kind)
  })

  it('a call says who has tried, and a restart is offered only where the engine has not', () => {
    const looping = { ...patient, isLooping: true }
    const calls = [turning, { ...down, restarts: 5 }].map((container) => decide(looping, { ...past, container }, NOW))
    expect(calls).toEqual([
      expect.objectContaining({ why: expect.stringMatching(/^It is restarted again/), restartHelps: false }),
      expect.objectContaining({ why: expect.stringMatching(/^Docker has restarted it 5 times/), restartHelps: false }),
    ])
  })

  it('nothing, where a person was called', () => {
    const call = { containerId: 'x', containerName: 'a', calledAt: ago(5), wellSince: null }
    expect(decide({ ...patient, isLooping: true }, { ...past, call }, NOW)).toEqual({ kind: 'leave' })
  })
})

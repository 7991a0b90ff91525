import { describe, expect, it } from 'vitest'
import { decide, findPatients, type Past, type Patient } from '../../ops/heal/policy.ts'
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
    const found = findPatients(
      [
        finding('container-died', 'a', ago(10)),
        finding('container-loop', 'a', ago(90)),
        finding('container-unhealthy', 'b'),
        finding('container-cpu', 'c'),
        { ...finding('container-down', 'd'), containerId: undefined },
        finding('disk', '/'),
      ],
      NONE,
    )
    expect(found).toMatchObject([
      { containerName: 'a', isLooping: true, since: ago(90) },
      { containerName: 'b', isLooping: false },
    ])
  })

  it('is the need before those that need it; a circle does not wait for itself', () => {
    const both = [finding('container-died', 'a'), finding('container-died', 'b')]
    expect(findPatients(both, new Map([['a', ['b']]])).map(({ containerName }) => containerName)).toEqual(['b'])
    const circle = new Map([
      ['a', ['b']],
      ['b', ['a']],
    ])
    expect(findPatients(both, circle)).toHaveLength(2)
    expect(findPatients(both.slice(0, 1), new Map([['a', ['b', 'a']]]))).toHaveLength(1)
  })
})

describe('what is decided', () => {
  const patient: Patient = { containerId: 'x', containerName: 'a', since: ago(60), isLooping: false, words: '' }
  const past: Past = { healings: [], lastOnPurpose: null, call: null, startedAt: null }
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
    ['in a loop', { isLooping: true }, {}, 'call'],
    ['after six of others', {}, { healings: Array.from({ length: 6 }, () => healed(900, 'z')) }, 'halt'],
    ['stopped by a person', {}, { lastOnPurpose: { kind: 'stop', at: ago(9_000) } }, 'leave'],
    ['started since', {}, { lastOnPurpose: { kind: 'stop', at: ago(9_000) }, startedAt: ago(600) }, 'act'],
    ['just restarted by a person', {}, { lastOnPurpose: { kind: 'restart', at: ago(299) } }, 'wait'],
    ['restarted by a person a while ago', {}, { lastOnPurpose: { kind: 'restart', at: ago(300) } }, 'act'],
  ] as const)('%s', (_when, who, was, kind) => {
    expect(decide({ ...patient, ...who }, { ...past, ...was }, NOW).kind).toBe(kind)
  })

  it('nothing, where a person was called', () => {
    const call = { containerId: 'x', containerName: 'a', calledAt: ago(5), wellSince: null }
    expect(decide({ ...patient, isLooping: true }, { ...past, call }, NOW)).toEqual({ kind: 'leave' })
  })
})

import { describe, expect, it } from 'vitest'
import type { Change } from '../../../ops/incidents/types.ts'
import type { Finding } from '../../../ops/rules.ts'
import { countMessages, createWatch, finding, MINUTE, muteOf, NOON, SECOND, snoozeOf, tellings } from './samples.ts'

/** Whatever is seen, in whatever order: some things never happen. */

const SEEDS = 60
const ROUNDS = 120
const NAMES = ['a', 'b', 'c', 'd', 'e', 'f']

/** Park and Miller: the same seed gives the same story. */
function createDice(seed: number) {
  let state = seed + 1
  const next = () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
  return {
    chance: (share: number) => next() < share,
    pick: <T>(all: readonly [T, ...T[]] | readonly T[]): T => all[Math.floor(next() * all.length)] as T,
    upTo: (max: number) => Math.floor(next() * max),
  }
}

const KINDS = [
  () => finding('container-down'),
  () => finding('container-unhealthy'),
  () => finding('container-oom'),
  () => finding('log-pattern', '', { severity: 'warning' }),
  () => finding('container-cpu', '', { severity: 'warning' }),
] as const

const OTHERS = [
  finding('disk', '/', { value: 99 }),
  finding('disk', '/data', { severity: 'warning', value: 82 }),
  finding('no-answer', 'Docker', { severity: 'warning' }),
  finding('no-answer', 'Database'),
  finding('memory', '', { severity: 'warning' }),
]

function tellStory(seed: number) {
  const dice = createDice(seed)
  const watch = createWatch()
  const dependsOn = Object.fromEntries(NAMES.map((name) => [name, NAMES.filter(() => dice.chance(0.25))]))
  let present: Finding[] = []
  let at = 0
  const rounds: { changes: Change[]; before: ReturnType<typeof watch.all> }[] = []
  for (let round = 0; round < ROUNDS; round++) {
    at += dice.pick([SECOND, 10 * SECOND, MINUTE, MINUTE, 7 * MINUTE])
    const since = new Date(NOON.getTime() + at)
    present = present.filter(() => dice.chance(0.7))
    if (dice.chance(0.5)) present.push({ ...dice.pick(KINDS)(), subject: dice.pick(NAMES), since })
    if (dice.chance(0.15)) present.push({ ...dice.pick(OTHERS), since })
    if (dice.chance(0.1)) present = []
    if (dice.chance(0.05)) watch.state.isQuiet = !watch.state.isQuiet
    if (dice.chance(0.05))
      watch.state.mutes = dice.chance(0.5)
        ? []
        : [snoozeOf(`container:${dice.pick(NAMES)}`), muteOf('container-down', dice.pick(NAMES))]
    const findings = [...new Map(present.map((one) => [`${one.rule} ${one.subject}`, one])).values()]
    const before = structuredClone(watch.all())
    rounds.push({ changes: watch.look({ at, findings, dependsOn }), before })
    const open = watch.open().map(({ rootKey }) => rootKey)
    expect(new Set(open).size, `seed ${seed}, round ${round}: ${open}`).toBe(open.length)
  }
  return { watch, rounds, seed, at, dependsOn }
}

const stories = Array.from({ length: SEEDS }, (_, seed) => tellStory(seed))

describe('in any story', () => {
  it('a bot that was restarted and sees the same says nothing', () => {
    for (let seed = 0; seed < SEEDS; seed++) {
      const { watch, at, dependsOn } = tellStory(seed)
      watch.state.isQuiet = false
      watch.state.mutes = []
      const findings = [
        finding('container-down', 'a'),
        finding('container-down', 'd'),
        finding('memory', '', { severity: 'warning' }),
      ]
      watch.look({ at: at + SECOND, findings, dependsOn })
      const again = createWatch()
      for (const incident of watch.all()) again.set(structuredClone(incident))
      expect(countMessages(again.look({ at: at + 2 * SECOND, findings, dependsOn })), `seed ${seed}`).toBe(0)
    }
  })

  it('each end follows a beginning, and each beginning comes once', () => {
    for (const { rounds } of stories) {
      for (const { changes, before } of rounds) {
        for (const change of changes) {
          if (change.kind === 'digest') continue
          const was = before.find(({ id }) => id === change.incident.id)
          if (change.kind === 'resolved' || change.kind === 'merged') expect(was?.status).toMatch(/open|acknowledged/)
          if (change.kind === 'reopened') expect(was?.status).toBe('resolved')
          if (change.kind === 'opened' && was) expect(was.notifiedAt).toBeNull()
          const { incident } = change
          expect(incident.status === 'resolved').toBe(incident.resolvedAt !== null)
          expect(incident.status === 'resolved').toBe(incident.ending !== null)
          if (incident.resolvedAt)
            expect(incident.resolvedAt.getTime()).toBeGreaterThanOrEqual(incident.openedAt.getTime())
        }
      }
    }
  })

  it('one incident makes three messages at most, beside reminders', () => {
    for (const { rounds } of stories) {
      const counts = new Map<string, number>()
      for (const { changes } of rounds) {
        for (const change of changes) {
          if (change.kind === 'merged' || change.kind === 'reminded') continue
          const told = change.kind === 'digest' ? change.incidents : change.tell === 'message' ? [change.incident] : []
          for (const { id } of told) counts.set(id, (counts.get(id) ?? 0) + 1)
        }
      }
      expect(Math.max(...counts.values())).toBeLessThanOrEqual(3)
    }
  })

  it('nothing that is open and critical stays untold, unless somebody chose so', () => {
    for (const { watch } of stories) {
      for (const incident of watch.open())
        if (incident.severity === 'critical' && incident.held === null) expect(incident.notifiedAt).not.toBeNull()
    }
  })

  it('when all is well for good, everything is over, and then nothing is said any more', () => {
    for (const { watch, at } of stories) {
      watch.state.isQuiet = false
      watch.state.mutes = []
      for (const minutes of [1, 2, 8, 14]) watch.look({ at: at + minutes * MINUTE })
      expect(watch.open()).toEqual([])
      expect(tellings(watch.look({ at: at + 60 * MINUTE }))).toEqual([])
    }
  })
})

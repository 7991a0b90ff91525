import { expect, it } from 'vitest'
import { createRounds } from '../../../ops/monitor/rounds.ts'
import { createTracker } from '../../../ops/monitor/tracker.ts'
import type { ContainerId } from '../../../src/docker/container-id.ts'
import type { ContainerEvent } from '../../../src/docker/events.ts'
import { createTestLog } from '../../support/log.ts'
import { createSettingsOnly } from '../../support/monitor.ts'
import { NOW, snapshotWith } from '../sample-snapshot.ts'

const DIE: ContainerEvent = {
  at: NOW,
  action: 'die',
  id: 'a'.repeat(64) as ContainerId,
  name: 'web',
  exitCode: 1,
  signal: null,
  health: null,
  key: 'die',
}

it('a look has time for a busy Docker, but not while somebody waits for word of what has happened', async () => {
  const asked: string[] = []
  const take = (what: string) => async (patience?: string) => {
    asked.push(`${what} ${patience}`)
    return snapshotWith()
  }
  const rounds = createRounds({
    clock: { now: () => NOW },
    log: createTestLog().log,
    db: createSettingsOnly(),
    health: { glance: take('glance'), sample: take('sample') },
    containers: { readOne: async () => null, hurry: () => {} },
    tracker: createTracker(),
    findDocker: async () => ({ kind: 'absent', reason: 'scripted' }),
    listIgnored: async () => [],
    redact: (text) => text,
  })
  await rounds.look('events')
  await rounds.look('glance')
  await rounds.look('sample')
  rounds.hear(DIE)
  await rounds.look('sample')
  expect(asked).toEqual(['glance short', 'glance long', 'sample long', 'sample short'])
})

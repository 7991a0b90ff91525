import { describe, expect, it } from 'vitest'
import { createHealth } from '../../ops/health.ts'
import { absent } from '../../ops/snapshot/reading.ts'
import { createTestLog } from '../support/log.ts'

describe('a look', () => {
  it('says of the bot and its database only what it may know', async () => {
    const clock = { now: () => new Date() }
    const database = absent('in use by a Nexus that runs')
    const { snapshot, findings } = await createHealth({
      clock,
      log: createTestLog().log,
      isBot: false,
      database,
    }).look()
    expect(snapshot).toMatchObject({ database, bot: database, containers: { kind: 'absent' } })
    expect(snapshot.uptime).toMatchObject({ kind: 'ok', value: { botSeconds: null } })
    expect(findings.map(({ rule }) => rule)).not.toContain('no-answer')
  })
})

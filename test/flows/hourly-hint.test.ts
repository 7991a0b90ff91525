import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { insertSample, type Sample } from '../../src/db/samples.ts'
import { openChat } from '../support/chat.ts'
import { FAKE_ANTHROPIC_KEY, startFakeAnthropic } from '../support/fakes/anthropic.ts'
import type { HttpFake } from '../support/fakes/http-fake.ts'
import { QUICK_POLICY } from '../support/fakes/provider-deps.ts'
import { type HostileEngine, startHostileEngine } from '../support/hostile-engine.ts'
import { ANA, type Nexus, startNexus } from '../support/nexus.ts'

const HOUR_MS = 3_600_000
const HINT = 'Not trouble yet, but on its way'

let claude: HttpFake
let engine: HostileEngine
let nexus: Nexus
let now: Date

beforeEach(async () => {
  claude = await startFakeAnthropic()
  engine = await startHostileEngine([{ name: 'web' }])
  now = new Date()
})
afterEach(async () => {
  await nexus.close()
  await engine.close()
  await claude.close()
})

async function start(env: Record<string, string> = {}): Promise<void> {
  nexus = await startNexus({
    env: { DOCKER_HOST: engine.server.host, ...env },
    overrides: { clock: { now: () => now }, policy: QUICK_POLICY },
  })
  nexus.api.open(ANA)
  await nexus.service.idle()
}

/** Ten points of memory that only grows, up to now. */
async function remember(): Promise<void> {
  for (const [index, mb] of [60, 61, 62, 64, 65, 66, 68, 69, 70, 72].entries()) {
    const at = Math.floor(now.getTime() / 600_000) * 600_000 - (9 - index) * 600_000
    const none = { cpuPercent: null, load1: null, memoryPercent: null, swapPercent: null, temperatureC: null }
    const containers: Sample['containers'] = { web: [1, mb * 1e6, 100e6, 0, 'running'] }
    const rest = { receivedPerSecond: null, sentPerSecond: null, disks: {}, containers, findings: [] }
    await insertSample(nexus.db.pool, { minute: new Date(at), ...none, ...rest })
  }
}

async function tickAfter(ms: number): Promise<void> {
  now = new Date(now.getTime() + ms)
  await nexus.service.tick()
  await nexus.service.idle()
}

describe('the hourly hint', () => {
  it('comes once, without a sound, also over a restart in the same hour', async () => {
    await start()
    await remember()
    await tickAfter(0)
    const { said } = openChat(nexus)
    // This hour had its look at the start, when there was nothing to see.
    expect(said(HINT)).toHaveLength(0)
    await tickAfter(HOUR_MS)
    expect(said(HINT)).toHaveLength(1)
    expect(said(HINT)[0]?.text).toContain('Memory of web only grows (72 MB of 100 MB)')
    const { rows } = await nexus.db.pool.query(`select payload->>'silent' as silent from outbox`)
    expect(rows).toEqual([{ silent: 'true' }])
    await nexus.restart()
    await tickAfter(0)
    await tickAfter(HOUR_MS)
    expect(said(HINT)).toHaveLength(1)
  })

  it('is explained by the model where there is one', async () => {
    const told = {
      cause: 'memory-leak',
      severity: 'warning',
      confidence: 'medium',
      evidence: ['E1'],
      summary: 'web keeps what it has served.',
      rootCause: 'Its memory grows with each request.',
      actions: [{ kind: 'restart', containerName: 'web', why: 'It gives the memory back.' }],
      prevention: null,
    }
    await start({ ANTHROPIC_API_KEY: FAKE_ANTHROPIC_KEY, ANTHROPIC_BASE_URL: claude.url })
    await remember()
    claude.script({ kind: 'answer', value: told })
    await tickAfter(HOUR_MS)
    const hint = await nexus.waitForText(HINT)
    expect(hint.text).toContain('web keeps what it has served.')
    expect(openChat(nexus).labels(hint.id).join()).toContain('Restart web')
    expect(claude.requests).toHaveLength(1)
    expect(engine.server.changes()).toEqual([])
  })
})

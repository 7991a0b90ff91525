import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FAKE_ANTHROPIC_KEY, startFakeAnthropic } from '../support/fakes/anthropic.ts'
import type { HttpFake } from '../support/fakes/http-fake.ts'
import { QUICK_POLICY } from '../support/fakes/provider-deps.ts'
import { type HostileEngine, startHostileEngine } from '../support/hostile-engine.ts'
import { ANA, type Nexus, startNexus } from '../support/nexus.ts'
import { createScriptedMonitor } from '../support/scripted-monitor.ts'

/** /diagnose with a model that is of no help. */

const CRASHED = {
  Status: 'exited',
  ExitCode: 127,
  OOMKilled: false,
  Error: '',
  StartedAt: '2026-01-02T00:00:00Z',
  FinishedAt: '2026-01-02T00:00:01Z',
}

let claude: HttpFake
let engine: HostileEngine
let nexus: Nexus

beforeEach(async () => {
  claude = await startFakeAnthropic()
  engine = await startHostileEngine([{ name: 'web', log: ['/bin/sh: gunicorn: not found'], state: CRASHED }])
  nexus = await startNexus({
    env: { ANTHROPIC_API_KEY: FAKE_ANTHROPIC_KEY, ANTHROPIC_BASE_URL: claude.url, DOCKER_HOST: engine.server.host },
    overrides: { policy: QUICK_POLICY, ops: { monitor: createScriptedMonitor(() => new Date()).monitor } },
  })
})
afterEach(async () => {
  await nexus.close()
  await engine.close()
  await claude.close()
})

describe('the rules’ answer', () => {
  it.each(['malformed', 'refusal', 'text-only', 'drop'] as const)('stands when the model’s is %s', async (kind) => {
    claude.always({ kind })
    nexus.api.sendText(ANA, '/diagnose web')
    const first = await nexus.waitForText('Diagnosis · web')
    await nexus.service.idle()
    const last = nexus.api.messages(ANA.id).find(({ id }) => id === first.id)
    expect(last?.text).toContain('web cannot start: the command that it should run is not in its image.')
    expect(last?.text).not.toContain('Claude')
    expect(claude.requests.length).toBeGreaterThan(0)
  })

  it('is there before the model’s, and says that one is to come', async () => {
    claude.always({ kind: 'hang' })
    nexus.api.sendText(ANA, '/diagnose web')
    const shown = await nexus.waitForText('Claude looks at it, too')
    expect(shown.text).toContain('web cannot start')
  })
})

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Engine, findEngineGap, MANAGED, startEngine } from '../support/containers.ts'
import { type Machine, startMachine } from '../support/machine.ts'

const gap = findEngineGap()
const SCRIPT = 'src/cli/diagnose.ts'

describe('npm run diagnose', () => {
  let machine: Machine
  beforeEach(async () => {
    machine = await startMachine()
  })
  afterEach(() => machine.close())

  const run = async (args: readonly string[], env: Record<string, string> = {}) => {
    const child = machine.start(SCRIPT, args, { DOCKER_HOST: 'unix:///nowhere/docker.sock', ...env })
    const { code, stdout: out, stderr: err } = await child.ended
    return { code, out, err }
  }

  it('needs neither a token nor a container, and explains its arguments', async () => {
    expect(await run(['--help'], { TELEGRAM_BOT_TOKEN: '' })).toMatchObject({
      code: 0,
      out: expect.stringContaining('npm run diagnose --'),
    })
    const asked = await run(['machine', '--json'], { TELEGRAM_BOT_TOKEN: '' })
    expect([0, 1]).toContain(asked.code)
    expect(JSON.parse(asked.out)).toMatchObject({
      subject: { kind: 'machine' },
      diagnosis: { madeBy: { kind: 'rules' } },
    })
  })

  it('ends with 2 when it cannot tell what is meant', async () => {
    expect(await run(['no-such-thing'])).toMatchObject({ code: 2, out: expect.stringContaining('No container has') })
    expect(await run(['--nonsense'])).toMatchObject({ code: 2, err: expect.stringContaining('--nonsense') })
  })
})

describe.skipIf(gap)(`npm run diagnose, on a real Docker Engine${gap ? ` (${gap})` : ''}`, () => {
  let engine: Engine
  let machine: Machine
  beforeAll(async () => {
    engine = await startEngine()
    machine = await startMachine()
  })
  afterAll(async () => {
    await machine.close()
    await engine.close()
  })

  it('answers a question about a container, ends with 1, and shows no secret', async () => {
    engine.run('shop-n8n', {
      labels: MANAGED,
      script: 'echo "password=hunter2hunter2"; echo "fatal: N8N_HOST is not set"; exit 1',
    })
    engine.docker('wait', 'shop-n8n')
    const ask = async (...args: string[]) => {
      const { code, stdout: out } = await machine.start(SCRIPT, args, { DOCKER_HOST: engine.host }).ended
      return { code, out }
    }
    const plain = await ask('why does n8n keep restarting?')
    expect(plain).toMatchObject({ code: 1, out: expect.stringContaining('shop-n8n: missing-env (sure)') })
    expect(plain.out).toContain('shop-n8n lacks the setting N8N_HOST.')
    expect(plain.out).toContain('docs/runbooks/missing-setting.md')
    const json = await ask('n8n', '--json')
    expect(JSON.parse(json.out)).toMatchObject({ ok: false, diagnosis: { cause: 'missing-env', actions: [] } })
    expect(plain.out + json.out).not.toContain('hunter2')
    engine.run('shop-job', { script: 'exit 0' })
    engine.docker('wait', 'shop-job')
    expect((await ask('shop-job')).code).toBe(0)
  })
})

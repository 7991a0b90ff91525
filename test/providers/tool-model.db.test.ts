import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import type { ToolModel, ToolRequest } from '../../src/providers/ports.ts'
import { type LoopTool, runToolLoop } from '../../src/providers/tool-loop.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { FAKE_ANTHROPIC_KEY, startFakeAnthropic } from '../support/fakes/anthropic.ts'
import { type HttpFake, isJson } from '../support/fakes/http-fake.ts'
import { createTestProviders, QUICK_POLICY, type TestProviders } from '../support/fakes/provider-deps.ts'
import { createTestLog } from '../support/log.ts'

const LOGS = { name: 'logs', description: 'Reads a log.', input: z.object({ name: z.string(), lines: z.int() }) }

const REQUEST: ToolRequest = {
  system: 'You look after containers.',
  turns: [{ role: 'user', text: 'Why does it restart?' }],
  tools: [LOGS],
  maxOutputTokens: 1_000,
}

let db: TestDatabase
let fake: HttpFake
let providers: TestProviders
let model: ToolModel
beforeAll(async () => {
  db = await createTestDatabase()
  fake = await startFakeAnthropic()
})
afterAll(async () => {
  await fake.close()
  await db.close()
})

async function modelWith(policy: object = QUICK_POLICY, budget = { dailyUsd: 5, monthlyUsd: 60 }) {
  const anthropic = { apiKey: FAKE_ANTHROPIC_KEY, baseUrl: fake.url, model: 'claude-sonnet-5-5' }
  providers = await createTestProviders(db, { anthropic, budget }, policy)
  if (providers.tools === null) throw new Error('there is a key, and no model')
  return providers.tools
}

const context = (signal = new AbortController().signal) => ({ signal, step: 'diagnose' })
const bodies = () => fake.requests.map(({ body }) => (isJson(body) ? body : {}))

beforeEach(async () => {
  fake.reset()
  model = await modelWith()
})
afterEach(() => providers.close())

describe('a turn of Claude with tools', () => {
  it('is answered in words that grow, and is in the books', async () => {
    const texts: string[] = []
    fake.script({ kind: 'text', text: 'It runs out of memory 💡 every night.' })
    const reply = await model.next({ ...REQUEST, onText: (soFar) => texts.push(soFar) }, context())
    expect(reply).toMatchObject({ text: 'It runs out of memory 💡 every night.', calls: [], end: 'answer' })
    expect(texts.length).toBeGreaterThan(3)
    expect(texts.at(-1)).toBe(reply.text)
    expect(texts.every((text, at) => text.startsWith(texts[at - 1] ?? ''))).toBe(true)
    expect(providers.calls).toMatchObject([{ kind: 'text', step: 'diagnose', status: 'succeeded' }])
    expect(providers.calls[0]?.costUsd).toBe(reply.costUsd)
    expect(reply.costUsd).toBeGreaterThan(0)
  })

  it('asks for several tools at once, with the input in pieces put together', async () => {
    const input = { name: 'web "é" 🚀', lines: 20 }
    fake.script({
      kind: 'calls',
      calls: [
        { name: 'logs', input },
        { name: 'logs', input: { ...input, lines: 3 } },
      ],
    })
    const reply = await model.next(REQUEST, context())
    expect(reply.end).toBe('tools')
    expect(reply.calls).toEqual([
      { id: expect.any(String), name: 'logs', input },
      { id: expect.any(String), name: 'logs', input: { ...input, lines: 3 } },
    ])
  })

  it('sends the tools with closed schemas, and forces none', async () => {
    await model.next(REQUEST, context())
    expect(bodies()[0]).toMatchObject({
      tools: [{ name: 'logs', input_schema: { type: 'object', additionalProperties: false } }],
      tool_choice: { type: 'auto' },
      output_config: { effort: 'low' },
      stream: true,
    })
    expect(bodies()[0]).not.toHaveProperty('temperature')
    expect(bodies()[0]).not.toHaveProperty('thinking')
  })

  it('gives back what the model thought, and the results, as the service wants them', async () => {
    fake.script({ kind: 'calls', calls: [{ name: 'logs', input: { name: 'web', lines: 5 } }], text: 'Let me look.' })
    const { text, calls, sealed } = await model.next(REQUEST, context())
    const results = calls.map(({ id }) => ({ callId: id, text: '', isError: false }))
    const turns = [
      ...REQUEST.turns,
      { role: 'assistant' as const, text, calls, sealed },
      { role: 'tools' as const, results },
    ]
    await expect(model.next({ ...REQUEST, turns }, context())).resolves.toMatchObject({ end: 'answer' })
    expect(JSON.stringify(bodies()[1])).toContain('"signature"')
  })

  it('hands on an input that is no JSON as the text that it is', async () => {
    fake.script({ kind: 'calls', calls: [{ name: 'logs', input: '{"name": "web", "lin' }] })
    const reply = await model.next(REQUEST, context())
    expect(reply.calls).toMatchObject([{ name: 'logs', input: '{"name": "web", "lin' }])
  })

  it('says when the answer was cut off, and when it was declined', async () => {
    fake.script({ kind: 'truncated' })
    await expect(model.next(REQUEST, context())).resolves.toMatchObject({ end: 'cut', calls: [] })
    fake.script({ kind: 'refusal' })
    await expect(model.next(REQUEST, context())).rejects.toMatchObject({ code: 'refused' })
    expect(providers.calls.map(({ status }) => status)).toEqual(['succeeded', 'failed'])
  })

  it('is asked again after a passing failure as long as nobody has seen any of it', async () => {
    fake.script(
      { kind: 'status', status: 529 },
      { kind: 'break-off', afterEvents: 2 },
      { kind: 'text', text: 'At the third try.' },
    )
    const texts: string[] = []
    await model.next({ ...REQUEST, onText: (soFar) => texts.push(soFar) }, context())
    expect(texts.at(-1)).toBe('At the third try.')
    expect(providers.calls.map(({ status }) => status)).toEqual(['failed', 'unknown', 'succeeded'])
  })

  it.each([
    ['the connection breaks', { kind: 'break-off', afterEvents: 6 }],
    ['the service gives up', { kind: 'error-event', type: 'overloaded_error' }],
  ] as const)(
    'is not begun anew when %s after somebody saw the beginning, and its price stays booked',
    async (_, behaviour) => {
      fake.script(behaviour)
      const texts: string[] = []
      const call = model.next({ ...REQUEST, onText: (soFar) => texts.push(soFar) }, context())
      await expect(call).rejects.toMatchObject({ code: 'unavailable', retryable: false })
      expect(texts.length).toBeGreaterThan(0)
      expect(fake.requests).toHaveLength(1)
      expect(providers.calls).toMatchObject([{ status: 'unknown' }])
      expect(providers.calls[0]?.costUsd).toBeGreaterThan(0)
    },
  )

  it('stops in the middle at the signal of the caller', async () => {
    const stop = new AbortController()
    fake.script({ kind: 'hang' })
    const call = model.next(REQUEST, context(stop.signal))
    await vi.waitFor(() => expect(fake.requests).toHaveLength(1))
    stop.abort()
    await expect(call).rejects.toMatchObject({ code: 'cancelled' })
  })

  it('is not asked when the budget does not allow it', async () => {
    const poor = await modelWith(QUICK_POLICY, { dailyUsd: 0.000001, monthlyUsd: 60 })
    await expect(poor.next(REQUEST, context())).rejects.toMatchObject({ code: 'budget_exceeded' })
    expect(fake.requests).toHaveLength(0)
  })

  it('reads no more than two megabytes', async () => {
    fake.script({ kind: 'text', text: 'x'.repeat(3_000_000) })
    await expect(model.next(REQUEST, context())).rejects.toMatchObject({ code: 'bad_model_output' })
  })
})

describe('the loop over the wire', () => {
  const tool: LoopTool = { ...LOGS, run: async () => 'the log of web' }
  const ask = {
    system: REQUEST.system,
    turns: REQUEST.turns,
    tools: [tool],
    limits: { turns: 4, outputTokens: 4_000, seconds: 30, usd: 1 },
    context: context(),
  }

  it('looks up what is asked for and ends with the answer; every request is one that the service takes', async () => {
    fake.script(
      {
        kind: 'calls',
        calls: [
          { name: 'logs', input: { name: 'web', lines: 5 } },
          { name: 'nothing', input: {} },
        ],
      },
      { kind: 'calls', calls: [{ name: 'logs', input: { name: 'web', lines: 'many' } }] },
      { kind: 'text', text: 'It was the memory.' },
    )
    const result = await runToolLoop({ model, log: createTestLog().log }, ask)
    expect(result).toMatchObject({ kind: 'answered', text: 'It was the memory.', calls: [{ name: 'logs', ok: true }] })
    const sent = JSON.stringify(bodies()[2])
    expect(sent).toContain('the log of web')
    expect(sent).toContain('There is no such tool')
    expect(sent).toContain('The input does not fit')
    expect(result.costUsd).toBeCloseTo(
      providers.calls.reduce((sum, call) => sum + call.costUsd, 0),
      9,
    )
  })

  it('offers no tool on the last turn, so that it ends with an answer', async () => {
    fake.always({ kind: 'obey' })
    const turns = [{ role: 'user' as const, text: 'CALL logs {"name": "a", "lines": 1}' }]
    const chatty: LoopTool = {
      ...LOGS,
      run: async () => `CALL logs {"name": "a", "lines": ${fake.requests.length + 1}}`,
    }
    const result = await runToolLoop({ model, log: createTestLog().log }, { ...ask, turns, tools: [chatty] })
    expect(result.kind).toBe('answered')
    expect(bodies().map((body) => isJson(body.tool_choice) && body.tool_choice.type)).toEqual([
      'auto',
      'auto',
      'auto',
      'none',
    ])
  })
})

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { Failure } from '../../src/failure.ts'
import type { ToolCall, ToolModel, ToolReply, ToolRequest } from '../../src/providers/ports.ts'
import { type LoopAsk, type LoopTool, runToolLoop } from '../../src/providers/tool-loop.ts'
import { createTestLog } from '../support/log.ts'

type Step = { calls: Omit<ToolCall, 'id'>[] } | { text: string } | { cut: string } | Failure | 'hang'

/** Does what the script says; `costUsd` and tokens of each turn are the same. */
function modelOf(script: Step[], turn = { costUsd: 0.01, outputTokens: 100 }) {
  const requests: ToolRequest[] = []
  const model: ToolModel = {
    maker: { provider: 'local', model: 'script' },
    estimateUsd: () => turn.costUsd,
    next: async (request, { signal }) => {
      requests.push({ ...request, turns: [...request.turns] })
      const step = script.shift() ?? { text: 'done' }
      if (step instanceof Failure) throw step
      if (step === 'hang')
        return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))))
      const usage = { inputTokens: 10, outputTokens: turn.outputTokens, images: 0 }
      const rest = { usage, costUsd: turn.costUsd }
      if ('cut' in step) return { text: step.cut, calls: [], end: 'cut', ...rest }
      if ('text' in step) return { text: step.text, calls: [], end: 'answer', ...rest }
      const calls = step.calls.map((call, at) => ({ id: `c${requests.length}-${at}`, ...call }))
      return { text: '', calls, end: 'tools', sealed: 'thoughts', ...rest } satisfies ToolReply
    },
  }
  return { model, requests }
}

const LIMITS = { turns: 5, outputTokens: 10_000, seconds: 10, usd: 1 }
const look = (run: LoopTool['run']): LoopTool => ({
  name: 'look',
  description: 'Looks.',
  input: z.object({ at: z.string() }),
  run,
})
const at = (place: string) => ({ name: 'look', input: { at: place } })

function loop(model: ToolModel, run: LoopTool['run'] = async () => 'seen', more: Partial<LoopAsk> = {}) {
  const context = { signal: new AbortController().signal, step: 'test' }
  const ask = {
    system: 's',
    turns: [{ role: 'user' as const, text: 'why?' }],
    tools: [look(run)],
    limits: LIMITS,
    context,
  }
  return runToolLoop({ model, log: createTestLog().log }, { ...ask, ...more })
}

const resultsIn = (request: ToolRequest | undefined) => {
  const last = request?.turns.at(-1)
  return last?.role === 'tools' ? last.results : []
}

describe('what tools say', () => {
  it('goes back under the id of the call, with the thoughts of the one who asked', async () => {
    const { model, requests } = modelOf([{ calls: [at('a')] }, { text: 'It is a.' }])
    expect(await loop(model)).toMatchObject({ kind: 'answered', text: 'It is a.', costUsd: 0.02 })
    expect(requests[1]?.turns.slice(1)).toEqual([
      { role: 'assistant', text: '', calls: [{ id: 'c1-0', ...at('a') }], sealed: 'thoughts' },
      { role: 'tools', results: [{ callId: 'c1-0', text: 'seen', isError: false }] },
    ])
  })

  it('is looked up once for the same question, also when it is asked twice at once', async () => {
    const { model, requests } = modelOf([{ calls: [at('a'), at('a'), at('b')] }, { calls: [at('a')] }])
    const run = vi.fn(async (input: unknown) => JSON.stringify(input))
    await loop(model, run)
    expect(run).toHaveBeenCalledTimes(2)
    expect(resultsIn(requests[1]).map(({ text }) => text)).toEqual(['{"at":"a"}', '{"at":"a"}', '{"at":"b"}'])
    expect(resultsIn(requests[2]).map(({ text }) => text)).toEqual(['{"at":"a"}'])
  })

  it('is worked on side by side', async () => {
    const { model } = modelOf([{ calls: [at('a'), at('b')] }])
    const both = Promise.withResolvers<void>()
    let waiting = 0
    const result = await loop(model, async () => {
      waiting += 1
      if (waiting === 2) both.resolve()
      await both.promise
      return 'both were asked'
    })
    expect(result.kind).toBe('answered')
    expect(result.calls).toHaveLength(2)
  })

  it('is an error in our own words when a tool throws; a stranger’s error stays here', async () => {
    const { model, requests } = modelOf([{ calls: [at('a'), at('b')] }])
    const result = await loop(model, async (input) => {
      if (JSON.stringify(input).includes('"a"')) throw new Failure('It is gone.', { code: 'not_found' })
      throw new Error('connect postgres://user:secret@db')
    })
    expect(resultsIn(requests[1])).toMatchObject([
      { text: 'It is gone.', isError: true },
      { text: 'The tool failed.', isError: true },
    ])
    expect(result.calls.map(({ ok }) => ok)).toEqual([false, false])
  })

  it('is an error when there is no such tool, the input does not fit, or too many are asked at once', async () => {
    const wrong = [
      { name: 'destroy', input: {} },
      { name: 'look', input: 'at a' },
      { name: 'look', input: { at: 1 } },
    ]
    const { model, requests } = modelOf([
      { calls: [...wrong, ...'abcdefg'].map((call) => (typeof call === 'string' ? at(call) : call)) },
    ])
    const run = vi.fn(async () => 'seen')
    await loop(model, run)
    const results = resultsIn(requests[1])
    expect(results).toHaveLength(10)
    expect(results.map(({ isError }) => isError)).toEqual([true, true, true, ...Array(5).fill(false), true, true])
    expect(results[0]?.text).toBe('There is no such tool. There are: look.')
    expect(run).toHaveBeenCalledTimes(5)
  })

  it('is cut at a size, and never inside a character', async () => {
    const { model, requests } = modelOf([{ calls: [at('a')] }])
    await loop(model, async () => '🚀'.repeat(5_000))
    const [result] = resultsIn(requests[1])
    expect(Buffer.byteLength(result?.text ?? '')).toBeLessThan(8_100)
    expect(result?.text).toContain('bytes more')
    expect(result?.text).not.toContain('\uFFFD')
  })
})

describe('its limits', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  const endless = () => Array.from({ length: 20 }, (_, index): Step => ({ calls: [at(String(index))] }))

  it('of turns: the last one offers no tools; if the model does not answer then, that was it', async () => {
    const { model, requests } = modelOf(endless())
    expect(await loop(model)).toMatchObject({ kind: 'limit', limit: 'turns' })
    expect(requests.map(({ mustAnswer }) => mustAnswer)).toEqual([false, false, false, false, true])
  })

  it('of tokens: what is left is what the next turn may write', async () => {
    const { model, requests } = modelOf(endless(), { costUsd: 0, outputTokens: 40 })
    expect(await loop(model, undefined, { limits: { ...LIMITS, outputTokens: 100 } })).toMatchObject({
      kind: 'limit',
      limit: 'outputTokens',
    })
    expect(requests.map(({ maxOutputTokens }) => maxOutputTokens)).toEqual([100, 60, 20])
  })

  it('of tokens: an answer that was cut off is shown as far as it goes', async () => {
    const { model } = modelOf([{ cut: 'It began with' }])
    expect(await loop(model)).toMatchObject({ kind: 'limit', limit: 'outputTokens', text: 'It began with' })
  })

  it('of dollars: no turn is begun that would likely pass it, and the one before is the last', async () => {
    const { model, requests } = modelOf(endless(), { costUsd: 0.4, outputTokens: 1 })
    expect(await loop(model)).toMatchObject({ kind: 'limit', limit: 'usd', costUsd: 0.8 })
    expect(requests.map(({ mustAnswer }) => mustAnswer)).toEqual([false, true])
  })

  it('of seconds: a model that hangs is given up, and so is a tool that does not listen', async () => {
    const slow = loop(modelOf(['hang']).model)
    await vi.advanceTimersByTimeAsync(10_000)
    expect(await slow).toMatchObject({ kind: 'limit', limit: 'seconds' })
    const stuck = loop(modelOf([{ calls: [at('a')] }]).model, () => new Promise(() => undefined))
    await vi.advanceTimersByTimeAsync(10_000)
    expect(await stuck).toMatchObject({ kind: 'limit', limit: 'seconds' })
  })

  it('are not waited for when somebody stops it', async () => {
    const stop = new AbortController()
    const running = loop(modelOf(['hang']).model, undefined, { context: { signal: stop.signal, step: 'test' } })
    stop.abort()
    expect(await running).toMatchObject({ kind: 'stopped' })
  })

  it('leave a failure of the model what it is', async () => {
    const away = new Failure('away', { code: 'unavailable' })
    await expect(loop(modelOf([{ calls: [at('a')] }, away]).model)).rejects.toBe(away)
  })
})

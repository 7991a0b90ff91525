import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isJson } from '../support/fakes/http-fake.ts'
import { type AllFakes, startAllFakes } from '../support/fakes/index.ts'
import { type PipelineRig, startPipeline } from '../support/pipeline.ts'

let fakes: AllFakes
let rig: PipelineRig
beforeEach(async () => {
  fakes = await startAllFakes()
  rig = await startPipeline({ env: fakes.env })
})
afterEach(async () => {
  await rig.close()
  await fakes.close()
})

const geminiCalls = (what: string) => fakes.gemini.requests.filter((request) => request.path.includes(what))

describe('a run with all four services', () => {
  it('asks Groq for the fact, Claude for the words and Gemini for four pictures, each once', async () => {
    const run = await rig.make('octopus hearts')
    expect(run.status).toBe('awaiting_review')
    expect(fakes.groq.requests).toHaveLength(1)
    expect(fakes.anthropic.requests).toHaveLength(1)
    expect(geminiCalls('flash-image')).toHaveLength(4)
    expect(geminiCalls('embedding')).toHaveLength(1)
    expect(fakes.pexels.requests).toHaveLength(0)
    const { madeBy } = await rig.carousel(run.id)
    expect(madeBy.fact).toEqual({ provider: 'groq', model: 'openai/gpt-oss-120b', passedOver: [] })
    expect(madeBy.words).toMatchObject({ provider: 'anthropic', passedOver: [] })
    expect(madeBy.pictures.map((by) => by.provider)).toEqual(['gemini', 'gemini', 'gemini', 'gemini'])
  })

  it('sends the JSON schema with the question, and the topic as data between its markers', async () => {
    await rig.make('octopus hearts')
    const fact = fakes.groq.requests[0]?.body
    const words = fakes.anthropic.requests[0]?.body
    const schema = isJson(fact) && isJson(fact.response_format) && fact.response_format.json_schema
    expect(schema).toMatchObject({ schema: { properties: { sourceUrl: {}, why: {} } } })
    expect(words).toMatchObject({ output_config: { format: { schema: { properties: { hook: {}, hashtags: {} } } } } })
    expect(JSON.stringify(fact)).toContain('<topic>\\noctopus hearts\\n</topic>')
  })

  it('paints the four pictures side by side', async () => {
    await fakes.close()
    fakes = await startAllFakes({ gemini: { imageDelayMs: 150 } })
    await rig.close()
    rig = await startPipeline({ env: fakes.env })
    await rig.make('octopus hearts')
    const calls = await rig.rows<{ from: Date; to: Date }>(
      `select started_at as "from", ended_at as "to" from provider_call where kind = 'image'`,
    )
    expect(calls).toHaveLength(4)
    const lastStart = Math.max(...calls.map((call) => call.from.getTime()))
    const firstEnd = Math.min(...calls.map((call) => call.to.getTime()))
    expect(lastStart).toBeLessThan(firstEnd)
  })

  it('books tokens, money and milliseconds of every call, its intent before its end', async () => {
    const run = await rig.make('octopus hearts')
    const calls = await rig.rows<Record<string, unknown>>('select * from provider_call order by id')
    expect(calls).toHaveLength(7)
    for (const call of calls) {
      expect(call).toMatchObject({ run_id: run.id, status: 'succeeded', attempt: 1, error_code: null })
      expect(call.cost_usd).toBeGreaterThan(0)
      expect(call.reserved_usd).toBeGreaterThanOrEqual(call.cost_usd as number)
      expect(call.duration_ms).not.toBeNull()
    }
    expect(calls.filter((call) => call.kind === 'text').every((call) => Number(call.output_tokens) > 0)).toBe(true)
    expect(calls.filter((call) => call.kind === 'image').map((call) => call.images)).toEqual([1, 1, 1, 1])
  })

  it('composes a caption with the source, 3 to 15 hashtags and the brand’s own among them', async () => {
    const run = await rig.make('octopus hearts')
    const { caption, hashtags, fact } = await rig.carousel(run.id)
    expect(caption.length).toBeLessThanOrEqual(2200)
    expect(caption).toContain(`Source: ${fact.sourceName}, ${fact.sourceUrl}`)
    expect(hashtags.length).toBeGreaterThanOrEqual(3)
    expect(hashtags.length).toBeLessThanOrEqual(15)
    const kit = rig.deps.brands.get(run.brand)?.kit
    expect(hashtags).toEqual(expect.arrayContaining(kit?.hashtags ?? []))
    for (const tag of hashtags) expect(caption).toContain(`#${tag}`)
  })

  it('tells its progress in order and counts the pictures', async () => {
    await rig.make('octopus hearts')
    const stages = rig.progress.map(({ stage }) => stage)
    expect([...new Set(stages)]).toEqual(['fact', 'words', 'pictures', 'finishing'])
    const counts = rig.progress.filter(({ stage }) => stage === 'pictures').map((one) => one.picturesDone)
    expect(counts).toEqual([0, 1, 2, 3, 4])
    expect(rig.progress.length).toBeLessThanOrEqual(8)
    expect(rig.news.map((one) => one.kind)).toEqual(['ready'])
  })
})

describe('several runs at once', () => {
  it('never share a file: every path lies in the run’s own folder', async () => {
    for (const topic of ['octopus', 'neutron stars', 'honey', 'glass']) await rig.start(topic)
    expect(rig.worker.inHand()).toBe(4)
    await rig.worker.idle()
    const steps = await rig.rows<{ run: string; result: unknown }>('select run_id as run, result from step')
    const owners = new Map<string, string>()
    for (const { run, result } of steps) {
      for (const [, path = ''] of JSON.stringify(result).matchAll(/"path":"([^"]+)"/g)) {
        expect(path.startsWith(`runs/${run}/`), path).toBe(true)
        expect(owners.get(path) ?? run).toBe(run)
        owners.set(path, run)
      }
    }
    expect(new Set(owners.values()).size).toBe(4)
  })

  it('works at most three at a time', async () => {
    const gate = Promise.withResolvers<void>()
    const { checkCopy } = rig.renderer
    let waiting = 0
    const threeWait = Promise.withResolvers<void>()
    rig.renderer.checkCopy = async (...copy) => {
      // Each run has its four slides checked at once.
      if (++waiting === 12) threeWait.resolve()
      await gate.promise
      return checkCopy(...copy)
    }
    for (let n = 0; n < 5; n++) await rig.start(`topic number ${n}`)
    await threeWait.promise
    const statuses = await rig.rows<{ status: string }>('select status from run order by created_at')
    expect(statuses.map(({ status }) => status)).toEqual(['running', 'running', 'running', 'queued', 'queued'])
    gate.resolve()
    await rig.worker.idle()
    expect(await rig.rows(`select id from run where status = 'awaiting_review'`)).toHaveLength(5)
  })
})

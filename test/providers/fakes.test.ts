import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Draft, Fact } from '../../src/content.ts'
import { answerSchema } from '../../src/providers/answer-schema.ts'
import { type AllFakes, sampleDraft, sampleFact, startAllFakes } from '../support/fakes/index.ts'

let fakes: AllFakes
beforeAll(async () => {
  fakes = await startAllFakes()
})
afterAll(() => fakes.close())

async function post(url: string, headers: Record<string, string>, body: unknown) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
  return { status: response.status, body: JSON.stringify(await response.json()) }
}

describe('the fakes are as strict as the services:', () => {
  const messages = [{ role: 'user', content: 'hello' }]
  const schema = answerSchema(Fact)

  it.each([
    ['no key', {}, {}, 401],
    ['no schema', { authorization: 'Bearer gsk_fakeGroqKey0123456789' }, { response_format: undefined }, 400],
    ['an unknown setting', { authorization: 'Bearer gsk_fakeGroqKey0123456789' }, { top_k: 3 }, 400],
    [
      'a schema that strict mode refuses',
      { authorization: 'Bearer gsk_fakeGroqKey0123456789' },
      {
        response_format: {
          type: 'json_schema',
          json_schema: { name: 'x', strict: true, schema: { type: 'object', properties: {} } },
        },
      },
      400,
    ],
    ['all as it should be', { authorization: 'Bearer gsk_fakeGroqKey0123456789' }, {}, 200],
  ])('Groq with %s', async (_, headers, change, status) => {
    const response_format = { type: 'json_schema', json_schema: { name: 'fact', strict: true, schema } }
    const body = { model: 'openai/gpt-oss-120b', messages, response_format, ...change }
    const answer = await post(`${fakes.groq.url}/openai/v1/chat/completions`, headers as Record<string, string>, body)
    expect(answer.status).toBe(status)
  })

  it.each([
    ['no key', { 'x-api-key': '' }, {}, 401],
    ['a wrong version', { 'anthropic-version': '1999-01-01' }, {}, 400],
    ['no max_tokens', {}, { max_tokens: undefined }, 400],
    ['a temperature', {}, { temperature: 0.4 }, 400],
    ['no schema', {}, { output_config: {} }, 400],
    ['all as it should be', {}, {}, 200],
  ])('Claude with %s', async (_, change, bodyChange, status) => {
    const headers = { 'x-api-key': 'sk-ant-fakeClaudeKey0123456789', 'anthropic-version': '2023-06-01', ...change }
    const output_config = { format: { type: 'json_schema', schema } }
    const body = { model: 'claude-sonnet-5-5', max_tokens: 100, messages, output_config, ...bodyChange }
    expect((await post(`${fakes.anthropic.url}/v1/messages`, headers, body)).status).toBe(status)
  })

  it.each([
    ['a wrong key, which the service calls a bad request', { 'x-goog-api-key': 'wrong' }, {}, 400],
    ['no schema', {}, { generationConfig: {} }, 400],
    ['all as it should be', {}, {}, 200],
  ])('Gemini with %s', async (_, change, bodyChange, status) => {
    const headers = { 'x-goog-api-key': 'AIzaFakeGeminiKey0123456789', ...change }
    const generationConfig = { responseMimeType: 'application/json', responseJsonSchema: schema }
    const url = `${fakes.gemini.url}/v1beta/models/gemini-3.8-flash:generateContent`
    expect((await post(url, headers, { contents: [], generationConfig, ...bodyChange })).status).toBe(status)
  })
})

describe('the sample content', () => {
  it('is valid and different for thousands of pieces', () => {
    const texts = new Set<string>()
    for (let n = 0; n < 3_000; n++) {
      const fact = Fact.parse(sampleFact(n))
      texts.add(fact.text)
      expect(fact.text.split(' ').length).toBeLessThanOrEqual(15)
    }
    expect(texts.size).toBe(3_000)
  })

  it('keeps to the rules of the arc', () => {
    for (let n = 0; n < 200; n++) {
      const draft = Draft.parse(sampleDraft(n))
      expect(draft.hook.title.split(' ').length).toBeLessThanOrEqual(12)
      for (const slide of [draft.reveal, draft.mechanism, draft.twist]) {
        expect(slide.title.split(' ').length).toBeLessThanOrEqual(10)
        expect(slide.body.split(' ').length).toBeLessThanOrEqual(25)
      }
    }
  })
})

import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { Draft, Fact } from '../../src/content.ts'
import { answerSchema, parseAnswer, requiresAllKeys } from '../../src/providers/answer-schema.ts'
import { schemaProblem } from '../support/fakes/strict-schema.ts'

describe('the schema that is sent', () => {
  it.each([
    ['a fact', Fact],
    ['a draft', Draft],
  ])('of %s stays inside what the strictest service takes', (_, schema) => {
    const sent = answerSchema(schema)
    expect(schemaProblem(sent, { allRequired: true })).toBeNull()
    expect(requiresAllKeys(sent)).toBe(true)
  })

  it('says in words what it cannot demand', () => {
    const sent = answerSchema(
      z.object({ tags: z.array(z.string().max(9).describe('a tag')).min(2), n: z.int().min(1) }),
    )
    expect(sent).toEqual({
      type: 'object',
      properties: {
        tags: {
          type: 'array',
          items: { type: 'string', description: 'a tag; at most 9 characters' },
          description: 'at least 2 items',
        },
        n: { type: 'integer', description: 'at least 1' },
      },
      required: ['tags', 'n'],
      additionalProperties: false,
    })
  })

  it('turns unions and constants into what every service knows', () => {
    const sent = answerSchema(
      z.object({
        action: z.discriminatedUnion('kind', [z.object({ kind: z.literal('a') }), z.object({ kind: z.literal('b') })]),
      }),
    )
    expect(schemaProblem(sent, { allRequired: true })).toBeNull()
    expect(JSON.stringify(sent)).toContain('"anyOf"')
  })

  it('keeps definitions that are referred to', () => {
    const Node: z.ZodType = z.object({ name: z.string(), children: z.array(z.lazy(() => Node)) })
    expect(JSON.stringify(answerSchema(z.object({ root: Node })))).toContain('"$ref"')
  })

  it('notices an optional key, which strict decoding cannot have', () => {
    expect(requiresAllKeys(answerSchema(z.object({ a: z.object({ b: z.string().optional() }) })))).toBe(false)
  })

  it('must describe an object', () => {
    expect(() => answerSchema(z.array(z.string()))).toThrow(expect.objectContaining({ code: 'internal' }))
  })
})

describe('an answer', () => {
  const schema = z.object({ title: z.string().max(5), tags: z.array(z.string()).min(1) })

  it('is parsed by the same schema', () => {
    expect(parseAnswer(schema, '{"title":"Short","tags":["x"]}')).toEqual({ title: 'Short', tags: ['x'] })
  })

  it('earns a complaint that names every fault, written for the second try', () => {
    expect(() => parseAnswer(schema, '{"title":"Much too long","tags":[]}')).toThrow(
      expect.objectContaining({
        code: 'bad_model_output',
        retryable: false,
        message: expect.stringMatching(/title[\s\S]*tags/),
      }),
    )
  })

  it.each([
    ['', 'empty'],
    ['  \n', 'empty'],
    ['Sure! Here is your JSON', 'not valid JSON'],
    ['{"title":', 'not valid JSON'],
  ])('that reads %j is %s', (text, complaint) => {
    expect(() => parseAnswer(schema, text)).toThrow(complaint)
  })
})

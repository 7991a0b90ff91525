import { z } from 'zod'
import { Failure } from '../failure.ts'

export type JsonSchema = { [key: string]: unknown }

/**
 * The JSON Schema that is sent with a request: the part of the language that all three services take in their strictest
 * mode. Objects are closed and every key is required; limits that constrained decoding does not know (lengths, patterns,
 * formats, counts) move into the description as words. The zod schema still judges the answer.
 * @throws Failure internal when the schema is not an object's
 */
export function answerSchema(schema: z.ZodType): JsonSchema {
  // Input side: what the model has to write, before any transform of ours.
  const full = z.toJSONSchema(schema, { target: 'draft-2020-12', io: 'input', unrepresentable: 'any' })
  if (full.type !== 'object') throw new Failure('An answer schema must be an object', { code: 'internal' })
  return narrow(full as JsonSchema)
}

/** Whether Groq's strict mode can take it: no optional key anywhere. */
export function requiresAllKeys(schema: unknown): boolean {
  if (Array.isArray(schema)) return schema.every(requiresAllKeys)
  if (!isObject(schema)) return true
  if (isObject(schema.properties)) {
    const required = Array.isArray(schema.required) ? schema.required : []
    if (required.length !== Object.keys(schema.properties).length) return false
  }
  return Object.values(schema).every(requiresAllKeys)
}

/** Keywords that pass unchanged; `const` becomes an enum of one, `oneOf` becomes `anyOf`. */
const KEPT = ['type', 'enum', '$ref'] as const

function narrow(full: JsonSchema): JsonSchema {
  const kept: JsonSchema = {}
  for (const key of KEPT) if (full[key] !== undefined) kept[key] = full[key]
  if (full.const !== undefined) kept.enum = [full.const]
  const choices = full.anyOf ?? full.oneOf
  if (Array.isArray(choices)) kept.anyOf = choices.filter(isObject).map(narrow)
  if (isObject(full.items)) kept.items = narrow(full.items)
  if (isObject(full.$defs)) kept.$defs = narrowEach(full.$defs)
  if (isObject(full.properties)) {
    kept.properties = narrowEach(full.properties)
    kept.required = Array.isArray(full.required) ? full.required : []
    kept.additionalProperties = false
  }
  const description = [full.description, ...limitsInWords(full)].filter((words) => typeof words === 'string').join('; ')
  if (description !== '') kept.description = description
  return kept
}

function narrowEach(schemas: JsonSchema): JsonSchema {
  return Object.fromEntries(
    Object.entries(schemas).map(([key, value]) => [key, isObject(value) ? narrow(value) : value]),
  )
}

/** zod writes the largest safe integers as limits of every z.int(): no news to a model. */
const isTelling = (limit: unknown): limit is number =>
  typeof limit === 'number' && Number.isFinite(limit) && Math.abs(limit) < 2 ** 53 - 1

function limitsInWords(full: JsonSchema): string[] {
  const words: string[] = []
  const say = (key: string, text: (limit: number) => string) => {
    const limit = full[key]
    if (isTelling(limit)) words.push(text(limit))
  }
  say('minLength', (limit) => `at least ${limit} characters`)
  say('maxLength', (limit) => `at most ${limit} characters`)
  say('minItems', (limit) => `at least ${limit} items`)
  say('maxItems', (limit) => `at most ${limit} items`)
  say('minimum', (limit) => `at least ${limit}`)
  say('maximum', (limit) => `at most ${limit}`)
  if (full.format === 'uri') words.push('a full web address')
  else if (typeof full.format === 'string') words.push(`format ${full.format}`)
  else if (typeof full.pattern === 'string') words.push(`must match ${full.pattern}`)
  return words
}

function isObject(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const MAX_COMPLAINT_CHARS = 1500

/**
 * Reads a model's answer. The message of the failure is written for the model: it goes into the prompt of the second try.
 * @throws Failure bad_model_output
 */
export function parseAnswer<T>(schema: z.ZodType<T>, text: string): T {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw badOutput(text.trim() === '' ? 'The answer was empty' : 'The answer was not valid JSON')
  }
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw badOutput(`The answer did not fit:\n${z.prettifyError(parsed.error).slice(0, MAX_COMPLAINT_CHARS)}`)
}

/** The failure of an answer that cannot be used. */
export function badOutput(message: string): Failure {
  return new Failure(message, { code: 'bad_model_output' })
}

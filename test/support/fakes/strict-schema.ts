import { isJson, type Json } from './http-fake.ts'

/** Keywords that constrained decoding does not know: the services refuse a request that has one. */
const UNSUPPORTED = [
  'minLength',
  'maxLength',
  'pattern',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minItems',
  'maxItems',
  'uniqueItems',
  'propertyNames',
  'oneOf',
]

/**
 * The first thing about a JSON Schema that a strict service would refuse, or null. Every object must be closed;
 * with `allRequired` (Groq) it must also require every key.
 */
export function schemaProblem(schema: unknown, options: { allRequired: boolean }, path = '$'): string | null {
  if (!isJson(schema)) return `${path} is not a schema`
  const unsupported = UNSUPPORTED.find((keyword) => keyword in schema)
  if (unsupported !== undefined) return `${path}: keyword '${unsupported}' is not supported`
  if (!('type' in schema) && !('enum' in schema) && !('anyOf' in schema) && !('$ref' in schema))
    return `${path} has no type`
  if (schema.type === 'object') {
    const problem = objectProblem(schema, options, path)
    if (problem !== null) return problem
  }
  const inner: [string, unknown][] = [
    ...Object.entries(isJson(schema.properties) ? schema.properties : {}),
    ...Object.entries(isJson(schema.$defs) ? schema.$defs : {}),
    ...(Array.isArray(schema.anyOf) ? schema.anyOf.map((choice, at): [string, unknown] => [String(at), choice]) : []),
    ...(schema.items === undefined ? [] : [['items', schema.items] as [string, unknown]]),
  ]
  for (const [name, part] of inner) {
    const problem = schemaProblem(part, options, `${path}.${name}`)
    if (problem !== null) return problem
  }
  return null
}

function objectProblem(schema: Json, options: { allRequired: boolean }, path: string): string | null {
  if (schema.additionalProperties !== false) return `${path}: additionalProperties must be false`
  const names = Object.keys(isJson(schema.properties) ? schema.properties : {})
  const required = Array.isArray(schema.required) ? schema.required : []
  const missing = names.find((name) => !required.includes(name))
  return options.allRequired && missing !== undefined ? `${path}: '${missing}' must be required` : null
}

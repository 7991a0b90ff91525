import { badRequest } from './api-error.ts'

export type Upload = { name: string; mime: string; bytes: Buffer }

/** The parameters of one call. Values come as JSON gave them, or as strings from a form; the readers accept both, as Telegram does. */
export type Params = { values: Record<string, unknown>; uploads: Map<string, Upload> }

export function readText(params: Params, name: string): string {
  const value = params.values[name]
  if (value === undefined || value === null) return ''
  return typeof value === 'string' ? value : String(value)
}

export function readInteger(params: Params, name: string): number | undefined {
  const value = params.values[name]
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : undefined
  if (typeof value !== 'string' || !/^-?\d+$/.test(value.trim())) return undefined
  const parsed = Number(value)
  return Number.isSafeInteger(parsed) ? parsed : undefined
}

export function readFlag(params: Params, name: string): boolean {
  const value = params.values[name]
  return value === true || value === 1 || (typeof value === 'string' && /^(true|yes|1)$/i.test(value))
}

/** An object or array, also when a form carried it as a JSON string. */
export function readJson(params: Params, name: string): unknown {
  const value = params.values[name]
  if (typeof value !== 'string') return value ?? undefined
  if (value.trim() === '') return undefined
  try {
    return JSON.parse(value)
  } catch {
    throw badRequest(`can't parse ${name.replaceAll('_', ' ')} JSON object`)
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The parameters as the transcript keeps them: no file contents. */
export function describeParams(params: Params): Record<string, unknown> {
  const described: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(params.values))
    described[name] = describeValue(parseLoosely(name, value), params)
  for (const [name, upload] of params.uploads) {
    if (JSON.stringify(params.values).includes(`attach://${name}`)) continue
    described[name] = { name: upload.name, bytes: upload.bytes.length }
  }
  return described
}

function describeValue(value: unknown, params: Params): unknown {
  if (typeof value === 'string' && value.startsWith('attach://')) {
    const upload = params.uploads.get(value.slice('attach://'.length))
    return upload ? { name: upload.name, bytes: upload.bytes.length } : value
  }
  if (Array.isArray(value)) return value.map((item) => describeValue(item, params))
  if (!isRecord(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, describeValue(item, params)]))
}

/** Forms carry objects and numbers as strings; the transcript shows them as JSON calls do. */
function parseLoosely(name: string, value: unknown): unknown {
  if (typeof value !== 'string') return value
  if (/^(chat|message)_id$/.test(name) && /^-?\d{1,15}$/.test(value)) return Number(value)
  if (!/^[[{]/.test(value)) return value
  try {
    return JSON.parse(value)
  } catch {
    return value
  }
}

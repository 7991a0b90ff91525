import { isJson, type Json } from './http-fake.ts'
import { schemaProblem } from './strict-schema.ts'

/** What Claude's service refuses about a conversation with tools, as strictly as it does itself. */

const NAME = /^[a-zA-Z0-9_-]{1,64}$/
const CALL_ID = /^[a-zA-Z0-9_-]+$/
const EFFORTS = ['low', 'medium', 'high', 'xhigh', 'max']
const TOOL_KEYS = ['name', 'description', 'input_schema', 'type', 'strict', 'cache_control']
const BLOCK_KEYS: Readonly<Record<string, readonly string[]>> = {
  text: ['type', 'text', 'cache_control'],
  tool_use: ['type', 'id', 'name', 'input', 'cache_control'],
  tool_result: ['type', 'tool_use_id', 'content', 'is_error', 'cache_control'],
  thinking: ['type', 'thinking', 'signature'],
  redacted_thinking: ['type', 'data'],
}
const BLOCKS_OF = {
  user: ['text', 'tool_result'],
  assistant: ['text', 'tool_use', 'thinking', 'redacted_thinking'],
}

/** Who thought what: sealed thoughts of a call have to come back with it, unchanged. */
export type SealedThoughts = { isSealed(signature: unknown): boolean; byCall: ReadonlyMap<string, string> }

/** The first thing that is wrong, in the service's words, or null. */
export function conversationProblem(body: Json, sealed: SealedThoughts): string | null {
  return settingsProblem(body) ?? toolsProblem(body) ?? messagesProblem(body, sealed)
}

function settingsProblem({ output_config: config, thinking }: Json): string | null {
  if (isJson(config)) {
    const unknown = Object.keys(config).find((key) => key !== 'effort' && key !== 'format')
    if (unknown !== undefined) return `output_config.${unknown}: Extra inputs are not permitted`
    if (config.effort !== undefined && !EFFORTS.includes(String(config.effort)))
      return `output_config.effort: ${config.effort}`
    const format = config.format
    if (format !== undefined) {
      if (!isJson(format) || format.type !== 'json_schema') return 'output_config.format: a JSON schema is required'
      const problem = schemaProblem(format.schema, { allRequired: false })
      if (problem !== null) return `output_config.format.schema: ${problem}`
    }
  }
  if (isJson(thinking) && thinking.type === 'disabled')
    return 'thinking.type: "disabled" is not supported on this model; use "between_tools"'
  return null
}

function toolsProblem({ tools, tool_choice: choice }: Json): string | null {
  if (tools === undefined) return choice === undefined ? null : 'tool_choice: may only be set with tools'
  if (!Array.isArray(tools)) return 'tools: Input should be a list'
  const names = new Set<unknown>()
  for (const [at, tool] of tools.entries()) {
    const problem = toolProblem(tool)
    if (problem !== null) return `tools.${at}.${problem}`
    if (names.has(tool.name)) return 'tools: Tool names must be unique'
    names.add(tool.name)
  }
  if (choice === undefined) return null
  if (!isJson(choice)) return 'tool_choice: Input should be an object'
  return choice.type === 'auto' || choice.type === 'none'
    ? null
    : `tool_choice.type: forced tool use ("${choice.type}") is not supported on this model`
}

function toolProblem(tool: unknown): string | null {
  if (!isJson(tool)) return 'Input should be an object'
  const unknown = Object.keys(tool).find((key) => !TOOL_KEYS.includes(key))
  if (unknown !== undefined) return `${unknown}: Extra inputs are not permitted`
  if (typeof tool.name !== 'string' || !NAME.test(tool.name))
    return `name: String should match pattern '${NAME.source}'`
  if (typeof tool.description !== 'string' || tool.description === '') return 'description: Field required'
  if (!isJson(tool.input_schema) || tool.input_schema.type !== 'object')
    return "input_schema.type: Input should be 'object'"
  return null
}

function messagesProblem(body: Json, sealed: SealedThoughts): string | null {
  const messages = Array.isArray(body.messages) ? body.messages : []
  let asked: string[] = []
  for (const [at, message] of messages.entries()) {
    const role = at % 2 === 0 ? 'user' : 'assistant'
    if (!isJson(message) || message.role !== role)
      return `messages.${at}: roles must alternate between "user" and "assistant", beginning with "user"`
    const unknown = Object.keys(message).find((key) => key !== 'role' && key !== 'content')
    if (unknown !== undefined) return `messages.${at}.${unknown}: Extra inputs are not permitted`
    const blocks = blocksOf(message.content)
    const problem = contentProblem(message.content, blocks, role) ?? resultsProblem(blocks, asked)
    if (problem !== null) return `messages.${at}: ${problem}`
    asked = blocks.filter(({ type }) => type === 'tool_use').map(({ id }) => String(id))
    if (asked.length > 0 && body.tools === undefined)
      return 'Requests which include `tool_use` blocks must define tools'
    const lost = at === messages.length - 2 ? thoughtsProblem(blocks, sealed) : null
    if (lost !== null) return `messages.${at}: ${lost}`
  }
  return messages.length % 2 === 0 ? 'This model does not support assistant message prefill' : null
}

function blocksOf(content: unknown): Json[] {
  return Array.isArray(content) ? content.filter(isJson) : [{ type: 'text', text: content }]
}

function contentProblem(content: unknown, blocks: readonly Json[], role: 'user' | 'assistant'): string | null {
  if (blocks.length === 0 || (Array.isArray(content) && content.length !== blocks.length))
    return 'content: at least one block is required'
  for (const block of blocks) {
    const type = String(block.type)
    if (!BLOCKS_OF[role].includes(type)) return `a block "${type}" is not permitted from "${role}"`
    const unknown = Object.keys(block).find((key) => !BLOCK_KEYS[type]?.includes(key))
    if (unknown !== undefined) return `${type}.${unknown}: Extra inputs are not permitted`
    if (type === 'text' && (typeof block.text !== 'string' || block.text.trim() === ''))
      return 'text content blocks must be non-empty'
    if (type === 'tool_use' && !isCall(block)) return 'tool_use: id, name or input is malformed'
    if (type === 'tool_result' && typeof block.content !== 'string') return 'tool_result.content: Field required'
  }
  return null
}

function isCall({ id, name, input }: Json): boolean {
  return typeof id === 'string' && CALL_ID.test(id) && typeof name === 'string' && NAME.test(name) && isJson(input)
}

/** Every wish is answered in the very next message, once, before anything else, and nothing that nobody asked for. */
function resultsProblem(blocks: readonly Json[], asked: readonly string[]): string | null {
  const results = blocks.filter(({ type }) => type === 'tool_result').map(({ tool_use_id: id }) => String(id))
  const missing = asked.find((id) => !results.includes(id))
  if (missing !== undefined)
    return `\`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${missing}`
  const foreign = results.find((id) => !asked.includes(id))
  if (foreign !== undefined) return `unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${foreign}`
  if (new Set(results).size !== results.length) return 'each tool_use must have a single result'
  const early = blocks.slice(0, results.length).every(({ type }) => type === 'tool_result')
  return early ? null : 'tool_result blocks must come first'
}

function thoughtsProblem(blocks: readonly Json[], sealed: SealedThoughts): string | null {
  const signatures = blocks.filter(({ type }) => type === 'thinking').map(({ signature }) => signature)
  if (signatures.some((signature) => !sealed.isSealed(signature))) return 'Invalid `signature` in `thinking` block'
  const lost = blocks.find(({ type, id }) => {
    const signature = type === 'tool_use' ? sealed.byCall.get(String(id)) : undefined
    return signature !== undefined && !signatures.includes(signature)
  })
  return lost === undefined ? null : 'Expected the `thinking` block that came with this tool_use'
}

/**
 * Assembles the small part of the WebAssembly text format that pipeline/render/kernel.wat is written in: one memory,
 * exported functions, folded instructions, loops. Opcodes: WebAssembly core specification 2.0, chapter 5.4.
 */
type Node = string | Node[]

const I32 = 0x7f
const V128 = 0x7b
const VOID_BLOCK = 0x40
const SIMD = 0xfd
const END = 0x0b

const PLAIN: Record<string, number> = { 'i32.add': 0x6a, 'i32.sub': 0x6b }
/** Opcode and the power of two of the natural alignment. */
const LOADS: Record<string, [number, number]> = {
  'v128.load': [0, 4],
  'v128.load32_splat': [9, 2],
  'v128.store': [11, 4],
}
const VECTOR: Record<string, number> = {
  'i16x8.splat': 16,
  'i8x16.narrow_i16x8_u': 102,
  'i8x16.add_sat_u': 112,
  'i16x8.q15mulr_sat_s': 130,
  'i16x8.narrow_i32x4_s': 133,
  'i16x8.extend_low_i8x16_u': 137,
  'i16x8.extend_high_i8x16_u': 138,
  'i16x8.shl': 139,
  'i16x8.shr_s': 140,
  'i16x8.add': 142,
  'i32x4.shr_s': 172,
  'i32x4.add': 174,
  'i32x4.dot_i16x8_s': 186,
}

/** @throws Error on anything outside the subset */
export function assemble(source: string): Uint8Array {
  const [keyword, ...fields] = parse(source) as [string, ...Node[]]
  if (keyword !== 'module') throw new Error('expected (module …)')
  const functions = fields
    .filter((field) => Array.isArray(field) && field[0] === 'func')
    .map((field) => readFunction(field))
  const memory = fields.find((field) => Array.isArray(field) && field[0] === 'memory')
  if (!Array.isArray(memory)) throw new Error('expected a memory')
  const exports = [
    [...name(exportOf(memory)), 2, 0],
    ...functions.map((item, index) => [...name(item.exported), 0, ...unsigned(index)]),
  ]
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, vector(functions.map((item) => [0x60, ...vector(item.params.map((type) => [type])), 0]))),
    ...section(3, vector(functions.map((_, index) => unsigned(index)))),
    ...section(5, vector([[0, ...unsigned(Number(memory.at(-1)))]])),
    ...section(7, vector(exports)),
    ...section(10, vector(functions.map((item) => [...unsigned(item.body.length), ...item.body]))),
  ])
}

function parse(source: string): Node {
  const tokens = source.replace(/;;.*$/gmu, '').match(/[()]|"[^"]*"|[^\s()"]+/gu) ?? []
  let at = 0
  const next = (): Node => {
    const token = tokens[at++]
    if (token === undefined || token === ')') throw new Error('unbalanced brackets')
    if (token !== '(') return token
    const list: Node[] = []
    while (tokens[at] !== ')') list.push(next())
    at++
    return list
  }
  const tree = next()
  if (at !== tokens.length) throw new Error('text after the module')
  return tree
}

type Scope = { locals: Map<string, number>; labels: string[] }

function readFunction(field: Node): { exported: string; params: number[]; body: number[] } {
  const parts = (field as Node[]).slice(1).filter((part): part is Node[] => Array.isArray(part))
  const scope: Scope = { locals: new Map(), labels: [] }
  const params: number[] = []
  const locals: number[] = []
  const code: number[] = []
  for (const part of parts) {
    const [keyword, label, type] = part
    if (keyword === 'export') continue
    if (keyword === 'param' || keyword === 'local') {
      scope.locals.set(String(label), scope.locals.size)
      ;(keyword === 'param' ? params : locals).push(type === 'v128' ? V128 : I32)
    } else {
      code.push(...instruction(part, scope))
    }
  }
  return { exported: exportOf(field), params, body: [...vector(groupLocals(locals)), ...code, END] }
}

/** Locals are declared as runs of one type. */
function groupLocals(types: number[]): number[][] {
  const runs: [number, number][] = []
  for (const type of types) {
    const last = runs.at(-1)
    if (last && last[1] === type) last[0]++
    else runs.push([1, type])
  }
  return runs.map(([count, type]) => [...unsigned(count), type])
}

function exportOf(field: Node): string {
  const found = (field as Node[]).find((part) => Array.isArray(part) && part[0] === 'export')
  if (!Array.isArray(found)) throw new Error('everything here is exported')
  return String(found[1]).slice(1, -1)
}

/** Operands first, then the instruction with its immediates. */
function instruction(node: Node[], scope: Scope): number[] {
  const [opcode, ...rest] = node as [string, ...Node[]]
  if (opcode === 'loop') return loop(rest, scope)
  const immediates = rest.filter((part): part is string => typeof part === 'string')
  const operands = rest
    .filter((part): part is Node[] => Array.isArray(part))
    .flatMap((part) => instruction(part, scope))
  return [...operands, ...encodeInstruction(opcode, immediates, scope)]
}

function loop([label, ...body]: Node[], scope: Scope): number[] {
  const inner = { ...scope, labels: [String(label), ...scope.labels] }
  return [0x03, VOID_BLOCK, ...body.flatMap((part) => instruction(part as Node[], inner)), END]
}

function encodeInstruction(opcode: string, immediates: string[], scope: Scope): number[] {
  const [first = ''] = immediates
  const plain = PLAIN[opcode]
  if (plain !== undefined) return [plain]
  const simple = VECTOR[opcode]
  if (simple !== undefined) return [SIMD, ...unsigned(simple)]
  const load = LOADS[opcode]
  if (load) return [SIMD, load[0], load[1], ...offsetOf(immediates)]
  switch (opcode) {
    case 'local.get':
      return [0x20, ...unsigned(indexOf(scope, first))]
    case 'local.set':
      return [0x21, ...unsigned(indexOf(scope, first))]
    case 'local.tee':
      return [0x22, ...unsigned(indexOf(scope, first))]
    case 'br_if':
      return [0x0d, ...unsigned(scope.labels.indexOf(first))]
    case 'i32.const':
      return [0x41, ...signed(Number(first))]
    case 'i32.load':
      return [0x28, 2, ...offsetOf(immediates)]
    case 'v128.store64_lane':
      return [SIMD, 91, 3, 0, Number(first)]
    case 'v128.const':
      return [SIMD, 12, ...new Uint8Array(Int32Array.from(immediates.slice(1).map(Number)).buffer)]
    case 'i8x16.shuffle':
      return [SIMD, 13, ...immediates.map(Number)]
    default:
      throw new Error(`unknown instruction ${opcode}`)
  }
}

function indexOf(scope: Scope, label: string): number {
  const index = scope.locals.get(label)
  if (index === undefined) throw new Error(`unknown local ${label}`)
  return index
}

function offsetOf(immediates: string[]): number[] {
  const offset = immediates.find((part) => part.startsWith('offset='))
  return unsigned(offset ? Number(offset.slice('offset='.length)) : 0)
}

function section(id: number, content: number[]): number[] {
  return [id, ...unsigned(content.length), ...content]
}

function vector(items: number[][]): number[] {
  return [...unsigned(items.length), ...items.flat()]
}

function name(text: string): number[] {
  const bytes = [...new TextEncoder().encode(text)]
  return [...unsigned(bytes.length), ...bytes]
}

/** LEB128. */
function unsigned(value: number): number[] {
  const low = value & 0x7f
  return value < 0x80 ? [low] : [low | 0x80, ...unsigned(value >>> 7)]
}

function signed(value: number): number[] {
  const low = value & 0x7f
  const rest = value >> 7
  const done = (rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0)
  return done ? [low] : [low | 0x80, ...signed(rest)]
}

import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { findPostgres } from '../test/support/find-postgres.ts'
import { meets, parseLine, say } from './support/figures.ts'

/**
 * `npm run bench [name…] [-- --strict]`: each bench in a process of its own, one after the other, then one table. A missed
 * target is shown and no failure, since a machine that is shared says little; with --strict it is one.
 */

/** Name and program. What takes very long runs only when it is named. */
const BENCHES: Readonly<Record<string, { program: string; args?: readonly string[]; onlyNamed?: true }>> = {
  render: { program: 'render/bench.ts' },
  pipeline: { program: 'pipeline.ts' },
  memory: { program: 'memory.ts' },
  start: { program: 'start.ts' },
  messaging: { program: 'messaging.ts' },
  watch: { program: 'watch.ts', onlyNamed: true },
  chaos: { program: 'chaos/main.ts', onlyNamed: true },
}

type Row = { bench: string; what: string; measured: string; target: string; verdict: 'ok' | 'missed' | '' }

const { values, positionals } = parseArgs({ allowPositionals: true, options: { strict: { type: 'boolean' } } })
const unknown = positionals.filter((name) => !(name in BENCHES))
if (unknown.length > 0) {
  process.stderr.write(`No bench is called ${unknown.join(' or ')}. There are: ${Object.keys(BENCHES).join(', ')}.\n`)
  process.exit(2)
}
const named = positionals.length > 0 ? positionals : Object.keys(BENCHES).filter((name) => !BENCHES[name]?.onlyNamed)
const rows: Row[] = []
const crashed: string[] = []
for (const name of named) {
  const { code, figures } = await runBench(name)
  rows.push(...figures)
  if (code !== 0) crashed.push(`${name} (exit code ${code})`)
}
printTable(rows)
if (crashed.length > 0) say(`\ncrashed: ${crashed.join(', ')}`)
const missed = rows.filter(({ verdict }) => verdict === 'missed').length
if (missed > 0) say(`\n${missed} missed. Other load on the machine counts against every figure that is not a ratio.`)
process.exitCode = crashed.length > 0 || (values.strict && missed > 0) ? 1 : 0

/** Shows what the bench says as it says it, and keeps the figures. */
async function runBench(name: string): Promise<{ code: number; figures: Row[] }> {
  const { program = '', args = [] } = BENCHES[name] ?? {}
  const path = fileURLToPath(new URL(program, import.meta.url))
  if (!existsSync(path)) {
    process.stderr.write(`bench/${program} is missing\n`)
    return { code: 1, figures: [] }
  }
  say(`\n— ${name}`)
  const server = await findPostgres()
  const env = server === null ? process.env : { ...process.env, NEXUS_TEST_DATABASE_URL: server }
  const child = spawn(process.execPath, [path, ...args], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = new Promise<number>((resolve) => child.once('close', (code) => resolve(code ?? 1)))
  const figures: Row[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    say(line)
    const row = toRow(name, line)
    if (row) figures.push(row)
  }
  return { code: await ended, figures }
}

function toRow(bench: string, line: string): Row | null {
  const figure = parseLine(line)
  if (!figure) return null
  const { what, measured, target } = figure
  if (!target) return { bench, what, measured, target: '–', verdict: '' }
  const limit = 'atMost' in target ? `≤ ${target.atMost}` : `≥ ${target.atLeast}`
  return { bench, what, measured, target: limit, verdict: meets(figure) ? 'ok' : 'missed' }
}

function printTable(all: readonly Row[]): void {
  const cells = all.map((row) => [row.bench, row.what, row.measured, row.target, row.verdict])
  const lines = [['bench', 'what', 'measured', 'target', ''], ...cells]
  const widths = [0, 1, 2, 3, 4].map((at) => Math.max(...lines.map((line) => line[at]?.length ?? 0)))
  say('')
  for (const line of lines)
    say(
      line
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    )
}

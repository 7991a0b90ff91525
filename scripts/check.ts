/** npm run check: format, lint, types, layers, dead code. All of them run, each with its time, also after one has failed. */
import { join } from 'node:path'
import { runScript } from './run-script.ts'

const ROOT = new URL('..', import.meta.url).pathname

type Check = { name: string; program: string; args: readonly string[] }

const CHECKS: readonly Check[] = [
  { name: 'format and lint', program: 'node_modules/.bin/biome', args: ['ci', '--error-on-warnings', '.'] },
  { name: 'types', program: 'node_modules/.bin/tsc', args: ['--noEmit', '-p', '.'] },
  { name: 'layers', program: process.execPath, args: ['scripts/check-layers.ts'] },
  { name: 'dead code', program: 'node_modules/.bin/knip', args: ['--no-progress'] },
  // Once more without the tests: a module or package that only they use is dead as well.
  {
    name: 'dead in production',
    program: 'node_modules/.bin/knip',
    args: ['--no-progress', '--production', '--include', 'files,dependencies'],
  },
]

process.exitCode = await main()

async function main(): Promise<number> {
  const lines: string[] = []
  let failed = 0
  for (const check of CHECKS) {
    process.stdout.write(`\n— ${check.name}\n`)
    const program = check.program.startsWith('/') ? check.program : join(ROOT, check.program)
    const { code, tookMs } = await runScript(program, check.args, { cwd: ROOT })
    if (code !== 0) failed++
    lines.push(`${code === 0 ? 'ok    ' : 'FAILED'} ${check.name} (${(tookMs / 1000).toFixed(1)} s)`)
  }
  process.stdout.write(`\n${lines.join('\n')}\n${CHECKS.length - failed} checks ok, ${failed} failed\n`)
  return failed === 0 ? 0 : 1
}

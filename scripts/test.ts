/** npm test: all tests, what was skipped by name, and as the last line "N passed, N failed". Arguments go to vitest. */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findPostgres } from '../test/support/find-postgres.ts'
import { runScript } from './run-script.ts'
import { closingReport, TestSummary } from './test-summary.ts'

const ROOT = new URL('..', import.meta.url).pathname
const POSTGRES_SCRIPT = join(ROOT, 'scripts/test-postgres.sh')
const NO_POSTGRES = 'PostgreSQL tests – no server: set NEXUS_TEST_DATABASE_URL'

process.exitCode = await main(process.argv.slice(2))

async function main(args: readonly string[]): Promise<number> {
  const server = await ensurePostgres()
  try {
    const summary = await runVitest(args)
    if (server === 'missing') summary.skipped.push(NO_POSTGRES)
    const report = closingReport(summary, { ci: process.env.CI === 'true' })
    process.stdout.write(`\n${report.text}\n`)
    return report.exitCode
  } finally {
    // The report is on the terminal already: its last line stays the last.
    if (server === 'started') await runScript(POSTGRES_SCRIPT, ['stop'], { quiet: true })
  }
}

/** A server that was there is left alone; one that is started here is stopped again at the end. */
async function ensurePostgres(): Promise<'found' | 'started' | 'missing'> {
  if ((await findPostgres()) !== null) return 'found'
  process.stdout.write('starting PostgreSQL for the tests\n')
  return (await runScript(POSTGRES_SCRIPT, ['start'], { quiet: true })).code === 0 ? 'started' : 'missing'
}

async function runVitest(args: readonly string[]): Promise<TestSummary> {
  const dir = mkdtempSync(join(tmpdir(), 'nexus-test-'))
  const file = join(dir, 'summary.json')
  try {
    const code = await spawnVitest(args, file)
    return readSummary(file, code)
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

function spawnVitest(args: readonly string[], summaryFile: string): Promise<number> {
  const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs')
  const reporters = ['--reporter=default', `--reporter=${join(ROOT, 'scripts/summary-reporter.ts')}`]
  const child = spawn(process.execPath, [vitest, 'run', ...reporters, ...args], {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, NEXUS_TEST_SUMMARY: summaryFile },
  })
  // Ctrl-C reaches the child as well; this process stays to report and to stop the server.
  process.on('SIGINT', () => undefined)
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => resolve(code ?? 1))
  })
}

function readSummary(file: string, code: number): TestSummary {
  const summary = parseSummary(file)
  // A crash, a full disk or an interruption leaves no failed test behind, and is a failure all the same.
  if (code !== 0 && summary.failed + summary.errors.length === 0) summary.errors.push(`vitest ended with code ${code}`)
  return summary
}

function parseSummary(file: string): TestSummary {
  try {
    return TestSummary.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return { passed: 0, failed: 0, skipped: [], errors: ['vitest ended without a summary'] }
  }
}

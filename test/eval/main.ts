import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { findEngineGap } from '../support/containers.ts'
import { total } from './judge.ts'
import { runScenarios } from './run.ts'
import { SCENARIOS } from './scenarios/index.ts'
import { describeFigures, describeTotals, toTable } from './table.ts'

/**
 * `npm run eval [-- name…] [--json] [--docs]`: what the rules make of real faults. Exit 1 below what the product promises.
 * --docs writes the table into docs/evaluation.md, which only a run of all scenarios may do.
 */

const DOCS = new URL('../../docs/evaluation.md', import.meta.url)
const BETWEEN = /(<!-- begin of the table -->)[\s\S]*(<!-- end of the table -->)/

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean' }, docs: { type: 'boolean' }, 'at-once': { type: 'string', default: '6' } },
})

process.exitCode = await main()

async function main(): Promise<number> {
  const gap = findEngineGap()
  const wanted = SCENARIOS.filter(
    ({ name }) => positionals.length === 0 || positionals.some((part) => name.includes(part)),
  )
  const problem = gap ?? (wanted.length === 0 ? 'no scenario has that in its name' : null)
  if (problem !== null) {
    process.stderr.write(`no evaluation: ${problem}\n`)
    return 2
  }
  const verdicts = await runScenarios(wanted, {
    atOnce: Number(values['at-once']),
    onVerdict: ({ name, saw: { why } }) => {
      process.stderr.write(`${why.length === 0 ? 'ok    ' : 'MISSED'} ${[name, ...why].join('\n         ')}\n`)
    },
  })
  const totals = total(verdicts)
  const text = [toTable(verdicts), describeTotals(totals), describeFigures(verdicts)].join('\n\n')
  process.stdout.write(values.json ? `${JSON.stringify({ totals, verdicts })}\n` : `${text}\n`)
  if (values.docs && positionals.length === 0) {
    writeFileSync(
      DOCS,
      readFileSync(DOCS, 'utf8').replace(BETWEEN, (_, begin, end) => `${begin}\n${text}\n${end}`),
    )
  }
  return totals.passed ? 0 : 1
}

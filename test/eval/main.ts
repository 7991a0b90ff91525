import { parseArgs } from 'node:util'
import { findEngineGap } from '../support/containers.ts'
import { total } from './judge.ts'
import { runScenarios } from './run.ts'
import { SCENARIOS } from './scenarios/index.ts'
import { describeTotals, toTable } from './table.ts'

/** `npm run eval [name…] [-- --json | --docs]`: what the rules make of real faults. Exit 1 below what the product promises. */

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean' }, docs: { type: 'boolean' }, 'at-once': { type: 'string', default: '6' } },
})

process.exitCode = await main()

async function main(): Promise<number> {
  const gap = findEngineGap()
  if (gap !== null) {
    process.stderr.write(`no evaluation here: ${gap}\n`)
    return 2
  }
  const wanted = SCENARIOS.filter(
    ({ name }) => positionals.length === 0 || positionals.some((part) => name.includes(part)),
  )
  const verdicts = await runScenarios(wanted, {
    atOnce: Number(values['at-once']),
    onVerdict: ({ name, saw }) =>
      process.stderr.write(
        `${saw.why.length === 0 ? 'ok    ' : 'MISSED'} ${name}${saw.why.map((why) => `\n         ${why}`).join('')}\n`,
      ),
  })
  const totals = total(verdicts)
  if (values.json) process.stdout.write(`${JSON.stringify({ totals, verdicts })}\n`)
  else process.stdout.write(`${toTable(verdicts)}\n\n${describeTotals(totals)}\n`)
  return totals.passed ? 0 : 1
}

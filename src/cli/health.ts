import {
  type Attention,
  describeDetails,
  describeHealth,
  type HealthWords,
  type Line,
  listMissing,
} from '../../ops/describe.ts'
import type { HealthReport } from '../../ops/health.ts'
import { type Config, loadConfig } from '../config.ts'
import { asFailure } from '../failure.ts'
import { createLog, type Log } from '../log.ts'
import { toVisible } from '../messaging/visible-text.ts'
import { createRedact } from '../redact.ts'
import { EXIT, parseHealthArguments } from './arguments.ts'
import { lookAtMachine } from './machine.ts'

/** `npm run health`: what /health says, for the terminal. It changes nothing, and needs no bot token. */

async function main(argv: readonly string[]): Promise<number> {
  const parsed = parseHealthArguments(argv, {
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
  })
  if (parsed.kind === 'end') return parsed.exitCode
  let redact = (text: string) => text
  try {
    const config = loadConfig({ ...process.env, LOG_LEVEL: process.env.LOG_LEVEL ?? 'silent' })
    redact = createRedact(config.secrets)
    const log = createLog({ level: config.logLevel, redact, destination: process.stderr })
    const report = await examine(config, log)
    process.stdout.write(redact(parsed.args.json ? toJson(report) : describe(report, config.timeZone)))
    return isCritical(report) ? EXIT.failed : EXIT.done
  } catch (thrown) {
    process.stderr.write(`${redact(asFailure(thrown).message)}\n`)
    return EXIT.usage
  }
}

function isCritical({ findings }: HealthReport): boolean {
  return findings.some(({ severity }) => severity === 'critical')
}

function examine(config: Config, log: Log): Promise<HealthReport> {
  return lookAtMachine(config, log, ({ health }) => health.look())
}

function toJson(report: HealthReport): string {
  const { snapshot, findings, fullInDays } = report
  const json = { ok: !isCritical(report), findings, fullInDays: Object.fromEntries(fullInDays), snapshot }
  return `${JSON.stringify(json)}\n`
}

function describe(report: HealthReport, timeZone: string): string {
  const format = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short', timeZone })
  const words = describeHealth(report, (at) => format.format(at))
  const sections = describeDetails(report).flatMap(({ title, lines }) => ['', title, ...lines.map(describeLine)])
  const unknown = describeUnknown(report, words)
  return `${[words.verdict, '', ...words.attention.flatMap(describeAttention), ...words.figures.map(describeLine), ...sections, ...unknown].join('\n')}\n`
}

function describeAttention({ sign, words, subject, why, advice }: Attention): string[] {
  const reason = why === null ? '' : `: ${why}`
  const command =
    advice.command === undefined ? '' : `: ${advice.command}${advice.withSubject ? ` ${tidy(subject)}` : ''}`
  return [`${sign} ${tidy(`${words.replace('{}', () => subject)}${reason}`)}`, `   ${advice.words}${command}`, '']
}

function describeLine({ sign, name, text }: Line): string {
  return name === undefined ? `${sign} ${tidy(text)}` : `${sign} ${tidy(name)} ${tidy(text)}`
}

function describeUnknown({ snapshot }: HealthReport, { missing }: HealthWords): string[] {
  const all = [...listMissing(snapshot, 'failed'), ...missing]
  return all.length === 0 ? [] : ['', 'Not available', ...all.map(({ title, why }) => `▫️ ${title}: ${tidy(why)}`)]
}

/** Names come from outside: they must neither move the cursor nor begin a line. */
function tidy(text: string): string {
  return toVisible(text).replaceAll(/\s+/g, ' ').trim()
}

process.exit(await main(process.argv.slice(2)))

import { type Config, loadConfig } from '../config.ts'
import { asFailure } from '../failure.ts'
import { checkModels, type ModelCheck } from '../providers/check-models.ts'
import { createRedact, type Redact } from '../redact.ts'
import { EXIT, parseDoctorArguments } from './arguments.ts'
import {
  ASK_TIMEOUT_MS,
  type Check,
  checkBrands,
  checkDatabase,
  checkDataFolder,
  checkDocker,
  checkHttpPort,
  checkNode,
  checkPrices,
  checkSchedule,
  checkTelegram,
  type Verdict,
} from './checks.ts'

/** `npm run doctor`: one line a check, and what to do. */

const SIGNS: Record<Verdict['status'], string> = { ok: '✔', broken: '✖', absent: '▫' }
const NAME_WIDTH = 14

async function main(argv: readonly string[]): Promise<number> {
  const parsed = parseDoctorArguments(argv, {
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
  })
  if (parsed.kind === 'end') return parsed.exitCode
  const { online, json } = parsed.args
  const { checks, redact } = await examine(process.env, online)
  const healthy = checks.every((check) => check.status !== 'broken')
  const text = json ? `${JSON.stringify({ ok: healthy, checks })}\n` : describe(checks, healthy)
  process.stdout.write(redact(text))
  return healthy ? EXIT.done : EXIT.failed
}

async function examine(env: NodeJS.ProcessEnv, online: boolean): Promise<{ checks: Check[]; redact: Redact }> {
  const node: Check = { name: 'Node', ...checkNode() }
  let config: Config
  try {
    config = loadConfig(env)
  } catch (thrown) {
    // Everything else depends on it.
    const todo = 'correct these variables; the other checks follow then'
    const wrong: Check = { name: 'Configuration', status: 'broken', detail: asFailure(thrown).message, todo }
    return { checks: [node, wrong], redact: (text) => text }
  }
  const parts: [string, Verdict | Promise<Verdict>][] = [
    ['Configuration', { status: 'ok', detail: 'every variable can be used' }],
    ['Data folder', checkDataFolder(config)],
    ['Database', checkDatabase(config)],
    ['Brand kits', checkBrands(config)],
    ['Schedule', checkSchedule(config)],
    ['Budget', checkPrices(config)],
    ['Telegram', checkTelegram(config)],
    ['Health port', checkHttpPort(config)],
    ['Docker', checkDocker(config)],
  ]
  const services = checkServices(config, online)
  const checks = await Promise.all(parts.map(async ([name, verdict]) => ({ name, ...(await verdict) })))
  return { checks: [node, ...checks, ...(await services)], redact: createRedact(config.secrets) }
}

/** Without a key a stand-in serves, so a missing one is no fault; a refused one is. */
async function checkServices(config: Config, online: boolean): Promise<Check[]> {
  const answers = online ? await checkModels(config, AbortSignal.timeout(ASK_TIMEOUT_MS)) : []
  const services = [
    { name: 'Groq', key: config.groq.apiKey, variable: 'GROQ_API_KEY', standIn: 'facts come from the built-in bank' },
    {
      name: 'Claude',
      key: config.anthropic.apiKey,
      variable: 'ANTHROPIC_API_KEY',
      standIn: 'words come from the bank',
    },
    { name: 'Gemini', key: config.gemini.apiKey, variable: 'GEMINI_API_KEY', standIn: 'pictures are painted here' },
    { name: 'Pexels', key: config.pexels.apiKey, variable: 'PEXELS_API_KEY', standIn: 'no stock photos' },
  ]
  return services.flatMap(({ name, key, variable, standIn }): Check[] => {
    if (key === null)
      return [{ name, status: 'absent', detail: `no key: ${standIn}`, todo: `set ${variable} to change that` }]
    if (!online)
      return [{ name, status: 'absent', detail: 'key set, not tried', todo: '--online asks the service (free)' }]
    return answers.filter(({ service }) => service === name).map((answer) => ({ name, ...judge(answer, variable) }))
  })
}

function judge(answer: ModelCheck, variable: string): Verdict {
  const { model } = answer
  if (answer.ok) return { status: 'ok', detail: model === null ? 'takes the key' : `takes the key and knows ${model}` }
  const { failure } = answer
  const detail = model === null ? failure.message : `${model}: ${failure.message}`
  const otherModel = `set the model's variable beside ${variable} to one that the service has`
  const todo =
    failure.code === 'unauthorized'
      ? `renew ${variable}`
      : failure.code === 'not_found'
        ? otherModel
        : 'try again later'
  return { status: 'broken', detail, todo }
}

function describe(checks: readonly Check[], healthy: boolean): string {
  const lines = checks.map(({ name, status, detail, todo }) => {
    const text = detail.replaceAll(/\s*\n\s*-?\s*/g, ' · ')
    return `${SIGNS[status]} ${name.padEnd(NAME_WIDTH)} ${text}${todo ? ` → ${todo}` : ''}`
  })
  const verdict = healthy ? 'Nexus can run here.' : 'Something necessary is broken: see the lines with ✖.'
  return `${lines.join('\n')}\n\n${verdict}\n`
}

process.exit(await main(process.argv.slice(2)))

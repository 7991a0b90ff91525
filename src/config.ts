import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { IANAZone } from 'luxon'
import { z } from 'zod'
import { Failure } from './failure.ts'
import { parseQuietHours, type QuietHours } from './quiet-hours.ts'
import { secretsOfServiceUrl, secretsOfUrl } from './redact.ts'

/** The only file that reads the environment. Every problem is reported at once, by variable name, never by value. */

const SECRET_NAMES = [
  'TELEGRAM_BOT_TOKEN',
  'DATABASE_URL',
  'GROQ_API_KEY',
  'ANTHROPIC_API_KEY',
  'GEMINI_API_KEY',
  'PEXELS_API_KEY',
  'NEXUS_PING_URL',
] as const

const SERVICE_URL_NAMES = [
  'TELEGRAM_API_ROOT',
  'GROQ_BASE_URL',
  'ANTHROPIC_BASE_URL',
  'GEMINI_BASE_URL',
  'PEXELS_BASE_URL',
] as const

const url = z.url({ protocol: /^https?$/, error: 'must be an http(s) address' })
const usd = z.coerce.number({ error: 'must be a number of US dollars' }).nonnegative()
const ids = z
  .string()
  .regex(/^\s*\d+(\s*,\s*\d+)*\s*$/, {
    error: 'must be Telegram user ids, separated by commas (send /start to @userinfobot to see yours)',
  })
  .transform((list) => list.split(',').map((id) => Number(id)))
  .refine((list) => list.every(Number.isSafeInteger), { error: 'has an id that is too long for a Telegram user id' })
const zone = z
  .string()
  .refine((name) => IANAZone.isValidZone(name), { error: 'must be a time zone such as Europe/Madrid' })
const quietHours = z
  .string()
  .refine((text) => parseQuietHours(text) !== undefined, { error: 'must be hours such as 23:00-07:00, or off' })
  .transform((text) => parseQuietHours(text) ?? null)
const kebab = z.string().regex(/^[a-z0-9-]{1,40}$/, { error: 'must be the name of a folder in templates/' })

const Environment = z.object({
  TELEGRAM_BOT_TOKEN: z
    .string()
    .regex(/^\d+:[\w-]{20,}$/, { error: 'must look like 123456:ABC… (from @BotFather)' })
    .optional(),
  TELEGRAM_API_ROOT: url.default('https://api.telegram.org'),
  NEXUS_OWNER_IDS: ids.optional(),
  NEXUS_CHAT_ID: z.coerce.number({ error: 'must be a chat id' }).int().optional(),
  NEXUS_DATA_DIR: z.string().min(1).default('./data'),
  NEXUS_BACKUP_DIR: z.string().min(1).optional(),
  NEXUS_BRAND: kebab.default('factsmind'),
  TZ: zone.default('Europe/Madrid'),
  NEXUS_SCHEDULE: z.string().default('30 18 * * 1-5; 30 19 * * 0,6'),
  NEXUS_QUIET_HOURS: quietHours.default(null),
  NEXUS_PING_URL: url.optional(),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, { error: 'must be a postgres:// address' })
    .optional(),
  GROQ_API_KEY: z.string().min(1).optional(),
  GROQ_BASE_URL: url.optional(),
  GROQ_MODEL: z.string().min(1).default('openai/gpt-oss-120b'),
  ANTHROPIC_API_KEY: z.string().min(1).optional(),
  ANTHROPIC_BASE_URL: url.optional(),
  ANTHROPIC_MODEL: z.string().min(1).default('claude-sonnet-5-5'),
  GEMINI_API_KEY: z.string().min(1).optional(),
  GEMINI_BASE_URL: url.optional(),
  GEMINI_MODEL: z.string().min(1).default('gemini-3.8-flash'),
  GEMINI_IMAGE_MODEL: z.string().min(1).default('gemini-3.1-flash-image'),
  GEMINI_EMBEDDING_MODEL: z.string().min(1).default('gemini-embedding-001'),
  PEXELS_API_KEY: z.string().min(1).optional(),
  PEXELS_BASE_URL: url.default('https://api.pexels.com'),
  NEXUS_PRICES_FILE: z.string().min(1).optional(),
  NEXUS_DAILY_BUDGET_USD: usd.default(5),
  NEXUS_MONTHLY_BUDGET_USD: usd.default(60),
  DOCKER_HOST: z
    .string()
    .regex(/^(unix:\/\/\/\S+|tcp:\/\/[\w.-]+(:\d{1,5})?\/?)$/, {
      error: 'must be unix:///path/to/docker.sock or tcp://host:port',
    })
    .optional(),
  NEXUS_MANAGED_LABEL: z
    .string()
    .regex(/^[\w./-]+(=\S*)?$/, { error: 'must be a label such as nexus.managed=true' })
    .default('nexus.managed=true'),
  HTTP_PORT: z.coerce.number({ error: 'must be a port number' }).int().min(0).max(65_535).default(9090),
  HTTP_HOST: z.string().min(1).default('127.0.0.1'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
})

export type Config = {
  telegram: { token: string | null; apiRoot: string }
  ownerIds: readonly number[]
  /** Where scheduled carousels and alerts go; null when no owner is known either. */
  homeChatId: number | null
  /** Absolute. */
  dataDir: string
  /** Absolute. */
  backupDir: string
  brand: string
  timeZone: string
  /** Cron expressions separated by ';', or 'off'. */
  schedule: string
  /** In which only what is critical makes a sound; null for none. */
  quietHours: QuietHours | null
  /** Called every minute while the bot is at work, so that somebody else notices when it is not. */
  pingUrl: string | null
  databaseUrl: string | null
  groq: { apiKey: string | null; baseUrl: string | null; model: string }
  anthropic: { apiKey: string | null; baseUrl: string | null; model: string }
  gemini: { apiKey: string | null; baseUrl: string | null; model: string; imageModel: string; embeddingModel: string }
  pexels: { apiKey: string | null; baseUrl: string }
  /** A JSON file that replaces the built-in price table; null for the built-in one. */
  pricesFile: string | null
  budget: { dailyUsd: number; monthlyUsd: number }
  /** `host`: unix:///path or tcp://host:port; null for the local socket. `managedLabel`: `key=value` or a key alone. */
  docker: { host: string | null; managedLabel: string }
  http: { port: number; host: string }
  logLevel: string
  /** Every secret's value, for the redactor. */
  secrets: readonly string[]
}

/** @throws Failure bad_config whose message lists every problem, one a line. */
export function loadConfig(env: NodeJS.ProcessEnv): Config {
  const problems: string[] = []
  const raw = withSecretFiles(env, problems)
  const parsed = Environment.safeParse(raw)
  if (!parsed.success) problems.push(...parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`))
  if (problems.length > 0 || !parsed.success) {
    const list = problems.map((problem) => `  - ${problem}`).join('\n')
    throw new Failure(`The configuration has ${problems.length === 1 ? 'a problem' : 'problems'}:\n${list}`, {
      code: 'bad_config',
    })
  }
  return shape(parsed.data)
}

/** An empty variable counts as not set: compose files write `KEY=` for "none". */
function withSecretFiles(env: NodeJS.ProcessEnv, problems: string[]): Record<string, string> {
  const raw: Record<string, string> = {}
  for (const [name, value] of Object.entries(env)) if (value !== undefined && value !== '') raw[name] = value
  for (const name of SECRET_NAMES) {
    const file = raw[`${name}_FILE`]
    if (!file) continue
    if (raw[name]) problems.push(`${name} and ${name}_FILE are both set: keep one`)
    try {
      const value = readFileSync(file, 'utf8').trim()
      if (value === '') problems.push(`${name}_FILE is empty`)
      else raw[name] = value
    } catch {
      problems.push(`${name}_FILE cannot be read: check the path and its permissions`)
    }
  }
  return raw
}

function shape(env: z.infer<typeof Environment>): Config {
  const ownerIds = env.NEXUS_OWNER_IDS ?? []
  const secrets = SECRET_NAMES.flatMap((name) => (env[name] ? [env[name]] : []))
  return {
    telegram: { token: env.TELEGRAM_BOT_TOKEN ?? null, apiRoot: env.TELEGRAM_API_ROOT },
    ownerIds,
    homeChatId: env.NEXUS_CHAT_ID ?? ownerIds[0] ?? null,
    dataDir: resolve(env.NEXUS_DATA_DIR),
    backupDir: resolve(env.NEXUS_BACKUP_DIR ?? join(env.NEXUS_DATA_DIR, 'backups')),
    brand: env.NEXUS_BRAND,
    timeZone: env.TZ,
    schedule: env.NEXUS_SCHEDULE,
    quietHours: env.NEXUS_QUIET_HOURS,
    pingUrl: env.NEXUS_PING_URL ?? null,
    databaseUrl: env.DATABASE_URL ?? null,
    groq: { apiKey: env.GROQ_API_KEY ?? null, baseUrl: env.GROQ_BASE_URL ?? null, model: env.GROQ_MODEL },
    anthropic: {
      apiKey: env.ANTHROPIC_API_KEY ?? null,
      baseUrl: env.ANTHROPIC_BASE_URL ?? null,
      model: env.ANTHROPIC_MODEL,
    },
    gemini: {
      apiKey: env.GEMINI_API_KEY ?? null,
      baseUrl: env.GEMINI_BASE_URL ?? null,
      model: env.GEMINI_MODEL,
      imageModel: env.GEMINI_IMAGE_MODEL,
      embeddingModel: env.GEMINI_EMBEDDING_MODEL,
    },
    pexels: { apiKey: env.PEXELS_API_KEY ?? null, baseUrl: env.PEXELS_BASE_URL },
    pricesFile: env.NEXUS_PRICES_FILE ?? null,
    budget: { dailyUsd: env.NEXUS_DAILY_BUDGET_USD, monthlyUsd: env.NEXUS_MONTHLY_BUDGET_USD },
    docker: { host: env.DOCKER_HOST ?? null, managedLabel: env.NEXUS_MANAGED_LABEL },
    http: { port: env.HTTP_PORT, host: env.HTTP_HOST },
    logLevel: env.LOG_LEVEL,
    secrets: [
      ...secrets,
      ...secretsOfUrl(env.DATABASE_URL ?? ''),
      ...SERVICE_URL_NAMES.flatMap((name) => secretsOfServiceUrl(env[name] ?? '')),
    ],
  }
}

/** What a backup keeps of it, to set a machine up again: named one by one, so that no secret gets there by being new. */
export function describeConfiguration(config: Config): Record<string, unknown> {
  const { ownerIds, homeChatId, brand, timeZone, schedule, quietHours, budget, docker, http, logLevel } = config
  const hasKey = { groq: config.groq, anthropic: config.anthropic, gemini: config.gemini, pexels: config.pexels }
  return {
    ...{ ownerIds, homeChatId, brand, timeZone, schedule, quietHours, budget, docker, http, logLevel },
    models: {
      groq: config.groq.model,
      anthropic: config.anthropic.model,
      gemini: [config.gemini.model, config.gemini.imageModel, config.gemini.embeddingModel],
    },
    database: config.databaseUrl === null ? 'embedded' : 'postgres',
    keys: Object.entries(hasKey).flatMap(([name, { apiKey }]) => (apiKey === null ? [] : [name])),
  }
}

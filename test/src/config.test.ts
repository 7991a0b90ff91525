import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseEnv } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Config, describeConfiguration, loadConfig } from '../../src/config.ts'
import { Failure } from '../../src/failure.ts'

const TOKEN = '123456789:AAE-x_9kQ2fLw7tYzR0pVbNcMdSgHjKuE1o'

function problemsOf(env: NodeJS.ProcessEnv): string[] {
  try {
    loadConfig(env)
  } catch (thrown) {
    if (!(thrown instanceof Failure) || thrown.code !== 'bad_config') throw thrown
    return thrown.message.split('\n').slice(1)
  }
  return []
}

test('an empty environment is a working configuration: no key, embedded database, local stand-ins', () => {
  expect(loadConfig({})).toEqual({
    telegram: { token: null, apiRoot: 'https://api.telegram.org' },
    ownerIds: [],
    homeChatId: null,
    dataDir: resolve('./data'),
    backupDir: resolve('./data/backups'),
    brand: 'factsmind',
    timeZone: 'Europe/Madrid',
    schedule: '30 18 * * 1-5; 30 19 * * 0,6',
    quietHours: null,
    pingUrl: null,
    databaseUrl: null,
    groq: { apiKey: null, baseUrl: null, model: 'openai/gpt-oss-120b' },
    anthropic: { apiKey: null, baseUrl: null, model: 'claude-sonnet-5-5' },
    gemini: {
      apiKey: null,
      baseUrl: null,
      model: 'gemini-3.8-flash',
      imageModel: 'gemini-3.1-flash-image',
      embeddingModel: 'gemini-embedding-001',
    },
    pexels: { apiKey: null, baseUrl: 'https://api.pexels.com' },
    pricesFile: null,
    budget: { dailyUsd: 5, monthlyUsd: 60 },
    docker: { host: null, managedLabel: 'nexus.managed=true' },
    http: { port: 9090, host: '127.0.0.1' },
    logLevel: 'info',
    secrets: [],
  })
})

describe('each variable is read', () => {
  const cases: [name: string, value: string, expected: Partial<Config> | Record<string, unknown>][] = [
    ['TELEGRAM_BOT_TOKEN', TOKEN, { telegram: { token: TOKEN } }],
    ['TELEGRAM_API_ROOT', 'http://127.0.0.1:8081', { telegram: { apiRoot: 'http://127.0.0.1:8081' } }],
    ['NEXUS_OWNER_IDS', ' 11 , 22', { ownerIds: [11, 22], homeChatId: 11 }],
    ['NEXUS_CHAT_ID', '-1001234567890', { homeChatId: -1_001_234_567_890 }],
    ['NEXUS_DATA_DIR', '/srv/nexus', { dataDir: '/srv/nexus', backupDir: '/srv/nexus/backups' }],
    ['NEXUS_BACKUP_DIR', '/mnt/backup/nexus', { backupDir: '/mnt/backup/nexus' }],
    ['NEXUS_BRAND', 'tidewise', { brand: 'tidewise' }],
    ['TZ', 'Asia/Kolkata', { timeZone: 'Asia/Kolkata' }],
    ['NEXUS_SCHEDULE', 'off', { schedule: 'off' }],
    ['NEXUS_QUIET_HOURS', '23:00-07:30', { quietHours: { from: 1_380, to: 450 } }],
    ['NEXUS_PING_URL', 'https://ping.example/abc', { pingUrl: 'https://ping.example/abc' }],
    ['DATABASE_URL', 'postgresql://localhost/nexus', { databaseUrl: 'postgresql://localhost/nexus' }],
    ['GROQ_API_KEY', 'gsk_secret', { groq: { apiKey: 'gsk_secret' } }],
    ['GROQ_BASE_URL', 'http://localhost:1', { groq: { baseUrl: 'http://localhost:1' } }],
    ['GROQ_MODEL', 'm', { groq: { model: 'm' } }],
    ['ANTHROPIC_API_KEY', 'sk-secret', { anthropic: { apiKey: 'sk-secret' } }],
    ['ANTHROPIC_BASE_URL', 'http://localhost:2', { anthropic: { baseUrl: 'http://localhost:2' } }],
    ['ANTHROPIC_MODEL', 'm', { anthropic: { model: 'm' } }],
    ['GEMINI_API_KEY', 'AIza-secret', { gemini: { apiKey: 'AIza-secret' } }],
    ['GEMINI_BASE_URL', 'http://localhost:3', { gemini: { baseUrl: 'http://localhost:3' } }],
    ['GEMINI_MODEL', 'm', { gemini: { model: 'm' } }],
    ['GEMINI_IMAGE_MODEL', 'm', { gemini: { imageModel: 'm' } }],
    ['GEMINI_EMBEDDING_MODEL', 'm', { gemini: { embeddingModel: 'm' } }],
    ['PEXELS_API_KEY', 'px-secret', { pexels: { apiKey: 'px-secret' } }],
    ['PEXELS_BASE_URL', 'http://localhost:4', { pexels: { baseUrl: 'http://localhost:4' } }],
    ['NEXUS_PRICES_FILE', 'prices.json', { pricesFile: 'prices.json' }],
    ['NEXUS_DAILY_BUDGET_USD', '0.5', { budget: { dailyUsd: 0.5 } }],
    ['NEXUS_MONTHLY_BUDGET_USD', '0', { budget: { monthlyUsd: 0 } }],
    ['DOCKER_HOST', 'tcp://proxy:2375', { docker: { host: 'tcp://proxy:2375' } }],
    ['NEXUS_MANAGED_LABEL', 'team=ops', { docker: { managedLabel: 'team=ops' } }],
    ['HTTP_PORT', '0', { http: { port: 0 } }],
    ['HTTP_HOST', '0.0.0.0', { http: { host: '0.0.0.0' } }],
    ['LOG_LEVEL', 'debug', { logLevel: 'debug' }],
  ]
  test.each(cases)('%s', (name, value, expected) => {
    expect(loadConfig({ [name]: value })).toMatchObject(expected)
  })

  test('the chat of the schedule is the one that is set, else the first owner', () => {
    expect(loadConfig({ NEXUS_OWNER_IDS: '7', NEXUS_CHAT_ID: '-9' }).homeChatId).toBe(-9)
  })

  test('.env.example names them all, with their defaults', () => {
    const example = parseEnv(readFileSync(new URL('../../.env.example', import.meta.url), 'utf8'))
    expect(Object.keys(example).sort()).toEqual(cases.map(([name]) => name).sort())
    expect(loadConfig(example)).toEqual(loadConfig({}))
  })

  test.each(cases)('%s set to nothing counts as not set: compose files write it so', (name) => {
    expect(loadConfig({ [name]: '' })).toEqual(loadConfig({}))
  })
})

describe('a value that cannot be used is refused by the name of its variable, and never repeated', () => {
  test.each([
    ['TELEGRAM_BOT_TOKEN', 'my-secret-token'],
    ['TELEGRAM_API_ROOT', 'ftp://files'],
    ['NEXUS_OWNER_IDS', 'alice'],
    ['NEXUS_OWNER_IDS', '1,,2'],
    ['NEXUS_OWNER_IDS', '99999999999999999999'],
    ['NEXUS_CHAT_ID', 'my-chat'],
    ['NEXUS_CHAT_ID', '1.5'],
    ['NEXUS_BRAND', '../other'],
    ['TZ', 'Mars/Olympus'],
    ['NEXUS_QUIET_HOURS', '23-7'],
    ['NEXUS_QUIET_HOURS', '07:00-07:00'],
    ['NEXUS_PING_URL', 'ftp://ping.example/secret-uuid'],
    ['DATABASE_URL', 'mysql://nexus:hunter22@db/nexus'],
    ['GROQ_BASE_URL', 'not an address'],
    ['ANTHROPIC_BASE_URL', 'file:///etc/passwd'],
    ['GEMINI_BASE_URL', 'x'],
    ['PEXELS_BASE_URL', 'x'],
    ['NEXUS_DAILY_BUDGET_USD', 'five'],
    ['NEXUS_DAILY_BUDGET_USD', '-1'],
    ['NEXUS_MONTHLY_BUDGET_USD', 'Infinity'],
    ['DOCKER_HOST', 'ssh://pi@machine'],
    ['DOCKER_HOST', '/var/run/docker.sock'],
    ['NEXUS_MANAGED_LABEL', 'two words'],
    ['HTTP_PORT', '70000'],
    ['HTTP_PORT', 'http'],
    ['LOG_LEVEL', 'loud'],
  ])('%s=%s', (name, value) => {
    const problems = problemsOf({ [name]: value })
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatch(new RegExp(`^ {2}- ${name} \\S`))
    expect(problems[0]?.replace(name, '')).not.toContain(value)
  })
})

test('every problem is listed at once, one a line', () => {
  const problems = problemsOf({
    TELEGRAM_BOT_TOKEN: 'x',
    HTTP_PORT: 'x',
    LOG_LEVEL: 'x',
    GROQ_API_KEY_FILE: '/nowhere/groq',
    NEXUS_OWNER_IDS: 'x',
  })
  const names = problems.map((problem) => problem.match(/[A-Z_]+/)?.[0])
  expect(names.sort()).toEqual(['GROQ_API_KEY_FILE', 'HTTP_PORT', 'LOG_LEVEL', 'NEXUS_OWNER_IDS', 'TELEGRAM_BOT_TOKEN'])
})

describe('secrets in files', () => {
  let dir: string
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'nexus-config-'))
  })
  afterEach(() => rmSync(dir, { recursive: true }))

  function file(content: string): string {
    const path = join(dir, 'secret')
    writeFileSync(path, content)
    return path
  }

  test.each([
    ['TELEGRAM_BOT_TOKEN', TOKEN],
    ['DATABASE_URL', 'postgres://nexus:hunter22@db/nexus'],
    ['GROQ_API_KEY', 'gsk_secret'],
    ['ANTHROPIC_API_KEY', 'sk-secret'],
    ['GEMINI_API_KEY', 'AIza-secret'],
    ['PEXELS_API_KEY', 'px-secret'],
  ])('%s_FILE is read like %s, without the newline at its end', (name, value) => {
    const config = loadConfig({ [`${name}_FILE`]: file(`${value}\n`) })
    expect(config).toEqual(loadConfig({ [name]: value }))
    expect(config.secrets).toContain(value)
  })

  test('the password of the database address is a secret of its own', () => {
    expect(loadConfig({ DATABASE_URL: 'postgres://nexus:hunter22@db/nexus' }).secrets).toContain('hunter22')
    for (const name of [
      'TELEGRAM_API_ROOT',
      'GROQ_BASE_URL',
      'ANTHROPIC_BASE_URL',
      'GEMINI_BASE_URL',
      'PEXELS_BASE_URL',
    ]) {
      const { secrets } = loadConfig({ [name]: 'https://me:hunter%2022@proxy.example/v1' })
      expect(secrets).toEqual(expect.arrayContaining(['hunter%2022', 'hunter 22']))
      expect(loadConfig({ [name]: 'https://only-a-key@proxy.example' }).secrets).toContain('only-a-key')
      expect(loadConfig({ [name]: 'https://proxy.example/?key=in-the-query' }).secrets).toContain('in-the-query')
    }
  })

  test('a file that is not there is a problem that names the variable and not the path', () => {
    expect(problemsOf({ GROQ_API_KEY_FILE: join(dir, 'missing') })).toEqual([
      '  - GROQ_API_KEY_FILE cannot be read: check the path and its permissions',
    ])
  })

  test('an empty file is a problem', () => {
    expect(problemsOf({ GROQ_API_KEY_FILE: file(' \n') })).toEqual(['  - GROQ_API_KEY_FILE is empty'])
  })

  test('the same secret in both ways is a problem: one of them is out of date', () => {
    const problems = problemsOf({ GROQ_API_KEY: 'one', GROQ_API_KEY_FILE: file('two') })
    expect(problems).toEqual(['  - GROQ_API_KEY and GROQ_API_KEY_FILE are both set: keep one'])
  })

  test('what is wrong with a secret from a file is said without the secret', () => {
    const problems = problemsOf({ TELEGRAM_BOT_TOKEN_FILE: file('wrong-token-value') })
    expect(problems).toHaveLength(1)
    expect(problems[0]).not.toContain('wrong-token-value')
  })
})

test('what a backup keeps of the configuration names keys and never holds one', () => {
  const secrets = {
    TELEGRAM_BOT_TOKEN: '100000001:bot-token-that-is-long-enough',
    DATABASE_URL: 'postgres://nexus:db-password@db/nexus',
    GROQ_API_KEY: 'groq-key',
    ANTHROPIC_API_KEY: 'claude-key',
    GEMINI_API_KEY: 'gemini-key',
    PEXELS_API_KEY: 'pexels-key',
    NEXUS_PING_URL: 'https://ping.example/uuid-of-mine',
    GROQ_BASE_URL: 'https://user:proxy-password@proxy.example',
  }
  const text = JSON.stringify(describeConfiguration(loadConfig({ ...secrets, NEXUS_OWNER_IDS: '7' })))
  for (const word of ['bot-token', 'password', 'groq-key', 'claude-key', 'gemini-key', 'pexels-key', 'uuid-of-mine'])
    expect(text).not.toContain(word)
  expect(JSON.parse(text)).toMatchObject({
    ownerIds: [7],
    database: 'postgres',
    keys: ['groq', 'anthropic', 'gemini', 'pexels'],
  })
})

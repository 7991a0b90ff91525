import { mkdir, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Machine, startMachine } from '../support/machine.ts'

vi.setConfig({ testTimeout: 120_000 })

let machine: Machine
beforeEach(async () => {
  machine = await startMachine()
})
afterEach(() => machine.close())

const doctor = (args: string[] = [], env: Record<string, string> = {}) =>
  machine.start('src/cli/doctor.ts', args, { DOCKER_HOST: 'tcp://127.0.0.1:1', ...env }).ended
type Finding = { name: string; status: string; detail: string; todo?: string }
const read = (stdout: string): { ok: boolean; checks: Finding[] } => JSON.parse(stdout)
const find = (stdout: string, name: string) => read(stdout).checks.filter((check) => check.name === name)

/** The calls that tell about a model without using it; strict about key and method. */
async function startModelLists() {
  const asked: string[] = []
  const serve = (request: IncomingMessage, response: ServerResponse) => {
    const { method, url = '', headers } = request
    asked.push(`${method} ${url}`)
    const answer = (status: number, body: object) => {
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(JSON.stringify(body))
    }
    const key = headers.authorization ?? headers['x-api-key'] ?? headers['x-goog-api-key']
    if (!String(key).includes('good-key')) return answer(401, { error: { message: `bad key ${key}` } })
    if (method !== 'GET') return answer(405, {})
    if (url === '/openai/v1/models') return answer(200, { object: 'list', data: [{ id: 'openai/gpt-oss-120b' }] })
    if (url === '/v1/models/claude-sonnet-5-5') return answer(200, { id: 'claude-sonnet-5-5', type: 'model' })
    if (/^\/v1(beta)?\/models\/gemini-(3\.8-flash|embedding-001)$/.test(url)) return answer(200, { name: url })
    if (url.startsWith('/v1/search')) return answer(200, { photos: [] })
    answer(404, { error: { message: 'no such model' } })
  }
  const server = createServer(serve)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`
  return { url, asked, close: () => new Promise((resolve) => server.close(resolve)) }
}

describe('npm run doctor', () => {
  it('gives one line a check and finds a machine without any key healthy', async () => {
    const end = await doctor([], { TELEGRAM_BOT_TOKEN: '' })
    expect(end).toMatchObject({ code: 0, stderr: '' })
    const lines = end.stdout.trimEnd().split('\n')
    expect(lines.at(-1)).toBe('Nexus can run here.')
    const names = ['Node', 'Configuration', 'Data folder', 'Database', 'Brand kits', 'Schedule', 'Budget', 'Telegram']
    for (const name of [...names, 'Health port', 'Docker', 'Groq', 'Claude', 'Gemini', 'Pexels'])
      expect(lines.filter((line) => new RegExp(`^[✔▫] ${name} `).test(line))).toHaveLength(1)
    expect(end.stdout).toMatch(/▫ Telegram .*npm run demo works without/)
    expect(end.stdout).toMatch(/▫ Docker .*only watching and mending containers needs it/)
  })

  it('knows the bot by its token, and says so as JSON', async () => {
    const end = await doctor(['--json'])
    expect(end.code).toBe(0)
    expect(read(end.stdout).ok).toBe(true)
    expect(find(end.stdout, 'Telegram')).toEqual([
      { name: 'Telegram', status: 'ok', detail: `@${machine.api.bot.username}, one owner` },
    ])
    const [database] = find(end.stdout, 'Database')
    if (machine.databaseUrl === null) expect(database).toMatchObject({ status: 'absent' })
    else expect(database?.detail).toMatch(/^PostgreSQL \d+.*pgvector \d.*schema up to date$/)
  })

  it('lists every problem of the configuration', async () => {
    const end = await doctor([], { HTTP_PORT: 'x', TZ: 'Nowhere' })
    expect(end.code).toBe(1)
    expect(end.stdout).toMatch(/✖ Configuration .*TZ must be.*HTTP_PORT must be/)
  })

  it('finds a wrong token, nobody who may use the bot, an unknown brand and a schedule that makes no sense', async () => {
    const token = '100000001:wrong-token-that-is-long-enough'
    const wrong = await doctor([], { TELEGRAM_BOT_TOKEN: token, NEXUS_BRAND: 'nope', NEXUS_SCHEDULE: 'at noon' })
    expect(wrong.code).toBe(1)
    expect(wrong.stdout).toMatch(/✖ Telegram +the token is refused → .*@BotFather/)
    expect(wrong.stdout).toMatch(/✖ Brand kits .*nope/)
    expect(wrong.stdout).toMatch(/✖ Schedule .*NEXUS_SCHEDULE/)
    expect(wrong.stdout).not.toContain('wrong-token')
    const nobody = await doctor([], { NEXUS_OWNER_IDS: '' })
    expect(nobody.code).toBe(1)
    expect(nobody.stdout).toMatch(/✖ Telegram .*nobody may use → set NEXUS_OWNER_IDS/)
  })

  it('finds a database that is down, a data folder that is a file and a port that another program has', async () => {
    const file = join(machine.dataDir, 'file')
    await writeFile(file, '')
    const taken = new URL(machine.api.url).port
    const end = await doctor([], {
      DATABASE_URL: 'postgres://nexus:hidden-word@127.0.0.1:1/nexus',
      NEXUS_DATA_DIR: join(file, 'data'),
      HTTP_PORT: taken,
    })
    expect(end.code).toBe(1)
    expect(end.stdout).toMatch(/✖ Database +The database does not answer/)
    expect(end.stdout).toMatch(/✖ Data folder .*NEXUS_DATA_DIR/)
    expect(end.stdout).toMatch(new RegExp(`✖ Health port +127.0.0.1:${taken} is in use by another program`))
    expect(end.stdout).not.toContain('hidden-word')
  })

  it('uses credentials in an address and never prints them', async () => {
    const root = machine.api.url.replace('http://', 'http://proxy-user:hidden-word@')
    const reached = await doctor([], { TELEGRAM_API_ROOT: root })
    expect(reached.code).toBe(0)
    const away = await doctor(['--json'], { TELEGRAM_API_ROOT: 'http://proxy-user:hidden-word@127.0.0.1:1' })
    expect(find(away.stdout, 'Telegram')).toMatchObject([{ detail: 'http://127.0.0.1:1 cannot be reached' }])
    for (const end of [reached, away]) expect(`${end.stdout}${end.stderr}`).not.toMatch(/hidden-word|proxy-user/)
  })

  it('does not mind a bot that is at work', async () => {
    const bot = await machine.startBot()
    const [, port = ''] = /"http":"http:\/\/127\.0\.0\.1:(\d+)"/.exec(bot.stdout()) ?? []
    const end = await doctor(['--json'], { HTTP_PORT: port })
    expect(end.code).toBe(0)
    expect(find(end.stdout, 'Health port')).toMatchObject([{ status: 'absent' }])
    const [database] = find(end.stdout, 'Database')
    expect(database?.status).toBe(machine.databaseUrl === null ? 'absent' : 'ok')
  })

  it('leaves the machine as it was', async () => {
    await mkdir(join(machine.dataDir, 'below'))
    const dataDir = join(machine.dataDir, 'below', 'not-there')
    expect((await doctor([], { NEXUS_DATA_DIR: dataDir })).code).toBe(0)
    await expect(mkdir(dataDir)).resolves.toBeUndefined()
  })
})

describe('npm run doctor -- --online', () => {
  const keys = (url: string, key: string) =>
    Object.fromEntries(
      ['GROQ', 'ANTHROPIC', 'GEMINI', 'PEXELS'].flatMap((name) => [
        [`${name}_API_KEY`, key],
        [`${name}_BASE_URL`, url],
      ]),
    )

  it('asks each service whether it takes the key and knows the model, by calls that make nothing', async () => {
    const services = await startModelLists()
    const offline = await doctor(['--json'], keys(services.url, 'a-good-key'))
    expect(services.asked).toEqual([])
    expect(find(offline.stdout, 'Groq')).toMatchObject([{ status: 'absent', detail: 'key set, not tried' }])

    const end = await doctor(['--json', '--online'], keys(services.url, 'a-good-key'))
    await services.close()
    expect(services.asked.every((line) => line.startsWith('GET '))).toBe(true)
    expect(find(end.stdout, 'Groq')).toMatchObject([{ status: 'ok' }])
    expect(find(end.stdout, 'Claude')).toMatchObject([{ status: 'ok' }])
    expect(find(end.stdout, 'Pexels')).toMatchObject([{ status: 'ok' }])
    // The service has the text and embedding models, not the one for pictures.
    expect(find(end.stdout, 'Gemini').map(({ status }) => status)).toEqual(['ok', 'broken', 'ok'])
    expect(find(end.stdout, 'Gemini')[1]?.detail).toContain('gemini-3.1-flash-image')
    expect(end.code).toBe(1)
  })

  it('says that a key is refused without printing it, even where the service does', async () => {
    const services = await startModelLists()
    const end = await doctor(['--online'], keys(services.url, 'my-worn-out-secret'))
    await services.close()
    expect(end.code).toBe(1)
    for (const name of ['Groq', 'Claude', 'Gemini', 'Pexels'])
      expect(end.stdout).toMatch(new RegExp(`✖ ${name} .*does not accept the key.*→ renew `))
    expect(end.stdout + end.stderr).not.toContain('worn-out')
  })
})

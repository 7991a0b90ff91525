import { access, constants, stat, statfs } from 'node:fs/promises'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { type Brand, listBrands, loadBrand } from '../../pipeline/brand.ts'
import { openFontBook } from '../../pipeline/render/font-book.ts'
import { describeTimes } from '../../pipeline/schedule/times.ts'
import { parseCronTimes } from '../../pipeline/schedule.ts'
import { BRANDS_DIR } from '../app.ts'
import type { Config } from '../config.ts'
import { inspectDatabase } from '../db/inspect.ts'
import { openDatabase } from '../db/pool.ts'
import { openDocker } from '../docker/open-docker.ts'
import { asFailure } from '../failure.ts'
import { createLog } from '../log.ts'
import { loadPrices } from '../prices.ts'
import { showUrl } from '../redact.ts'

/** 'absent' is allowed: something else serves, or it is not needed for what is set up. */
export type Verdict = { status: 'ok' | 'broken' | 'absent'; detail: string; todo?: string }
export type Check = { name: string } & Verdict

const NODE_MAJOR = 24
/** A carousel takes 30 MB, its pictures in the cache as much again. */
const SCARCE_BYTES = 1_000_000_000
const NEEDED_BYTES = 200_000_000
export const ASK_TIMEOUT_MS = 10_000

const ok = (detail: string): Verdict => ({ status: 'ok', detail })
const absent = (detail: string, todo?: string): Verdict => ({ status: 'absent', detail, ...(todo ? { todo } : {}) })
const broken = (detail: string, todo: string): Verdict => ({ status: 'broken', detail, todo })

export function checkNode(version = process.versions.node): Verdict {
  if (Number.parseInt(version, 10) >= NODE_MAJOR) return ok(version)
  return broken(version, `start it with npm run …, which brings Node ${NODE_MAJOR}, or install Node ${NODE_MAJOR}`)
}

export async function checkDataFolder(config: Pick<Config, 'dataDir'>): Promise<Verdict> {
  const todo = 'give this user write permission, or set NEXUS_DATA_DIR'
  try {
    let folder = config.dataDir
    while (!(await exists(folder))) folder = dirname(folder)
    if (!(await stat(folder)).isDirectory()) return broken(`${folder} is not a folder`, 'set NEXUS_DATA_DIR')
    await access(folder, constants.W_OK)
    const { bavail, bsize } = await statfs(folder)
    const free = bavail * bsize
    const detail = `${config.dataDir}, ${(free / 1e9).toFixed(1)} GB free`
    if (free < NEEDED_BYTES) return broken(detail, 'free some space: a carousel needs 60 MB')
    return free < SCARCE_BYTES ? absent(detail, 'free some space soon: a carousel needs 60 MB') : ok(detail)
  } catch (thrown) {
    return broken(`${config.dataDir}: ${asFailure(thrown).message}`, todo)
  }
}

export async function checkDatabase(config: Pick<Config, 'databaseUrl' | 'dataDir'>): Promise<Verdict> {
  const embedded = config.databaseUrl === null
  if (embedded && !(await exists(join(config.dataDir, 'database'))))
    return absent('embedded, made at the first start', 'set DATABASE_URL for a bot that people rely on')
  try {
    const log = createLog({ level: 'silent', redact: (text) => text })
    const database = await openDatabase({ url: config.databaseUrl, dataDir: config.dataDir, log })
    try {
      const { version, pgvector, migrations } = await inspectDatabase(database.pool)
      const name = `${embedded ? 'embedded, ' : ''}PostgreSQL ${version}`
      if (pgvector === null) return broken(`${name} without pgvector`, 'install the extension pgvector on the server')
      const waiting = migrations.waiting.length
      const schema = waiting === 0 ? 'schema up to date' : `${waiting} migrations wait for the next start`
      return ok(`${name}, pgvector ${pgvector}, ${schema}`)
    } finally {
      await database.close()
    }
  } catch (thrown) {
    const failure = asFailure(thrown)
    // A bot at work is no problem.
    if (failure.code === 'conflict') return absent('embedded, in use by a Nexus that runs', 'stop it to look inside')
    const todo = embedded ? 'see docs/operations.md' : 'start the server, or correct DATABASE_URL'
    return broken(failure.message, todo)
  }
}

export async function checkBrands(config: Pick<Config, 'brand'>): Promise<Verdict> {
  try {
    await openFontBook(await loadBrand(BRANDS_DIR, config.brand))
    const names = await listBrands(BRANDS_DIR)
    const faults = await Promise.all(names.filter((name) => name !== config.brand).map(findFault))
    const others = faults.filter((fault) => fault !== null)
    if (others.length > 0) return absent(`${config.brand}; not usable: ${others.join('; ')}`, 'mend or remove that kit')
    return ok(`${config.brand} of ${names.join(', ')}; all fonts are there`)
  } catch (thrown) {
    return broken(asFailure(thrown).message, 'mend templates/, or set NEXUS_BRAND')
  }
}

async function findFault(name: string): Promise<string | null> {
  const check = async (brand: Brand) => void (await openFontBook(brand))
  return loadBrand(BRANDS_DIR, name)
    .then(check)
    .then(
      () => null,
      (thrown) => asFailure(thrown).message,
    )
}

export function checkSchedule(config: Pick<Config, 'schedule' | 'timeZone'>): Verdict {
  try {
    const times = parseCronTimes(config.schedule)
    if (times.length === 0) return absent('off', 'set NEXUS_SCHEDULE, or /schedule in the chat')
    return ok(`${describeTimes(times)}, ${config.timeZone}`)
  } catch (thrown) {
    return broken(asFailure(thrown).message, 'correct NEXUS_SCHEDULE')
  }
}

export async function checkPrices(config: Pick<Config, 'pricesFile' | 'budget'>): Promise<Verdict> {
  const { dailyUsd, monthlyUsd } = config.budget
  try {
    await loadPrices(config.pricesFile)
    const prices = config.pricesFile === null ? 'built-in prices (estimates)' : config.pricesFile
    return ok(`at most $${dailyUsd} a day and $${monthlyUsd} a month; ${prices}`)
  } catch (thrown) {
    return broken(asFailure(thrown).message, 'correct the file NEXUS_PRICES_FILE')
  }
}

const Me = z.object({ ok: z.literal(true), result: z.object({ username: z.string() }) })

export async function checkTelegram(config: Pick<Config, 'telegram' | 'ownerIds'>): Promise<Verdict> {
  const { token, apiRoot } = config.telegram
  if (token === null)
    return absent('no token', 'for npm start set TELEGRAM_BOT_TOKEN (from @BotFather); npm run demo works without')
  let response: Response
  try {
    response = await askTelegram(apiRoot, token)
  } catch {
    return broken(`${showUrl(apiRoot)} cannot be reached`, 'check the network, or TELEGRAM_API_ROOT')
  }
  if (response.status === 401 || response.status === 404)
    return broken('the token is refused', 'copy it again from @BotFather into TELEGRAM_BOT_TOKEN')
  const me = Me.safeParse(await response.json().catch(() => null))
  if (!me.success)
    return broken(`${showUrl(apiRoot)} does not answer like Telegram (${response.status})`, 'check TELEGRAM_API_ROOT')
  const name = `@${me.data.result.username}`
  if (config.ownerIds.length === 0)
    return broken(`${name}, which nobody may use`, 'set NEXUS_OWNER_IDS (send /start to @userinfobot to see your id)')
  return ok(`${name}, ${config.ownerIds.length === 1 ? 'one owner' : `${config.ownerIds.length} owners`}`)
}

/** fetch takes no credentials in an address, which the bot's client does. */
function askTelegram(apiRoot: string, token: string): Promise<Response> {
  const { username, password } = new URL(apiRoot)
  const login = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64')
  return fetch(`${showUrl(apiRoot)}/bot${token}/getMe`, {
    headers: username === '' && password === '' ? {} : { authorization: `Basic ${login}` },
    signal: AbortSignal.timeout(ASK_TIMEOUT_MS),
  })
}

export async function checkDocker({ docker }: Pick<Config, 'docker'>): Promise<Verdict> {
  const log = createLog({ level: 'silent', redact: (text) => text })
  const todo = 'only watching and mending containers needs it: start Docker, or set DOCKER_HOST'
  const state = await openDocker({ host: docker.host, log })()
  if (state.kind === 'absent') return absent(`not reachable: ${state.reason}`, todo)
  try {
    const count = (await state.docker.list()).length
    return ok(`${count} ${count === 1 ? 'container' : 'containers'}`)
  } catch (thrown) {
    return broken(asFailure(thrown).message, todo)
  }
}

export async function checkHttpPort({ http }: Pick<Config, 'http'>): Promise<Verdict> {
  const where = `${http.host}:${http.port}`
  if (http.port === 0) return ok('any free port')
  const code = await tryListen(http)
  if (code === null) return ok(`${where} is free`)
  if (code !== 'EADDRINUSE') return broken(`${where} cannot be used (${code})`, 'correct HTTP_HOST or HTTP_PORT')
  if (await isNexus(where)) return absent(`${where} is in use by a Nexus that runs`)
  return broken(`${where} is in use by another program`, 'set HTTP_PORT to a free port')
}

function tryListen({ host, port }: Config['http']): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', (err) => resolve('code' in err ? String(err.code) : err.message))
    server.listen(port, host, () => server.close(() => resolve(null)))
  })
}

async function isNexus(where: string): Promise<boolean> {
  try {
    const response = await fetch(`http://${where}/metrics`, { signal: AbortSignal.timeout(ASK_TIMEOUT_MS) })
    return (await response.text()).includes('nexus_')
  } catch {
    return false
  }
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

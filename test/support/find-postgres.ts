import { readFileSync } from 'node:fs'
import { connect } from 'node:net'

const PROBE_TIMEOUT_MS = 2_000
/** Written by scripts/test-postgres.sh while its server runs. */
const URL_FILE = new URL('../../.pg/url', import.meta.url)

/** The address of the server to test on: NEXUS_TEST_DATABASE_URL, else the one of scripts/test-postgres.sh; null when neither is there. */
export async function findPostgres(): Promise<string | null> {
  // An address that somebody set is taken at its word: a wrong one must fail, not skip.
  if (process.env.NEXUS_TEST_DATABASE_URL) return process.env.NEXUS_TEST_DATABASE_URL
  const url = readUrlFile()
  return url !== null && (await listens(url)) ? url : null
}

function readUrlFile(): string | null {
  try {
    return readFileSync(URL_FILE, 'utf8').trim()
  } catch {
    return null
  }
}

function listens(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port || 5432), timeout: PROBE_TIMEOUT_MS })
    const finish = (answer: boolean) => {
      socket.destroy()
      resolve(answer)
    }
    socket.once('connect', () => finish(true))
    socket.once('error', () => finish(false))
    socket.once('timeout', () => finish(false))
  })
}

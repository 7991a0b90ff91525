import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { startProcess, type TestProcess } from '../support/process.ts'

vi.setConfig({ testTimeout: 120_000 })

let dataDir: string
const folders: string[] = []
const started: TestProcess[] = []
async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'nexus-demo-'))
  folders.push(folder)
  return folder
}
beforeEach(async () => {
  dataDir = await makeFolder()
})
afterEach(async () => {
  for (const demo of started) demo.kill('SIGKILL')
  await Promise.all(started.splice(0).map((demo) => demo.ended))
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true })
})

function startDemo(env: Record<string, string> = {}): TestProcess {
  const demo = startProcess('demo/main.ts', [], { NEXUS_DATA_DIR: dataDir, NEXUS_SCHEDULE: 'off', ...env })
  started.push(demo)
  return demo
}

async function open(demo: TestProcess): Promise<string> {
  await demo.printed('Ctrl+C ends it')
  return /Open +(\S+)/.exec(demo.stdout())?.[1] ?? ''
}

async function say(url: string, text: string): Promise<void> {
  const headers = { origin: url, 'content-type': 'application/json' }
  const response = await fetch(`${url}/api/send`, { method: 'POST', headers, body: JSON.stringify({ text }) })
  expect(response.status).toBe(200)
}

/** Reads the chat's stream until the text comes by. */
async function see(url: string, text: string): Promise<void> {
  const response = await fetch(`${url}/api/events`)
  let seen = ''
  for await (const chunk of response.body ?? []) {
    seen += Buffer.from(chunk).toString('utf8')
    // Leaving the loop ends the stream.
    if (seen.includes(text)) return
  }
  throw new Error(`the chat ended without “${text}”`)
}

function occupy(): Promise<{ port: number; server: Server }> {
  return new Promise((resolve) => {
    const server = createServer()
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve({ server, port: typeof address === 'object' && address ? address.port : 0 })
    })
  })
}

describe('npm run demo', () => {
  it('remembers the chat over a restart, and never uses the token or database of a real bot', async () => {
    const real = {
      DATABASE_URL: 'postgres://nobody@127.0.0.1:1/real',
      TELEGRAM_BOT_TOKEN: '1:a-real-token-of-somebody',
    }
    const first = startDemo({ DEMO_PORT: '0', ...real })
    const url = await open(first)
    await say(url, '/topics add the weight of clouds')
    await see(url, 'weight of clouds')
    first.kill('SIGINT')
    first.kill('SIGINT')
    expect(await first.ended).toMatchObject({ code: 0, signal: null, stderr: '' })
    expect(await readdir(dataDir)).not.toContain('nexus.lock')

    const again = await open(startDemo({ DEMO_PORT: '0' }))
    await see(again, 'weight of clouds')
  })

  it('says that a port which was asked for is taken, and takes another one when none was', async () => {
    const { port, server } = await occupy()
    const refused = await startDemo({ DEMO_PORT: String(port) }).ended
    server.close()
    expect(refused.code).toBe(1)
    expect(refused.stderr).toMatch(new RegExp(`^Port ${port} is in use: set DEMO_PORT[^\\n]*\\n$`))

    const first = await open(startDemo())
    const second = await open(startDemo({ NEXUS_DATA_DIR: await makeFolder() }))
    expect(second).not.toBe(first)
  })

  it('refuses a second demo on the same chats in one line', async () => {
    await open(startDemo({ DEMO_PORT: '0' }))
    const second = await startDemo({ DEMO_PORT: '0' }).ended
    expect(second.code).toBe(1)
    expect(second.stderr).toMatch(/^Another Nexus \(process \d+ on [^\n]*\n$/)
  })
})

import pg from 'pg'
import { afterEach, beforeEach, describe, expect, inject, it, vi } from 'vitest'
import { type Machine, OWNER, startMachine } from '../support/machine.ts'

vi.setConfig({ testTimeout: 120_000 })

let machine: Machine
beforeEach(async () => {
  machine = await startMachine()
})
afterEach(() => machine.close())

const STANDS_BY = 'stands by'
const answers = () => machine.api.messages(OWNER.id).filter(({ from }) => from === 'bot')
const waitForAnswers = (count: number) =>
  machine.api.waitFor(() => answers().length >= count, `${count} answers`, 60_000)

async function onServer<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: machine.databaseUrl ?? '' })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/** Ends the server's side of the session that holds the leader's lock. */
const killLeaderSession = () =>
  onServer(async (client) => {
    const { rowCount } = await client.query(
      `select pg_terminate_backend(pid) from pg_locks l join pg_database d on d.oid = l.database
       where locktype = 'advisory' and granted and objsubid = 1 and d.datname = current_database()`,
    )
    return rowCount
  })

async function somebodyWaits(client: pg.Client): Promise<boolean> {
  const { rowCount } = await client.query(
    `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
  )
  return (rowCount ?? 0) > 0
}

if (inject('postgresUrl') !== undefined) {
  describe('two processes on one database', () => {
    it('gives one leader and one clear line; the other takes over after kill -9 and loses no update', async () => {
      const first = await machine.startBot()
      const second = machine.start('src/main.ts')
      await second.printed(STANDS_BY)
      machine.api.sendText(OWNER, '/help')
      await waitForAnswers(1)
      expect(second.stdout()).not.toContain('is at work')

      first.kill('SIGKILL')
      await first.ended
      machine.api.sendText(OWNER, '/queue')
      machine.api.sendText(OWNER, '/topics')
      await second.printed('takes over')
      await waitForAnswers(3)
      expect(answers()).toHaveLength(3)
      expect(second.stdout().split(STANDS_BY)).toHaveLength(2)
      const conflicts = machine.api.calls.filter(({ outcome }) => outcome.kind === 'error' && outcome.code === 409)
      expect(conflicts).toEqual([])
    })

    it('lets no second bot work on the database of the first, and says what that one needs', async () => {
      await machine.startBot()
      const second = machine.start('src/main.ts', [], {
        TELEGRAM_BOT_TOKEN: '200000002:test-token-that-is-long-enough',
      })
      await second.printed('for this bot or for another one. This one stands by')
      expect(second.stdout()).toContain('A second bot needs a database of its own: DATABASE_URL.')
      second.kill('SIGTERM')
      expect(await second.ended).toMatchObject({ code: 0, stderr: '' })
    })

    it('takes over from a leader that is stopped politely', async () => {
      const first = await machine.startBot()
      const second = machine.start('src/main.ts')
      await second.printed(STANDS_BY)
      first.kill('SIGTERM')
      expect(await first.ended).toMatchObject({ code: 0 })
      await second.printed('Nexus is ready')
    })

    it('ends a leader whose session the server has cut, with an exit code that restarts it', async () => {
      const first = await machine.startBot()
      const second = machine.start('src/main.ts')
      await second.printed(STANDS_BY)
      expect(await killLeaderSession()).toBe(1)
      expect(await first.ended).toMatchObject({ code: 1, signal: null })
      expect(first.stdout()).toContain('leadership lost')
      await second.printed('Nexus is ready')
      machine.api.sendText(OWNER, '/help')
      await waitForAnswers(1)
    })

    it('ends a leader that has lost its session although a handler waits for the database', async () => {
      const first = await machine.startBot()
      await onServer(async (other) => {
        await other.query('begin')
        await other.query('lock table outbox in access exclusive mode')
        machine.api.sendText(OWNER, '/help')
        await vi.waitUntil(() => onServer(somebodyWaits), { timeout: 30_000, interval: 50 })
        expect(await killLeaderSession()).toBe(1)
        expect(await first.ended).toMatchObject({ code: 1, signal: null })
      })
    })

    it('gives a start up when the session is cut before the bot is at work: nothing is sent', async () => {
      for (let n = 0; n < 3; n++) machine.api.faults.add({ method: 'getMe', kind: '500' })
      const first = machine.start('src/main.ts')
      await first.printed('Telegram does not answer yet')
      await onServer((client) =>
        client.query(`insert into outbox (chat_id, kind, payload) values ($1, 'text', $2)`, [
          OWNER.id,
          { kind: 'text', html: 'of an earlier process' },
        ]),
      )
      expect(await killLeaderSession()).toBe(1)
      const end = await first.ended
      expect(end).toMatchObject({ code: 1, signal: null })
      expect(end.stderr).toMatch(/^The session with the database ended while Nexus was starting[^\n]*\n$/)
      expect(answers()).toEqual([])
    })

    it('stops standing by at once when it is told to', async () => {
      await machine.startBot()
      const second = machine.start('src/main.ts')
      await second.printed(STANDS_BY)
      second.kill('SIGTERM')
      expect(await second.ended).toMatchObject({ code: 0, signal: null, stderr: '' })
    })

    it('tells on its own health port that it stands by', async () => {
      await machine.startBot()
      const second = machine.start('src/main.ts')
      await second.printed(STANDS_BY)
      const [, url] = /"http":"([^"]+)"/.exec(second.stdout()) ?? []
      const response = await fetch(`${url}/readyz`)
      expect(response.status).toBe(503)
      expect(await response.json()).toEqual({ ok: false, checks: { database: 'ok', telegram: 'standing by' } })
    })

    it('stands by beside a leader that has the same health port, and takes the port over', async () => {
      const first = await machine.startBot()
      const [, port = ''] = /"http":"http:\/\/127\.0\.0\.1:(\d+)"/.exec(first.stdout()) ?? []
      const second = machine.start('src/main.ts', [], { HTTP_PORT: port })
      await second.printed(STANDS_BY)
      first.kill('SIGKILL')
      await second.printed('Nexus is ready')
      expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200)
    })
  })
} else {
  describe('two processes on one data folder', () => {
    it('refuses the second one in a line that names the first', async () => {
      const first = await machine.startBot()
      const second = await machine.start('src/main.ts').ended
      expect(second.code).toBe(1)
      expect(second.stderr).toMatch(
        new RegExp(`^Another Nexus \\(process ${first.pid} on [^)]+\\) uses this data folder[^\\n]*\\n$`),
      )
      machine.api.sendText(OWNER, '/help')
      await waitForAnswers(1)
    })

    it('starts again on the folder of a process that was killed', async () => {
      const first = await machine.startBot()
      first.kill('SIGKILL')
      await first.ended
      await machine.startBot()
    })
  })
}

describe('a foreign program that fetches with the same token', () => {
  it('is said in one line, and the bot goes on when it is gone', async () => {
    const bot = await machine.startBot()
    const poll = () =>
      fetch(`${machine.api.url}/bot${machine.env.TELEGRAM_BOT_TOKEN}/getUpdates?timeout=0`).then((response) =>
        response.json(),
      )
    const pushedOut = (count: number) =>
      vi.waitUntil(
        () =>
          machine.api.calls.filter(({ outcome }) => outcome.kind === 'error' && outcome.code === 409).length >= count,
        { timeout: 30_000, interval: 20 },
      )
    for (const count of [1, 2, 3]) {
      // Only a poll that is waiting can be pushed out.
      await vi.waitUntil(() => machine.api.calls.at(-1)?.outcome.kind === 'pending', { timeout: 30_000, interval: 20 })
      await poll()
      await pushedOut(count)
    }
    machine.api.sendText(OWNER, '/help')
    await waitForAnswers(1)
    expect(bot.stdout().split('Another program fetches updates')).toHaveLength(2)
    expect(answers()).toHaveLength(1)
  })
})

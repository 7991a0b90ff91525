import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startWatching, type WatchDeps } from '../../handlers/ops/watch.ts'
import { createTestLog } from '../support/log.ts'
import { createScriptedMonitor } from '../support/scripted-monitor.ts'

/** Without its database the bot can store nothing: then one word goes out directly. */
describe('a database that is away', () => {
  let dataDir = ''
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'nexus-watch-'))
  })
  afterEach(() => rmSync(dataDir, { recursive: true, force: true }))

  const start = (access: WatchDeps['access']) => {
    const state = { isAway: true, isOffline: false, at: Date.parse('2026-11-22T12:00:00Z') }
    const clock = { now: () => new Date(state.at) }
    const watch = createScriptedMonitor(clock.now)
    const sent: { chatId: number | string; text: string }[] = []
    const query = async () => (state.isAway ? Promise.reject(new Error('away')) : { rows: [] })
    const pool = { query, connect: async () => ({ query, release: () => undefined }) }
    const deps = {
      db: { pool },
      log: createTestLog().log,
      clock,
      access,
      pingUrl: null,
      errands: { run: () => undefined },
      pipeline: { dataDir },
      ops: {
        monitor: watch.monitor,
        incidents: { observe: async () => (state.isAway ? Promise.reject(new Error('away')) : undefined) },
      },
    } as unknown as WatchDeps
    const sendMessage = async (chatId: number | string, text: string) => {
      if (state.isOffline) throw new Error('no network')
      sent.push({ chatId, text })
      return {} as never
    }
    const watching = startWatching(deps, { sendMessage })
    const look = async (afterMs: number) => {
      state.at += afterMs
      await watch.see([watch.finding('container-down', '<b>db</b>')]).catch(() => undefined)
    }
    return { state, sent, look, watching }
  }

  it('is told once, after a while, to an owner alone, and so is its return', async () => {
    const { state, sent, look, watching } = start({ ownerIds: [1001, 1002], homeChatId: -100 })
    await look(0)
    await look(60_000)
    expect(sent).toEqual([])
    state.isOffline = true
    await look(60_000)
    state.isOffline = false
    await look(60_000)
    await look(60_000)
    expect(sent).toMatchObject([{ chatId: 1001 }])
    expect(sent[0]?.text).toContain('My own database does not answer')
    expect(sent[0]?.text).toContain('Container <code>&lt;b&gt;db&lt;/b&gt;</code> is not running')
    await watching.beat()
    expect(readdirSync(dataDir)).toEqual([])
    state.isAway = false
    await look(60_000)
    await look(60_000)
    expect(sent.slice(1)).toMatchObject([{ chatId: 1001, text: expect.stringContaining('answers again') }])
    await watching.stop()
  })

  it('of a moment is not worth a word', async () => {
    const { state, sent, look, watching } = start({ ownerIds: [1001], homeChatId: 1001 })
    await look(0)
    await look(60_000)
    state.isAway = false
    await look(60_000)
    expect(sent).toEqual([])
    await watching.stop()
  })
})

import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { SeenContainer } from '../../ops/snapshot/containers.ts'
import { ok } from '../../ops/snapshot/reading.ts'
import { containerWith, diskAt } from '../ops/sample-snapshot.ts'
import { openChat, queryAll } from '../support/chat.ts'
import { ANA, BEN, type Nexus, startNexus } from '../support/nexus.ts'
import { createScriptedMonitor } from '../support/scripted-monitor.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
let nexus: Nexus
let nowMs = 0
let containers: SeenContainer[] = []
let diskPercent = 40
const watch = createScriptedMonitor(() => new Date(nowMs))
afterEach(() => nexus.close())

/** The bot on a machine whose figures the test sets; Sunday 2026-11-22, 13:00 in Madrid unless said otherwise. */
const start = async (at = '2026-11-22T12:00:00Z') => {
  nowMs = Date.parse(at)
  containers = [containerWith({ name: 'web', memoryBytes: 1 })]
  diskPercent = 40
  const probes = {
    containers: async () => ok(containers),
    disks: async () => ok({ disks: [diskAt(diskPercent)], silent: [] }),
    units: async () => ok([]),
    memory: async () => ok({ totalBytes: 4e9, availableBytes: 2e9, swapTotalBytes: 0, swapFreeBytes: 0 }),
    temperature: async () => ok(50),
  }
  const findDocker = async () => ({ kind: 'absent' as const, reason: 'There is no Docker here.' })
  nexus = await startNexus({
    overrides: { clock: { now: () => new Date(nowMs) }, ops: { probes, findDocker, monitor: watch.monitor } },
  })
  nexus.api.open(ANA)
}
const tickAt = async (at: string | number) => {
  nowMs = typeof at === 'number' ? at : Date.parse(at)
  await nexus.service.tick()
  await nexus.service.idle()
}
const ask = async (text: string) => {
  const id = nexus.api.sendText(ANA, text)
  return nexus.api.waitFor(
    () => nexus.api.messages(ANA.id).find((message) => message.from === 'bot' && message.id > id),
    `an answer to ${text}`,
  )
}
const reports = () => nexus.api.messages(ANA.id).filter(({ text }) => text.includes('Last 24 hours'))
const summaries = () => nexus.api.messages(ANA.id).filter(({ text }) => text.includes('Last 7 days'))
const slots = () =>
  queryAll(nexus, `select kind, local_date::text as day, status, attempts from daily_slot order by due_at, kind`)
const backups = async () =>
  (await readdir(join(nexus.dataDir, 'backups')).catch(() => [])).filter((name) => name.endsWith('.gz'))

describe('the report of the morning', () => {
  it('comes at 08:00 by the clock on the wall, once, however often the clock ticks and the bot restarts', async () => {
    await start('2026-11-23T12:00:00Z')
    await tickAt('2026-11-24T06:59:45Z')
    expect(reports()).toHaveLength(0)
    await Promise.all([tickAt('2026-11-24T07:00:05Z'), nexus.service.tick()])
    await tickAt('2026-11-24T07:00:20Z')
    await nexus.restart()
    await tickAt('2026-11-24T08:00:00Z')
    expect(reports()).toHaveLength(1)
    await tickAt('2026-11-25T07:00:00Z')
    expect(reports()).toHaveLength(2)
    expect(nexus.api.messages(BEN.id)).toHaveLength(0)
  })

  it('keeps to the wall over both changes of daylight saving', async () => {
    await start('2026-03-28T12:00:00Z')
    await tickAt('2026-03-29T05:59:00Z')
    expect(reports()).toHaveLength(0)
    await tickAt('2026-03-29T06:00:30Z')
    expect(reports()).toHaveLength(1)
    await nexus.close()
    await start('2026-10-24T12:00:00Z')
    for (let at = Date.parse('2026-10-25T05:00:00Z'); at <= Date.parse('2026-10-25T09:00:00Z'); at += HOUR_MS / 2) {
      await tickAt(at)
      expect(reports()).toHaveLength(at < Date.parse('2026-10-25T07:00:00Z') ? 0 : 1)
    }
  })

  it('comes late within four hours after the bot was down, and not at all after that', async () => {
    await start('2026-11-23T12:00:00Z')
    await nexus.stop()
    nowMs = Date.parse('2026-11-24T10:30:00Z')
    await nexus.restart()
    await nexus.service.idle()
    expect(reports()).toHaveLength(1)
    await tickAt('2026-11-25T11:30:00Z')
    expect(reports()).toHaveLength(1)
  })

  it('does not greet a bot that was started for the first time an hour later', async () => {
    await start('2026-11-22T08:00:00Z')
    await tickAt('2026-11-22T08:00:15Z')
    expect([reports().length, await backups(), await slots()]).toEqual([0, [], []])
  })

  it('is short when all is nominal, and begins with what is wrong when something is', async () => {
    await start()
    await nexus.app.ops.health.sample()
    await nexus.app.ops.backups.make(new AbortController().signal)
    const calm = await ask('/report')
    expect(calm.text.split('\n')[0]).toBe('✅ All systems nominal · Last 24 hours')
    expect(calm.text).toContain('📦 1 of 1 containers running')
    expect(calm.text).toMatch(/🛟 Backup today 13:00, \d+ kB, verified/)
    expect(calm.text).toContain('🎠 0 carousels made · 0 waiting for you')
    containers = [containerWith({ name: 'web', state: 'exited', exitCode: 1 })]
    const { text, keyboard } = await ask('/report')
    expect(text.split('\n').slice(0, 3)).toEqual(['📋 Last 24 hours', '', expect.stringMatching(/^🔴 Container web/)])
    expect(keyboard.flat().map((button) => button.text)).toEqual(['🔎 Health', '📈 Charts', '🩺 Diagnose'])
  })
})

const downOf = (name: string) => watch.finding('container-down', name)

describe('a report and the incidents', () => {
  it('is not nominal while one is open, though it may look well already, and tells afterwards what was', async () => {
    await start('2026-11-23T12:00:00Z')
    await nexus.app.ops.health.sample()
    await watch.see([downOf('web')])
    nowMs += 4 * 60_000
    await watch.see()
    await nexus.service.idle()
    const open = await ask('/report')
    expect(open.text).toMatch(
      /^📋 Last 24 hours\n\n🔴 Container web is not running \(exited\), since today 13:00 · well again/,
    )
    expect((await ask('/alerts')).text).toContain('Open: 1')
    nowMs += 60_000
    await watch.see()
    await nexus.service.idle()
    expect((await ask('/report')).text).toMatch(
      /^📋 Last 24 hours\n\nNothing is wrong just now\.\n\nResolved in 24 h\n✅ Container web is not running \(exited\) · 4 min/,
    )
    await tickAt('2026-11-24T07:00:00Z')
    expect(reports().at(-1)?.text).toContain('Resolved in 24 h\n✅ Container web is not running')
    nowMs += DAY_MS
    expect((await ask('/report')).text).not.toContain('Resolved')
  })

  it('of the morning begins with one that is open', async () => {
    await start('2026-11-23T12:00:00Z')
    await watch.see([downOf('web')])
    await tickAt('2026-11-24T07:00:00Z')
    expect(reports().at(-1)?.text).toMatch(
      /^📋 Last 24 hours\n\n🔴 Container web is not running \(exited\), since yesterday 13:00\n/,
    )
  })
})

describe('the summary of the week', () => {
  it('comes on Mondays, with pictures, and says what the report of the morning would have said', async () => {
    await start()
    await watch.see([downOf('web')])
    nowMs += 60_000
    for (const _ of [1, 2]) {
      await watch.see()
      nowMs += 60_000
    }
    for (let minute = 0; minute < 3; minute++) {
      await nexus.app.ops.health.sample()
      nowMs += 60_000
    }
    await tickAt('2026-11-23T07:00:00Z')
    await tickAt('2026-11-23T07:00:15Z')
    await tickAt('2026-11-23T07:00:30Z')
    const weekly = summaries()
    expect(weekly).toHaveLength(1)
    expect(weekly[0]?.text).toContain('Resolved in 24 h\n✅ Container web is not running')
    expect(weekly[0]?.text).toContain('\nThe last 24 hours\n🖥 Processor')
    expect(reports()).toHaveLength(0)
    expect(nexus.api.messages(ANA.id).flatMap(({ photos }) => photos)).toHaveLength(2)
    await tickAt('2026-11-24T07:00:00Z')
    await tickAt('2026-11-24T07:00:15Z')
    expect(summaries()).toHaveLength(1)
  })
})

/** A file where the folder should be: root may write everywhere else. */
const forbidBackups = async () => {
  await writeFile(join(nexus.dataDir, 'in-the-way'), '')
  await nexus.restart({ NEXUS_BACKUP_DIR: join(nexus.dataDir, 'in-the-way', 'backups') })
}

describe('the backup of the night', () => {
  it('is made at 02:00, once, over restarts and an hour that comes twice', async () => {
    await start('2026-10-24T12:00:00Z')
    await tickAt('2026-10-24T23:59:00Z')
    expect(await backups()).toEqual([])
    for (const at of ['2026-10-25T00:00:10Z', '2026-10-25T00:30:00Z', '2026-10-25T01:00:10Z']) await tickAt(at)
    await nexus.restart()
    await tickAt('2026-10-25T02:00:00Z')
    expect(await backups()).toEqual(['nexus-20261025T000010Z.ndjson.gz'])
    expect(await slots()).toEqual([{ kind: 'backup', day: '2026-10-25', status: 'done', attempts: 1 }])
  })

  it('is due at the end of the hour that daylight saving skips', async () => {
    await start('2026-03-28T12:00:00Z')
    await tickAt('2026-03-29T00:59:59Z')
    expect(await backups()).toEqual([])
    await tickAt('2026-03-29T01:00:00Z')
    expect(await backups()).toHaveLength(1)
  })

  it('is taken up again when the process died in the middle of it, and the half of a file is no backup', async () => {
    await start()
    await nexus.db.pool.query(
      `insert into daily_slot (kind, local_date, due_at, status, updated_at) values ('backup', '2026-11-23', $1, 'running', $1)`,
      ['2026-11-23T01:00:00Z'],
    )
    await tickAt('2026-11-23T01:01:00Z')
    expect(await backups()).toHaveLength(1)
    expect(await slots()).toMatchObject([{ status: 'done', attempts: 2 }])
  })

  it('that fails is tried three times, half an hour apart, and told in the morning', async () => {
    await start()
    await forbidBackups()
    await tickAt('2026-11-23T01:00:00Z')
    await tickAt('2026-11-23T01:10:00Z')
    for (let half = 1; half < 6; half++) await tickAt(Date.parse('2026-11-23T01:00:00Z') + half * (HOUR_MS / 2))
    expect(await slots()).toMatchObject([{ status: 'failed', attempts: 3 }])
    await tickAt('2026-11-23T07:00:00Z')
    expect(summaries().at(-1)?.text).toMatch(/⚠️ Last night’s backup failed: Nexus cannot write its backups/)
  })

  it('that was not made for days is a finding with a button, counted from the first start', async () => {
    await start()
    await forbidBackups()
    nowMs += 2 * DAY_MS - 1
    expect((await ask('/health')).text).toContain('🛟 No verified backup yet')
    expect((await ask('/health')).text).not.toContain('known to be good')
    nowMs += 1
    const { text, keyboard } = await ask('/health')
    expect(text).toContain('⚠️ There is no backup that is known to be good, after 2 days')
    expect(keyboard.flat().map((button) => button.text)).toContainEqual(expect.stringContaining('ackup'))
  })
})

describe('/compare', () => {
  it('tells what is different from an hour ago, and changes its view in place', async () => {
    await start()
    await nexus.app.ops.health.sample()
    nowMs += HOUR_MS
    containers = [containerWith({ name: 'web', restarts: 2, image: 'app:2' }), containerWith({ name: 'new' })]
    diskPercent = 81
    const { id, text } = await ask('/compare hour')
    expect(text).toContain('Now, against an hour ago (today 13:00)')
    expect(text).toContain('💾 / 40 → 81 % (+41 GB)')
    expect(text).toContain('⚠️ New: Disk / is 81 % full')
    expect(text).toContain('🆕 new is there')
    expect(text).toContain('🔄 web restarted 2 times')
    expect(text).toContain('🚀 web app:1 → app:2')
    expect(text).toContain('🌡 Temperature 50 °C')
    await nexus.api.tap(ANA, ANA.id, id, '1 day')
    const chat = openChat(nexus)
    await nexus.api.waitFor(
      () => /^I have no sample from yesterday 14:00: .* from tomorrow 13:00 on\.$/.test(chat.message(id).text),
      'the other view',
    )
  })

  it('knows what was deployed last: an image, or the bot itself', async () => {
    await start()
    expect((await ask('/compare deploy')).text).toContain('nothing was deployed')
    await nexus.app.ops.health.sample()
    nowMs += 60_000
    containers = [containerWith({ name: 'web', imageId: 'sha256:2' })]
    await nexus.app.ops.health.sample()
    const image = await ask('/compare deploy')
    expect(image.text).toContain('🚀 web came onto app:1, today 13:01')
    expect(image.text).toContain('🚀 web has a newer app:1')
    nowMs += 60_000
    await nexus.db.pool.query(`update bot_start set version = '0.0.9'`)
    await nexus.restart()
    expect((await ask('/compare deploy')).text).toMatch(/🚀 Nexus became \d+\.\d+\.\d+.*, today 13:02/)
  })

  it('says how it is used', async () => {
    await start()
    expect((await ask('/compare moon')).text).toContain('/compare deploy')
  })
})

describe('/health chart', () => {
  it('sends two pictures, or says that there is nothing yet', async () => {
    await start()
    expect((await ask('/health chart')).text).toContain('nothing to draw yet')
    await nexus.app.ops.health.sample()
    nexus.api.sendText(ANA, '/health chart')
    await nexus.api.waitFor(
      () => nexus.api.messages(ANA.id).flatMap(({ photos }) => photos).length === 2,
      'two pictures',
    )
    nexus.api.sendText(ANA, '/health chart year')
    await nexus.service.idle()
    expect((await ask('/health chart moon')).text).toContain('/health chart')
  })

  it('comes from a button, too', async () => {
    await start()
    await nexus.app.ops.health.sample()
    const { id } = await ask('/health')
    expect((await nexus.api.tap(ANA, ANA.id, id, '📈')).text).toBe('Drawing…')
    await nexus.api.waitFor(
      () => nexus.api.messages(ANA.id).flatMap(({ photos }) => photos).length === 2,
      'two pictures',
    )
  })
})

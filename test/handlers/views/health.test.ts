import { describe, expect, it } from 'vitest'
import { parseHtml } from '../../../demo/bot-api/html.ts'
import { Action, HEALTH_VIEWS } from '../../../handlers/actions.ts'
import { type HealthInput, healthKeyboard, healthText } from '../../../handlers/views/health.ts'
import { type Finding, judge, RULES } from '../../../ops/rules.ts'
import { absent, failed, ok } from '../../../ops/snapshot/reading.ts'
import type { Snapshot } from '../../../ops/snapshot/snapshot.ts'
import { BOT, containerWith, diskAt, finding, NOW, snapshotWith } from '../../ops/sample-snapshot.ts'

const NASTY = '<b>&"\'</b>\u202E\u0000\u200B\n{{x}} {} t.me/evil @everyone <a href="x">'

const report = (
  snapshot: Snapshot,
  findings: Finding[] = judge(snapshot, []),
  fullInDays = new Map<string, number>(),
) => ({
  snapshot,
  findings,
  fullInDays,
})
const show = (input: HealthInput['report'], view: HealthInput['view'] = 'summary') =>
  parseHtml(healthText({ report: input, view, timeZone: 'Europe/Madrid' }).html)

const NONE = absent('not on this machine')
const DEAD = failed(NASTY.repeat(20))
const ALL = {
  cpu: 0,
  memory: 0,
  disks: 0,
  temperature: 0,
  uptime: 0,
  network: 0,
  units: 0,
  containers: 0,
  database: 0,
  bot: 0,
}
const everything = (reading: typeof NONE) => Object.fromEntries(Object.keys(ALL).map((name) => [name, reading]))

const container = (name: string) =>
  containerWith({
    name,
    state: 'exited',
    exitCode: 3,
    health: 'unhealthy',
    restarts: 99,
    createdAt: new Date(NOW.getTime() - 90_000_000),
  })
const EXTREME = snapshotWith({
  disks: ok({
    disks: Array.from({ length: 40 }, (_, n) => diskAt(99.99, `/${n}${NASTY.repeat(9)}`)),
    silent: Array.from({ length: 40 }, (_, n) => `/silent${n}${NASTY}`),
  }),
  memory: ok({ totalBytes: 1, availableBytes: 0, swapTotalBytes: 1, swapFreeBytes: 0 }),
  uptime: ok({ machineSeconds: 1e9, botSeconds: 1e9 }),
  network: ok({ interfaces: Array(60).fill(NASTY), receivedPerSecond: 1e18, sentPerSecond: 1e18 }),
  units: ok(Array.from({ length: 200 }, (_, n) => `${n}${NASTY.repeat(9)}`)),
  containers: ok(Array.from({ length: 300 }, (_, n) => container(`${n}${NASTY.repeat(9)}`))),
  bot: ok({ ...BOT, spend: { todayUsd: 1e6, monthUsd: 1e9, dailyCapUsd: 0.01, monthlyCapUsd: 0.01 } }),
})

const cases: [string, HealthInput['report']][] = [
  ['all is well', report(snapshotWith())],
  ['nothing is there', report(snapshotWith(everything(NONE)))],
  ['nothing answers', report(snapshotWith(everything(DEAD)))],
  ['everything is broken', report(EXTREME, judge(EXTREME, []), new Map([['/', 0.1]]))],
  [
    'each rule',
    report(
      snapshotWith(),
      RULES.map((rule) => finding({ rule, subject: NASTY })),
    ),
  ],
  ['an empty name', report(snapshotWith(), [finding({ subject: ' \n ' })])],
  [
    'nothing made yet',
    report(snapshotWith({ bot: ok({ ...BOT, runs: {}, lastReadyAt: null, lastGenerationSeconds: null }) })),
  ],
]

describe.each(HEALTH_VIEWS)('the %s of /health', (view) => {
  it.each(cases)('is strict HTML of one message when %s', (_, input) => {
    const { html } = healthText({ report: input, view, timeZone: 'Europe/Madrid' })
    const { text } = parseHtml(html)
    expect(text.length).toBeLessThanOrEqual(4096)
    expect(html).not.toMatch(/undefined|NaN|\[object|null|Invalid|Infinity/)
    expect(text).not.toMatch(/\n{3,}| \n|[\u202E\u200B]/)
  })

  it('has buttons that the bot knows', () => {
    const buttons = healthKeyboard({
      view,
      fixes: [{ kind: 'backup' }, { kind: 'vacuum' }, { kind: 'backup' }, { kind: 'backup' }],
    }).flat()
    expect(buttons).toHaveLength(4 + 3)
    for (const button of buttons) expect('action' in button && Action.safeParse(button.action).success).toBe(true)
  })

  it('shows names so that no address or mention in them comes alive', () => {
    const name = 't.me/evil'
    const snapshot = snapshotWith({ containers: ok([container(name)]), units: ok([name]) })
    const { text, entities } = show(report(snapshot), view)
    const code = entities.filter(({ type }) => type === 'code')
    const inCode = (at: number) => code.some(({ offset, length }) => at >= offset && at < offset + length)
    const places = [...text.matchAll(/t\.me/g)].map(({ index }) => index)
    expect(places.length).toBeGreaterThan(1)
    expect(places.filter((at) => !inCode(at))).toEqual([])
  })
})

describe('the summary', () => {
  it('fits a phone when all is well', () => {
    const { text } = show(report(snapshotWith(), [], new Map([['/', 8.7]])))
    expect(text).toBe(
      [
        '✅ All is well',
        '',
        '🖥 Processor 12 % · load 0.4 on 4 cores',
        '🧠 Memory 45 % · 2.2 GB of 4.0 GB free · swap 5 %',
        '💾 / 42 % · 58 GB free · full in about 9 days',
        '💾 /mnt/backup 17 % · 83 GB free',
        '🌡 52 °C',
        '🌐 ↓ 12 kB/s · ↑ 3 kB/s',
        '⏱ Up 3 d 4 h · bot 2 h 1 min',
        '📦 1 of 2 containers running',
        '🎠 2 to approve · 0 in the making',
        '🕡 Last carousel today 11:30',
        '💵 $0.12 of $5.00 today',
        '🗄 PostgreSQL 17.11 · 48 MB · 3 of 100 connections',
        '🛟 Backup today 03:00, verified',
        '',
        'Today 13:00 · looked for 512 ms',
      ].join('\n'),
    )
  })

  it('says first what is wrong, since when, and what to do', () => {
    const snapshot = snapshotWith({
      containers: ok([container('nexus-n8n')]),
      disks: ok({ disks: [diskAt(84)], silent: [] }),
    })
    const [verdict, , ...rest] = show(report(snapshot, judge(snapshot, [finding()]))).text.split('\n')
    expect(verdict).toBe('🔴 One thing needs attention now, 1 more can wait')
    expect(rest.slice(0, 4)).toEqual([
      '🔴 Container nexus-n8n was restarted 99 times',
      '   It does not stay up; its last lines say why: /logs nexus-n8n',
      '⚠️ Disk / is 84 % full, since today 12:00',
      '   Make room: old backups, logs, unused images: docker system df',
    ])
  })

  it('says last what is muted, without advice, and counts it as nothing that needs attention', () => {
    const looper = {
      ...finding({ subject: 'looper', rule: 'container-down', words: 'Container {} is off' }),
      isMuted: true,
    }
    const { text } = show(report(snapshotWith(), [finding({ severity: 'warning' }), looper]))
    const [verdict, , , , last, next] = text.split('\n')
    expect([verdict, last, next]).toEqual([
      '⚠️ One thing needs attention',
      '🔕 Container looper is off (muted), since today 12:00',
      '',
    ])
    expect(show(report(snapshotWith(), [looper])).text).toMatch(/^✅ All is well but for what is muted\n/)
  })

  it('says what it does not know, and does not call that well', () => {
    const { text } = show(report(snapshotWith({ temperature: NONE, containers: NONE, database: NONE, bot: NONE })))
    expect(text).toContain('✅ All is well, as far as can be seen from here')
    expect(text).toContain('Not seen here: Temperature, Docker, Database, The bot’s work')
    const failing = show(report(snapshotWith({ disks: failed('no answer within 1.3 s') }))).text
    expect(failing).toContain('⚠️ One thing needs attention')
    expect(failing).toContain('Disks cannot be read: no answer within 1.3 s')
  })
})

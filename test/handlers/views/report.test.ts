import { describe, expect, it } from 'vitest'
import { parseHtml } from '../../../demo/bot-api/html.ts'
import { Action } from '../../../handlers/actions.ts'
import { compareKeyboard } from '../../../handlers/views/compare.ts'
import { reportKeyboard, reportText } from '../../../handlers/views/report.ts'
import type { Incident } from '../../../ops/incidents/index.ts'
import type { Report } from '../../../ops/report.ts'
import { finding, NOW, snapshotWith } from '../../ops/sample-snapshot.ts'

const HOUR_MS = 3_600_000
const ago = (hours: number) => new Date(NOW.getTime() - hours * HOUR_MS)
const period = {
  minutes: 1440,
  cpuPercent: 12.7,
  memoryPercent: 45.2,
  temperatureC: 51.8,
  temperatureMaxC: 63.4,
  made: 2,
  approved: 1,
  failed: 0,
  spentUsd: 0.234,
}

function report(parts: Partial<Report> = {}, findings = [] as Report['health']['findings']): Report {
  return {
    kind: 'daily',
    at: NOW,
    from: ago(24),
    begunAt: null,
    health: { snapshot: snapshotWith(), findings, fullInDays: new Map([['/', 8.7]]) },
    open: [],
    resolved: [],
    period,
    day: null,
    before: { ...period, cpuPercent: 20.1, memoryPercent: 44 },
    backup: { newest: { at: ago(11), verified: true, bytes: 12_345_678 }, failure: null },
    ...parts,
  }
}

function incident(parts: Partial<Incident> = {}): Incident {
  return {
    id: 'a',
    rootKey: 'container:db',
    rootRule: 'container-down',
    subject: 'db',
    containerId: null,
    severity: 'critical',
    status: 'resolved',
    ending: 'recovered',
    mergedInto: null,
    openedAt: ago(5),
    clearSince: null,
    resolvedAt: ago(4.5),
    acknowledgedAt: null,
    acknowledgedBy: null,
    notifiedAt: ago(5),
    held: null,
    toldAt: null,
    messages: 1,
    reminders: 0,
    messageRef: null,
    occasion: 'opened',
    flaps: 0,
    nodes: [],
    members: [finding({ rule: 'container-down', subject: 'db', words: 'Container {} is not running (exited)' })],
    diagnosis: null,
    helped: 'restart of db by Ana',
    ...parts,
  }
}

const show = (one: Report) => parseHtml(reportText({ report: one, timeZone: 'Europe/Madrid' }).html)

describe('a report', () => {
  it('of a good day is one short message', () => {
    expect(show(report()).text).toBe(
      [
        '✅ All systems nominal · Last 24 hours',
        '',
        '🖥 Processor 12 % on average (20 % before that)',
        '🧠 Memory 45 % on average (44 % before that)',
        '🌡 51 °C, at most 63 °C',
        '💾 / 42 % · 58 GB free · full in about 9 days',
        '💾 /mnt/backup 17 % · 83 GB free',
        '📦 1 of 2 containers running',
        '🎠 2 carousels made · 1 approved · 2 waiting for you',
        '💵 $0.23 spent · $3.40 of $60.00 this month',
        '🛟 Backup today 02:00, 12 MB, verified',
      ].join('\n'),
    )
  })

  it('begins with what is wrong, then tells what was', () => {
    const disk = finding({ severity: 'critical', value: 93, words: 'Disk {} is 93 % full' })
    const bad = report(
      {
        resolved: [
          incident(),
          incident({ helped: null, members: [finding({ subject: '', words: 'Memory is 93 % used' })] }),
        ],
        period: { ...period, minutes: 1300, failed: 1 },
        before: null,
        backup: { newest: null, failure: 'There is no room for a backup in /mnt.' },
      },
      [disk],
    )
    expect(show(bad).text).toBe(
      [
        '📋 Last 24 hours',
        '',
        '🔴 Disk / is 93 % full, since today 12:00',
        '⚠️ Last night’s backup failed: There is no room for a backup in /mnt.',
        '',
        'Resolved in 24 h',
        '✅ Container db is not running (exited) · 30 min · restart of db by Ana',
        '✅ Memory is 93 % used · 30 min',
        '',
        '🖥 Processor 12 % on average',
        '🧠 Memory 45 % on average',
        '🌡 51 °C, at most 63 °C',
        '💾 / 42 % · 58 GB free · full in about 9 days',
        '💾 /mnt/backup 17 % · 83 GB free',
        '📦 1 of 2 containers running',
        '▫️ I was not watching for 2 h 20 min of it.',
        '🎠 2 carousels made · 1 approved · 2 waiting for you · 1 failed',
        '💵 $0.23 spent · $3.40 of $60.00 this month',
        '🛟 No backup yet',
      ].join('\n'),
    )
  })

  it('of a bot that is younger than the day says when it began, and counts what it missed since then', () => {
    const linesOf = (minutes: number) =>
      show(report({ begunAt: ago(3), period: { ...period, minutes } }))
        .text.split('\n')
        .filter((line) => line.startsWith('▫️'))
    expect(linesOf(179)).toEqual(['▫️ I began today 10:00.'])
    expect(linesOf(140)).toEqual(['▫️ I began today 10:00. Since then I was not watching for 40 min.'])
  })

  it('says that all is well again when something was wrong in the night', () => {
    expect(show(report({ resolved: [incident()] })).text).toContain('Nothing is wrong just now.')
  })

  it('never calls a day nominal while an incident is open, also when all looks well at this moment', () => {
    const calm = { status: 'open', ending: null, resolvedAt: null, openedAt: ago(0.1), clearSince: NOW } as const
    const members = [
      finding({ rule: 'container-loop', severity: 'critical', subject: 'db', words: 'Container {} keeps crashing' }),
    ]
    const shown = show(report({ open: [incident({ ...calm, members })] }))
    expect(shown.text.split('\n').slice(0, 5)).toEqual([
      '📋 Last 24 hours',
      '',
      '🔴 Container db keeps crashing, since today 12:00 · well again, but not for long yet',
      '/alerts shows what is open.',
      '',
    ])
    expect(shown.text).not.toContain('Nothing is wrong')
  })

  it('says once what both a finding and its incident say, and puts the worst first', () => {
    const disk = finding({ severity: 'warning', words: 'Disk {} is 84 % full' })
    const down = finding({ rule: 'container-down', severity: 'critical', subject: 'db', words: 'Container {} is down' })
    const open = { status: 'acknowledged', acknowledgedBy: 'Ana', ending: null, resolvedAt: null } as const
    const one = report({ open: [incident({ ...open, members: [down] }), incident({ ...open, members: [disk] })] }, [
      disk,
    ])
    expect(show(one).text.split('\n').slice(2, 6)).toEqual([
      '🔴 Container db is down, since today 12:00 · 👀 Ana',
      '⚠️ Disk / is 84 % full, since today 12:00',
      '/alerts shows what is open.',
      '',
    ])
  })

  it('of a week says all that one of the day says', () => {
    const resolved = [incident(), incident({ openedAt: ago(50), resolvedAt: ago(49), helped: null })]
    const failure = 'There is no room for a backup in /mnt.'
    const findings = [finding({ severity: 'critical', value: 93, words: 'Disk {} is 93 % full' })]
    const backup = { newest: null, failure }
    const of24 = {
      ...period,
      cpuPercent: 33,
      memoryPercent: 66,
      temperatureMaxC: 71,
      made: 1,
      failed: 1,
      spentUsd: 0.05,
    }
    const before = { ...period, cpuPercent: 20.1, memoryPercent: 44 }
    const daily = show(report({ resolved: resolved.slice(0, 1), period: of24, before, backup }, findings)).text
    const week = { ...period, minutes: 10_080, made: 9, approved: 6 }
    const weekly = show(
      report(
        {
          kind: 'weekly',
          from: ago(168),
          resolved,
          period: week,
          day: { from: ago(24), period: of24, before },
          backup,
        },
        findings,
      ),
    ).text
    const [, ...said] = daily.split('\n')
    const own = new Set([
      '🎠 1 carousel made · 1 approved · 2 waiting for you · 1 failed',
      '💵 $0.05 spent · $3.40 of $60.00 this month',
    ])
    for (const line of said.filter((one) => !own.has(one))) expect(weekly.split('\n')).toContain(line)
    expect(weekly).toContain('Resolved in 7 d, before that\n✅ Container db is not running (exited) · 1 h\n')
    expect(weekly).toContain(
      '🎠 9 carousels made · 6 approved · 2 waiting for you\n💵 $0.23 spent · $3.40 of $60.00 this month',
    )
    expect(weekly.split('\n').slice(-6)).toEqual([
      'The last 24 hours',
      '🖥 Processor 33 % on average (20 % before that)',
      '🧠 Memory 66 % on average (44 % before that)',
      '🌡 51 °C, at most 71 °C',
      '🎠 1 carousel made · 1 approved · 1 failed',
      '💵 $0.05 spent',
    ])
  })

  it('has buttons that the bot knows, and Diagnose only where there is something to explain', () => {
    const labels = (one: Report) =>
      reportKeyboard({ report: one })
        .flat()
        .map(({ text }) => text)
    expect(labels(report())).toEqual(['🔎 Health', '📈 Charts'])
    expect(labels(report({}, [finding()]))).toEqual(['🔎 Health', '📈 Charts', '🩺 Diagnose'])
    const all = [...reportKeyboard({ report: report({}, [finding()]) }), ...compareKeyboard('hour')].flat()
    for (const button of all) expect('action' in button && Action.safeParse(button.action).success).toBe(true)
  })

  it('lets nothing come alive that others have named', () => {
    const name = 't.me/evil <b>'
    const hostile = report(
      { resolved: Array.from({ length: 60 }, () => incident({ members: [finding({ subject: name })] })) },
      [finding({ subject: name })],
    )
    const { text, entities } = show(hostile)
    expect(text.length).toBeLessThan(4096)
    expect(text).toContain('… and 52 more: /incidents')
    const code = entities
      .filter(({ type }) => type === 'code')
      .map(({ offset, length }) => text.slice(offset, offset + length))
    expect(code.filter((one) => one.includes('evil'))).toHaveLength(text.split('evil').length - 1)
  })
})

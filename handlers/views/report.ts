import { describeHealth } from '../../ops/describe.ts'
import type { Incident } from '../../ops/incidents/index.ts'
import { isNominal, listUnseen, type Report, type Stretch } from '../../ops/report.ts'
import { diskPercent } from '../../ops/snapshot/disks.ts'
import type { Reading } from '../../ops/snapshot/reading.ts'
import { describeBytes, describeDays, describeSpan } from '../../ops/words.ts'
import type { Keyboard } from '../../src/messaging/outbox.ts'
import { press } from './card.ts'
import { foreign, sentence } from './foreign.ts'
import { clip, type Html, html, lines } from './html.ts'
import { signOf, titleOf } from './incident.ts'
import { describeTime } from './times.ts'

/** The report of a day or a week: problems first, and few words when there are none. */

export type ReportInput = { report: Report; timeZone: string }

const MAX_PROBLEMS = 8
const MAX_RESOLVED = 8
const MAX_REASON_CHARS = 160
const TITLES = { daily: ['Last 24 hours', '24 h'], weekly: ['Last 7 days', '7 d'] } as const
const MINUTE_MS = 60_000

export function reportText({ report, timeZone }: ReportInput): Html {
  const when = (at: Date) => describeTime(at, report.at, timeZone)
  const [title] = TITLES[report.kind]
  const isCalm = isNominal(report)
  const head = isCalm ? html`✅ <b>All systems nominal</b> · ${title}` : html`📋 <b>${title}</b>`
  return paragraphs(
    isCalm ? html`` : problemLines(report, when),
    ...resolvedParts(report),
    lines(...machineLines(report, when), ...workLines(report), backupLine(report, when)),
    report.day === null ? html`` : dayLines(report.day),
  )(head)
}

function paragraphs(...all: readonly Html[]): (head: Html) => Html {
  const filled = all.filter(({ html: text }) => text !== '')
  return (head) => lines(head, ...filled.flatMap((one) => [html``, one]))
}

function problemLines(report: Report, when: (at: Date) => string): Html {
  const { health, backup } = report
  const takenAt = health.snapshot.takenAt.getTime()
  const sinceOf = (since: Date) => (since.getTime() < takenAt ? `, since ${when(since)}` : '')
  const seen = describeHealth(health, when).attention.map(({ sign, words, subject, since }) => ({
    sign,
    line: html`${sign} <b>${sentence(words, subject)}</b>${sinceOf(since)}`,
  }))
  const unseen = listUnseen(report).map((incident) => ({
    sign: signOf(incident),
    line: html`${signOf(incident)} <b>${titleOf(incident)}</b>${sinceOf(incident.members[0]?.since ?? incident.openedAt)}${stateOf(incident)}`,
  }))
  const problems = [...unseen, ...seen].toSorted((a, b) => rankOf(a) - rankOf(b))
  const left = problems.length - MAX_PROBLEMS
  if (problems.length === 0 && backup.failure === null) return html`Nothing is wrong just now.`
  return lines(
    ...problems.slice(0, MAX_PROBLEMS).map(({ line }) => line),
    left > 0 && html`… and ${left} more: /alerts`,
    left <= 0 && unseen.length > 0 && html`/alerts shows what is open.`,
    backup.failure !== null && html`⚠️ Last night’s backup failed: ${clip(backup.failure, MAX_REASON_CHARS)}`,
  )
}

const rankOf = ({ sign }: { sign: string }) => (sign === '🔴' ? 0 : 1)

function stateOf({ clearSince, status, acknowledgedBy }: Incident): Html {
  if (clearSince !== null) return html` · well again, but not for long yet`
  return status === 'acknowledged' ? html` · 👀 ${clip(acknowledgedBy ?? 'An owner', 40)}` : html``
}

/** Of a week, what was resolved on its last day stands apart: that is what is new since the report of the day before. */
function resolvedParts({ resolved, kind, day }: Report): Html[] {
  const [, span] = TITLES[kind]
  if (day === null) return [resolvedLines(resolved, `Resolved in ${span}`)]
  const isLate = ({ resolvedAt }: Incident) => resolvedAt !== null && resolvedAt >= day.from
  return [
    resolvedLines(resolved.filter(isLate), `Resolved in ${TITLES.daily[1]}`),
    resolvedLines(
      resolved.filter((incident) => !isLate(incident)),
      `Resolved in ${span}, before that`,
    ),
  ]
}

function resolvedLines(resolved: readonly Incident[], title: string): Html {
  if (resolved.length === 0) return html``
  const left = resolved.length - MAX_RESOLVED
  return lines(
    html`<b>${title}</b>`,
    ...resolved.slice(0, MAX_RESOLVED).map((incident) => html`✅ ${incidentText(incident)}`),
    left > 0 && html`… and ${left} more: /incidents`,
  )
}

function incidentText({ members, openedAt, resolvedAt, helped, rootKey }: Incident): Html {
  const [root] = members
  const name = root ? sentence(root.words, root.subject) : foreign(rootKey)
  const took = resolvedAt === null ? '' : ` · ${describeSpan((resolvedAt.getTime() - openedAt.getTime()) / 1000)}`
  return helped === null ? html`${name}${took}` : html`${name}${took} · ${clip(helped, MAX_REASON_CHARS)}`
}

function machineLines(report: Report, when: (at: Date) => string): (Html | null)[] {
  const { health, period, before } = report
  const { snapshot, fullInDays } = health
  const disks = given(snapshot.disks)?.disks ?? []
  const containers = given(snapshot.containers)
  const running = containers?.filter(({ state }) => state === 'running').length
  return [
    ...meanLines({ period, before }),
    ...disks.map((disk) => {
      const days = fullInDays.get(disk.mount)
      const full = days === undefined ? '' : ` · full ${describeDays(days)}`
      return html`💾 ${foreign(disk.mount)} ${Math.floor(diskPercent(disk))} % · ${describeBytes(disk.freeBytes)} free${full}`
    }),
    containers === null || containers.length === 0
      ? null
      : html`📦 ${running ?? 0} of ${containers.length} containers running`,
    missedLine(report, when),
  ]
}

/** A start or a deploy costs a minute or two. */
const MAX_MISSED_MINUTES = 15

function missedLine({ period, from, begunAt, at }: Report, when: (at: Date) => string): Html | null {
  const missing = Math.round((at.getTime() - (begunAt ?? from).getTime()) / MINUTE_MS) - period.minutes
  const missed = missing > MAX_MISSED_MINUTES ? describeSpan(missing * 60) : null
  if (begunAt === null) return missed === null ? null : html`▫️ I was not watching for ${missed} of it.`
  const since = missed === null ? '' : ` Since then I was not watching for ${missed}.`
  return html`▫️ I began ${when(begunAt)}.${since}`
}

function meanLines({ period, before }: Pick<Stretch, 'period' | 'before'>): (Html | null)[] {
  const temperature = period.temperatureC
  return [
    meanLine('🖥 Processor', period.cpuPercent, before?.cpuPercent ?? null),
    meanLine('🧠 Memory', period.memoryPercent, before?.memoryPercent ?? null),
    temperature === null
      ? null
      : html`🌡 ${Math.floor(temperature)} °C, at most ${Math.floor(period.temperatureMaxC ?? temperature)} °C`,
  ]
}

function meanLine(title: string, mean: number | null, before: number | null): Html | null {
  if (mean === null) return null
  const was = before === null ? '' : ` (${Math.floor(before)} % before that)`
  return html`${title} ${Math.floor(mean)} % on average${was}`
}

/** What differs between a week and its last day; all else stands in the report once. */
function dayLines(day: Stretch): Html {
  const { made, approved, failed, spentUsd } = day.period
  return lines(
    html`<b>The last 24 hours</b>`,
    ...meanLines(day),
    html`🎠 ${countOf(made, 'carousel')} made${approved > 0 ? ` · ${approved} approved` : ''}${failed > 0 ? ` · ${failed} failed` : ''}`,
    html`💵 $${spentUsd.toFixed(2)} spent`,
  )
}

function workLines({ health, period, kind }: Report): (Html | null)[] {
  const bot = given(health.snapshot.bot)
  const failed = period.failed === 0 ? html`` : html` · ${period.failed} failed`
  const month =
    bot === null
      ? html``
      : html` · $${bot.spend.monthUsd.toFixed(2)} of $${bot.spend.monthlyCapUsd.toFixed(2)} this month`
  const approved = kind === 'weekly' || period.approved > 0 ? html` · ${period.approved} approved` : html``
  return [
    html`🎠 ${countOf(period.made, 'carousel')} made${approved} · ${bot?.runs.awaiting_review ?? 0} waiting for you${failed}`,
    html`💵 $${period.spentUsd.toFixed(2)} spent${month}`,
  ]
}

function backupLine({ backup: { newest } }: Report, when: (at: Date) => string): Html {
  if (newest === null) return html`🛟 No backup yet`
  return html`🛟 Backup ${when(newest.at)}, ${describeBytes(newest.bytes)}, ${newest.verified ? 'verified' : 'not verified'}`
}

function countOf(n: number, what: string): string {
  return n === 1 ? `1 ${what}` : `${n} ${what}s`
}

function given<T>(reading: Reading<T>): T | null {
  return reading.kind === 'ok' ? reading.value : null
}

export function reportKeyboard({ report }: Pick<ReportInput, 'report'>): Keyboard {
  const wrong = report.health.findings.length > 0 ? [press('🩺 Diagnose', { kind: 'diagnose', about: 'worst' })] : []
  return [[press('🔎 Health', { kind: 'health', view: 'summary' }), press('📈 Charts', { kind: 'charts' }), ...wrong]]
}

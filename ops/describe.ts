import { type Advice, adviceFor } from './advice.ts'
import type { HealthReport } from './health.ts'
import { findTrouble } from './rules/containers.ts'
import { type Finding, PROBE_TITLES, type Rule } from './rules.ts'
import type { SeenContainer } from './snapshot/containers.ts'
import { type Disk, diskPercent } from './snapshot/disks.ts'
import { memoryShares } from './snapshot/machine.ts'
import type { Reading } from './snapshot/reading.ts'
import type { Snapshot } from './snapshot/snapshot.ts'
import { describeBytes, describeDays, describeSpan } from './words.ts'

/** A health report in words, for the chat and for the terminal alike. Pure. */

export type Attention = {
  /** The last: nobody wants to hear of it. */
  sign: '🔴' | '⚠️' | '🔕'
  /** `{}` stands for the subject. */
  words: string
  /** From outside; shown so that nothing in it comes alive. */
  subject: string
  /** Why it did not answer, in the words of whoever failed; null for all else. */
  why: string | null
  since: Date
  advice: Advice
}

/** `name` is from outside where there is one. */
export type Line = { sign: string; name?: string; text: string }

export type HealthWords = {
  verdict: string
  attention: Attention[]
  figures: Line[]
  /** What this machine does not have, by title, and why. */
  missing: { title: string; why: string }[]
}

export function describeHealth(report: HealthReport, when: (at: Date) => string): HealthWords {
  const { snapshot } = report
  const findings = withoutEchoes(report.findings)
  return {
    verdict: describeVerdict(snapshot, findings),
    attention: findings.map((finding) => ({
      sign: finding.isMuted ? '🔕' : finding.severity === 'critical' ? '🔴' : '⚠️',
      words: finding.isMuted ? `${finding.words} (muted)` : finding.words,
      subject: finding.subject,
      why: finding.rule === 'no-answer' ? findWhy(snapshot, finding.subject) : null,
      since: finding.since,
      advice: adviceFor(finding.rule),
    })),
    figures: [
      ...describeMachine(report),
      ...describeContainers(snapshot.containers),
      ...describeBot(snapshot, when),
      ...describeDatabase(snapshot),
      ...describeBackup(snapshot, when),
    ],
    missing: listMissing(snapshot, 'absent'),
  }
}

function findWhy(snapshot: Snapshot, title: string): string | null {
  return listMissing(snapshot, 'failed').find((missing) => missing.title === title)?.why ?? null
}

/** What does not stay up is down now and then: one fault, one line. */
function withoutEchoes(findings: readonly Finding[]): Finding[] {
  const loops = findings.filter(({ rule }) => rule === 'container-restarts' || rule === 'container-loop')
  const isEnd = (rule: Rule) => rule === 'container-down' || rule === 'container-died'
  return findings.filter(({ rule, subject }) => !isEnd(rule) || !loops.some((one) => one.subject === subject))
}

/** Nothing wrong is only as good as what was seen. */
function describeVerdict(snapshot: Snapshot, all: readonly Finding[]): string {
  const findings = all.filter(({ isMuted }) => !isMuted)
  const critical = findings.filter(({ severity }) => severity === 'critical').length
  const seesWork = snapshot.database.kind === 'ok' && snapshot.bot.kind === 'ok'
  if (findings.length === 0 && all.length > 0) return '✅ All is well but for what is muted'
  if (findings.length === 0) return seesWork ? '✅ All is well' : '✅ All is well, as far as can be seen from here'
  const rest = findings.length - critical
  if (critical === 0) return `⚠️ ${count(rest)} attention`
  return rest === 0
    ? `🔴 ${count(critical)} attention now`
    : `🔴 ${count(critical)} attention now, ${rest} more can wait`
}

function count(things: number): string {
  return things === 1 ? 'One thing needs' : `${things} things need`
}

/** Also says what failed, in the order of the titles. */
export function listMissing(snapshot: Snapshot, kind: 'absent' | 'failed'): HealthWords['missing'] {
  const names = Object.keys(PROBE_TITLES) as (keyof typeof PROBE_TITLES)[]
  return names.flatMap((name) => {
    const reading = snapshot[name]
    return reading.kind === kind ? [{ title: PROBE_TITLES[name], why: reading.why }] : []
  })
}

function given<T>(reading: Reading<T>, lines: (value: T) => Line[]): Line[] {
  return reading.kind === 'ok' ? lines(reading.value) : []
}

function describeMachine({ snapshot, fullInDays }: HealthReport): Line[] {
  return [
    ...given(snapshot.cpu, ({ percent, load, cores }) => [
      { sign: '🖥', text: `Processor ${whole(percent)} · load ${load[0].toFixed(1)} on ${countOf(cores, 'core')}` },
    ]),
    ...given(snapshot.memory, (memory) => {
      const { memory: used, swap } = memoryShares(memory)
      const free = `${describeBytes(memory.availableBytes)} of ${describeBytes(memory.totalBytes)} free`
      const text = `Memory ${whole(used)} · ${free}${swap === null ? '' : ` · swap ${whole(swap)}`}`
      return [{ sign: '🧠', text }]
    }),
    ...given(snapshot.disks, ({ disks }) => disks.map((disk) => describeDisk(disk, fullInDays.get(disk.mount)))),
    ...given(snapshot.temperature, (celsius) => [{ sign: '🌡', text: `${Math.floor(celsius)} °C` }]),
    ...given(snapshot.network, (network) => [
      {
        sign: '🌐',
        text: `↓ ${describeBytes(network.receivedPerSecond)}/s · ↑ ${describeBytes(network.sentPerSecond)}/s`,
      },
    ]),
    ...given(snapshot.uptime, ({ machineSeconds, botSeconds }) => {
      const bot = botSeconds === null ? '' : ` · bot ${describeSpan(botSeconds)}`
      return [{ sign: '⏱', text: `Up ${describeSpan(machineSeconds)}${bot}` }]
    }),
  ]
}

function describeDisk(disk: Disk, days: number | undefined): Line {
  const full = days === undefined ? '' : ` · full ${describeDays(days)}`
  return {
    sign: '💾',
    name: disk.mount,
    text: `${whole(diskPercent(disk))} · ${describeBytes(disk.freeBytes)} free${full}`,
  }
}

function describeContainers(containers: Snapshot['containers']): Line[] {
  return given(containers, (all) => {
    const running = all.filter(({ state }) => state === 'running').length
    if (all.length === 0) return [{ sign: '📦', text: 'No containers' }]
    return [{ sign: '📦', text: `${running} of ${countOf(all.length, 'container')} running` }]
  })
}

function describeContainer(container: SeenContainer): Line {
  const { name, state, health, restarts, finished } = container
  const sign = findTrouble(container) ? '🔴' : state === 'running' ? '🟢' : '⚪️'
  const words = [
    finished ? 'done' : state,
    ...(health === 'none' || state !== 'running' ? [] : [health]),
    ...(restarts === 0 ? [] : [countOf(restarts, 'restart')]),
  ]
  return { sign, name, text: [words.join(', '), ...describeUsage(container)].join(' · ') }
}

/** Processor as `docker stats` counts it: 200 % is two cores. */
function describeUsage({ cpuPercent, memoryBytes, memoryLimitBytes }: SeenContainer): string[] {
  const limit = memoryLimitBytes === null ? '' : ` of ${describeBytes(memoryLimitBytes)}`
  return [
    ...(cpuPercent === null ? [] : [whole(cpuPercent)]),
    ...(memoryBytes === null ? [] : [`${describeBytes(memoryBytes)}${limit}`]),
  ]
}

function describeBot({ bot }: Snapshot, when: (at: Date) => string): Line[] {
  return given(bot, ({ runs, spend, lastReadyAt }) => {
    const making = (runs.queued ?? 0) + (runs.running ?? 0)
    return [
      { sign: '🎠', text: `${runs.awaiting_review ?? 0} to approve · ${making} in the making` },
      { sign: '🕡', text: lastReadyAt === null ? 'No carousel yet' : `Last carousel ${when(lastReadyAt)}` },
      { sign: '💵', text: `$${spend.todayUsd.toFixed(2)} of $${spend.dailyCapUsd.toFixed(2)} today` },
    ]
  })
}

function describeDatabase({ database }: Snapshot): Line[] {
  return given(database, ({ kind, version, sizeBytes, connections }) => {
    const name = kind === 'postgres' ? `PostgreSQL ${version}` : 'Embedded database'
    const used = connections === null ? '' : ` · ${connections.used} of ${connections.max} connections`
    return [{ sign: '🗄', text: `${name} · ${describeBytes(sizeBytes)}${used}` }]
  })
}

function describeBackup({ backup }: Snapshot, when: (at: Date) => string): Line[] {
  return given(backup, ({ at, verified, none }) => {
    if (none) return [{ sign: '🛟', text: 'No verified backup yet' }]
    return [{ sign: '🛟', text: `Backup ${when(at)}, verified${verified ? '' : ' · a newer one is not'}` }]
  })
}

/** Everything behind the figures, in sections. */
export function describeDetails({ snapshot }: HealthReport): { title: string; lines: Line[] }[] {
  const sections = [
    { title: 'Machine', lines: detailMachine(snapshot) },
    { title: 'Containers', lines: given(snapshot.containers, (all) => all.map(describeContainer)) },
    { title: 'Failed services', lines: given(snapshot.units, (units) => units.map((name) => line('', name))) },
    { title: 'Bot', lines: detailBot(snapshot) },
    { title: 'Database', lines: detailDatabase(snapshot) },
  ]
  return sections.filter(({ lines }) => lines.length > 0)
}

const line = (text: string, name?: string): Line => ({ sign: '·', text, ...(name === undefined ? {} : { name }) })

function detailMachine(snapshot: Snapshot): Line[] {
  return [
    ...given(snapshot.cpu, ({ load }) => [
      line(`Load ${load.map((one) => one.toFixed(2)).join(' · ')} (1, 5, 15 min)`),
    ]),
    ...given(snapshot.memory, ({ swapTotalBytes, swapFreeBytes }) => [
      line(
        swapTotalBytes === 0
          ? 'No swap'
          : `Swap ${describeBytes(swapFreeBytes)} of ${describeBytes(swapTotalBytes)} free`,
      ),
    ]),
    ...given(snapshot.disks, ({ disks }) =>
      disks.map((disk) => {
        const files = disk.inodesPercent === null ? '' : ` · files ${whole(disk.inodesPercent)}`
        const sizes = `${describeBytes(disk.usedBytes)} of ${describeBytes(disk.totalBytes)} used`
        return line(`${disk.type} · ${sizes}${files}`, disk.mount)
      }),
    ),
    ...given(snapshot.network, ({ interfaces }) => interfaces.map((name) => line('network', name))),
    ...given(snapshot.units, (units) => (units.length === 0 ? [line('No failed services')] : [])),
  ]
}

const STATUS_WORDS: Record<string, string> = { awaiting_review: 'to approve' }

function detailBot({ bot }: Snapshot): Line[] {
  return given(bot, (value) => {
    const { spend } = value
    const runs = Object.entries(value.runs).map(([status, n]) => `${n} ${STATUS_WORDS[status] ?? status}`)
    const last = value.lastGenerationSeconds
    return [
      line(`Carousels: ${runs.length === 0 ? 'none yet' : runs.join(', ')}`),
      line(`Failed in 24 h: ${value.failedRuns}`),
      ...(last === null ? [] : [line(`The last one took ${describeSpan(last)}`)]),
      line(`Updates waiting: ${value.updatesWaiting}`),
      line(`Messages waiting: ${value.outboxWaiting}, refused in 24 h: ${value.outboxRefused}`),
      line(`This month $${spend.monthUsd.toFixed(2)} of $${spend.monthlyCapUsd.toFixed(2)}`),
    ]
  })
}

function detailDatabase({ database, takenAt }: Snapshot): Line[] {
  return given(database, ({ kind, longestQuerySeconds, lastVacuumAt }) => {
    if (kind === 'embedded') return [line('Embedded, for trying out')]
    const longest =
      longestQuerySeconds === null ? 'nothing else runs' : `longest query ${describeSpan(longestQuerySeconds)}`
    const vacuum =
      lastVacuumAt === null
        ? 'no vacuum yet'
        : `last vacuum ${describeSpan((takenAt.getTime() - lastVacuumAt.getTime()) / 1000)} ago`
    return [line(`PostgreSQL · ${longest} · ${vacuum}`)]
  })
}

/** As the rules round: down. */
function whole(percent: number): string {
  return `${Math.floor(percent)} %`
}

function countOf(n: number, what: string): string {
  return n === 1 ? `1 ${what}` : `${n} ${what}s`
}

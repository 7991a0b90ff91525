import { constants } from 'node:os'
import type { Container } from '../../src/docker/container.ts'
import type { HealthRun, PastEvent } from '../../src/docker/details.ts'
import { toVisible } from '../../src/messaging/visible-text.ts'
import { diskPercent } from '../snapshot/disks.ts'
import { memoryShares } from '../snapshot/machine.ts'
import { describeBytes, describeSpan } from '../words.ts'
import { kindOf } from './causes/search.ts'
import { type Facts, lastRunMs, readDependencies, type Target, type Usage } from './facts.ts'
import { type Clockface, describeMoment } from './moments.ts'
import type { EvidenceLine } from './types.ts'

/** The facts as lines, each with a key by which a rule names what it rests on. */
export type KeyedLine = { key: string; source: EvidenceLine['source']; text: string }

const MAX_LINE_CHARS = 300
/** A program says the same again and again. */
const REPEATED: readonly EvidenceLine['source'][] = ['log', 'health']

export function listLines(facts: Facts): KeyedLine[] {
  const { target, request, dockerSilent } = facts
  const lines = [
    ...(dockerSilent === null ? [] : [line('docker', 'state', dockerSilent.reason)]),
    ...request.findings.map(({ words, subject }, index) =>
      line(
        `finding:${index}`,
        'state',
        words.replace('{}', () => subject),
      ),
    ),
    ...(target === null ? [] : describeTarget(target, facts)),
    ...facts.siblings.map(({ container }) => describeSibling(container, facts)),
    ...describeMachine(facts),
    ...describeBot(facts),
  ]
  return lines.map((one) => ({ ...one, text: tidy(one.text) })).filter(({ text }) => text !== '')
}

/** Numbered in the order of the keys. What has no line is left out, and so is what was said before. */
export function pickLines(lines: readonly KeyedLine[], keys: readonly string[]): EvidenceLine[] {
  const found = [...new Set(keys)].flatMap((key) => lines.find((one) => one.key === key) ?? [])
  const said = new Set<string>()
  const fresh = found.filter(({ source, text }) => {
    const kind = REPEATED.includes(source) ? kindOf(text) : text
    return said.size < said.add(kind).size
  })
  return fresh.map(({ source, text }, index) => ({ ref: `E${index + 1}`, source, text }))
}

const line = (key: string, source: EvidenceLine['source'], text: string): KeyedLine => ({ key, source, text })

/** One line of visible signs, cut. */
function tidy(text: string): string {
  const flat = toVisible(text).replaceAll(/\s+/g, ' ').trim()
  return flat.length <= MAX_LINE_CHARS ? flat : `${flat.slice(0, MAX_LINE_CHARS - 1).toWellFormed()}…`
}

function describeTarget(target: Target, clock: Clockface): KeyedLine[] {
  const { container, details, usage, log, events, past } = target
  return [
    line('state', 'state', `${container.name}: ${describeState(container, clock)}`),
    ...(details === null ? [] : describeSetup(target, details)),
    ...(usage === null ? [] : [line('usage', 'stats', describeUsage(usage))]),
    ...describePast(past),
    ...(target.logBytesPerSecond === null
      ? []
      : [line('flow', 'stats', `writes ${describeBytes(target.logBytesPerSecond)} of log a second`)]),
    ...events.map((event, index) =>
      line(`event:${index}`, 'event', `${describeMoment(event.at, clock)} ${describeEvent(event)}`),
    ),
    ...(target.wasStopped ? [line('stopped', 'event', 'I saw that it was stopped from outside')] : []),
    ...(target.before?.lines ?? []).map((text, index) => line(`before:${index}`, 'log', `before its start: ${text}`)),
    ...(log?.lines ?? []).map((text, index) => line(`log:${index}`, 'log', text)),
  ]
}

/** Of the engine's words, those that say nothing by themselves. */
const HAPPENED = new Map(
  Object.entries({
    create: 'it was made',
    start: 'it was started',
    restart: 'it was restarted from outside',
    stop: 'it was stopped from outside',
    oom: 'it ran out of memory, and a process of it was killed',
    pause: 'it was paused',
    unpause: 'it goes on after a pause',
    rename: 'it got another name',
  }),
)

function describeEvent({ action, exitCode, signal }: PastEvent): string {
  if (action === 'die') return exitCode === null ? 'it ended' : `it ended with code ${exitCode}`
  if (action === 'kill') return describeSignal(signal)
  const health = /^health_status: (\w+)/.exec(action)?.[1]
  return health === undefined ? (HAPPENED.get(action) ?? action) : `its health check says: ${health}`
}

const { SIGTERM, SIGKILL } = constants.signals

function describeSignal(signal: number | null): string {
  if (signal === null) return 'somebody sent it a signal'
  if (signal === SIGTERM) return 'it was asked to end (SIGTERM)'
  if (signal === SIGKILL) return 'it was killed from outside (SIGKILL)'
  const name = Object.entries(constants.signals).find(([, number]) => number === signal)?.[0]
  return `somebody sent it ${name ?? `the signal ${signal}`}`
}

/** "exited at 18:03:12 with code 137 (out of memory), after 12 s; 4 restarts". */
export function describeState(container: Container, clock: Clockface): string {
  const { state, health, restarts, startedAt, finishedAt, exitCode, oomKilled } = container
  const often = restarts === 0 ? '' : `; ${restarts} ${restarts === 1 ? 'restart' : 'restarts'}`
  if (state === 'running' || state === 'paused') {
    const sick = health === null ? '' : `, ${health}`
    // The engine's mark is of the run before.
    const before = oomKilled ? '; the run before was killed for memory' : ''
    const since = startedAt === null ? '' : ` since ${describeMoment(startedAt, clock)}`
    return `${state}${since}${sick}${before}${often}`
  }
  if (state === 'created') return `created${exitCode === 0 ? '' : ` (code ${exitCode})`}, never started`
  const ran = lastRunMs(container)
  const took = ran === null ? '' : `, after ${ran < 10_000 ? `${(ran / 1000).toFixed(1)} s` : describeSpan(ran / 1000)}`
  const end = finishedAt === null ? '' : ` at ${describeMoment(finishedAt, clock)}`
  return `${state}${end} with code ${exitCode}${oomKilled ? ' (out of memory)' : ''}${took}${often}`
}

function describeSetup({ hasImage }: Target, details: NonNullable<Target['details']>): KeyedLine[] {
  const { check, mounts, envNames, wantedPorts, log } = details
  const checkLines = check
    ? [
        line(
          'check',
          'health',
          `health check “${check.command}” every ${seconds(check.intervalMs)}, limit ${seconds(check.timeoutMs)}, ${check.failingStreak} failed in a row`,
        ),
        ...check.runs.map((run, index) => line(`check:${index}`, 'health', describeRun(run))),
      ]
    : []
  const rotation = log.maxSize === null ? 'without a limit of size' : `at most ${log.maxSize}`
  return [
    line('engine', 'state', shortenError(details.engineError)),
    ...checkLines,
    ...mounts.map(({ source, destination, readOnly }, index) =>
      line(`mount:${index}`, 'state', `${source} is mounted at ${destination}${readOnly ? ', read-only' : ''}`),
    ),
    ...(details.hasReadOnlyRoot ? [line('root', 'state', 'its own file system is read-only')] : []),
    line('command', 'state', `runs “${details.command}”${details.user === '' ? '' : ` as user ${details.user}`}`),
    line('policy', 'state', `restart policy: ${details.restartPolicy || 'no'}`),
    ...(wantedPorts.length === 0 ? [] : [line('ports', 'state', `wants ${plural('port', wantedPorts)}`)]),
    ...(envNames.length === 0 ? [] : [line('environment', 'state', `has the settings ${envNames.join(', ')}`)]),
    ...(hasImage === false ? [line('image', 'state', 'its image is not on this machine any more')] : []),
    line('log-options', 'state', `log driver ${log.driver}, ${rotation}`),
  ]
}

/** The engine has no code for a check that it ended itself. */
function describeRun({ exitCode, output }: HealthRun): string {
  const end = exitCode < 0 ? 'health check failed' : `health check ended with code ${exitCode}`
  return output.trim() === '' ? `${end} and said nothing` : `${end}: ${output}`
}

/** Without the layers that an error has come through: what is wrong stands at its end. */
function shortenError(error: string): string {
  return error
    .replace(/^.*(?:container process|during container init|(?:OCI runtime|runc) create failed): /s, '')
    .replace(/: unknown$/, '')
}

const seconds = (ms: number) => `${Math.round(ms / 100) / 10} s`
const plural = (word: string, all: readonly number[]) => `${all.length === 1 ? word : `${word}s`} ${all.join(', ')}`

function describeUsage({ cpuPercent, memoryBytes, memoryLimitBytes }: Usage): string {
  const share = memoryLimitBytes === null ? '' : ` of ${describeBytes(memoryLimitBytes)} that it may take`
  const busy = cpuPercent === null ? '' : `processor ${Math.round(cpuPercent)} % of one core, `
  return `${busy}memory ${describeBytes(memoryBytes)}${share}`
}

function describePast(past: Target['past']): KeyedLine[] {
  const known = past.filter(({ memoryBytes }) => memoryBytes !== null)
  const [first] = known
  const last = known.at(-1)
  if (!first || !last || first === last) return []
  const minutes = describeSpan((last.at.getTime() - first.at.getTime()) / 1000)
  const text = `memory went from ${describeBytes(first.memoryBytes ?? 0)} to ${describeBytes(last.memoryBytes ?? 0)} in ${minutes}`
  return [line('past', 'history', text)]
}

function describeSibling(container: Container, clock: Clockface): KeyedLine {
  const needs = readDependencies(container)
  const ports = container.publishedPorts.length === 0 ? '' : `; holds ${plural('port', container.publishedPorts)}`
  const links = needs.length === 0 ? '' : `; needs ${needs.join(', ')}`
  return line(
    `sibling:${container.id}`,
    'state',
    `${container.name}: ${describeState(container, clock)}${ports}${links}`,
  )
}

function describeMachine({ machine }: Facts): KeyedLine[] {
  if (!machine) return []
  const { cpu, memory, disks, temperature } = machine.snapshot
  const shares = memory.kind === 'ok' ? memoryShares(memory.value) : null
  return [
    ...(disks.kind === 'ok'
      ? disks.value.disks.flatMap((disk) => [
          line(
            `disk:${disk.mount}`,
            'machine',
            `disk ${disk.mount}: ${Math.floor(diskPercent(disk))} % full, ${describeBytes(disk.freeBytes)} free`,
          ),
          ...(disk.inodesPercent === null
            ? []
            : [
                line(
                  `inodes:${disk.mount}`,
                  'machine',
                  `disk ${disk.mount}: ${Math.floor(disk.inodesPercent)} % of its files used`,
                ),
              ]),
        ])
      : []),
    ...(memory.kind === 'ok' && shares
      ? [
          line(
            'memory',
            'machine',
            `machine: memory ${Math.floor(shares.memory)} % used${shares.swap === null ? '' : `, swap ${Math.floor(shares.swap)} %`}`,
          ),
        ]
      : []),
    ...(cpu.kind === 'ok'
      ? [line('load', 'machine', `machine: load ${cpu.value.load[0].toFixed(1)} on ${cpu.value.cores} cores`)]
      : []),
    ...(temperature.kind === 'ok'
      ? [line('temperature', 'machine', `machine: ${Math.floor(temperature.value)} °C`)]
      : []),
  ]
}

function describeBot({ machine, request, providers }: Facts): KeyedLine[] {
  if (request.subject.kind !== 'bot') return []
  const bot = machine?.snapshot.bot
  const troubles = providers.map(({ provider, calls, failed, lastCode }) =>
    line(
      `provider:${provider}`,
      'history',
      `${provider}: ${failed} of the last ${calls} calls failed${lastCode === null ? '' : ` (${lastCode})`}`,
    ),
  )
  if (bot?.kind !== 'ok') return troubles
  const { spend, failedRuns, lastReadyAt } = bot.value
  const money = (now: number, cap: number) => `$${now.toFixed(2)} of $${cap.toFixed(2)}`
  return [
    line('spend-day', 'stats', `spent today: ${money(spend.todayUsd, spend.dailyCapUsd)}`),
    line('spend-month', 'stats', `spent this month: ${money(spend.monthUsd, spend.monthlyCapUsd)}`),
    line(
      'work',
      'stats',
      `carousels that failed in 24 h: ${failedRuns}; last one ready ${lastReadyAt?.toISOString() ?? 'never'}`,
    ),
    ...troubles,
  ]
}

import type { Facts, Sibling, Target } from '../../../ops/diagnose/facts.ts'
import { readDependencies } from '../../../ops/diagnose/facts.ts'
import type { Cause } from '../../../ops/diagnose/types.ts'
import type { Finding } from '../../../ops/rules.ts'
import { ok } from '../../../ops/snapshot/reading.ts'
import type { Snapshot } from '../../../ops/snapshot/snapshot.ts'
import { type Container, parseContainer } from '../../../src/docker/container.ts'
import { type ContainerDetails, type PastEvent, parseDetails } from '../../../src/docker/details.ts'
import { describeContainer } from '../../support/docker-server.ts'
import { finding, NOW, snapshotWith } from '../sample-snapshot.ts'

/** Facts as they are collected, of a machine on which all is well but for what is given. */

const MANAGED = { 'nexus.managed': 'true' }

let made = 0

/** Running for an hour, without a health check. */
export function container(name: string, more: Partial<Container> = {}): Container {
  made += 1
  const id = made.toString(16).padStart(64, '0')
  return { ...parseContainer(describeContainer(id, name)), startedAt: ago(3_600), ...more }
}

export const ago = (seconds: number) => new Date(NOW.getTime() - seconds * 1000)

/** Ended `seconds` ago, after it ran for `ranSeconds`. */
export function ended(exitCode: number, ranSeconds = 2, seconds = 30): Partial<Container> {
  return { state: 'exited', exitCode, startedAt: ago(seconds + ranSeconds), finishedAt: ago(seconds) }
}

const DETAILS = parseDetails({
  Path: '/usr/local/bin/app',
  Args: ['--serve'],
  Image: `sha256:${'1'.repeat(64)}`,
  Mounts: [],
  State: { Error: '' },
  Config: { Env: ['PATH=/bin', 'TZ=UTC'], User: '' },
  HostConfig: { NetworkMode: 'bridge', RestartPolicy: { Name: 'no' }, LogConfig: { Type: 'json-file', Config: {} } },
  NetworkSettings: { Networks: {} },
})

/** Up again for `seconds`, after an end a second before that. */
export function again(seconds = 60, more: Partial<Container> = {}): Partial<Container> {
  return { health: 'healthy', startedAt: ago(seconds), finishedAt: ago(seconds + 1), ...more }
}

/** More to do than the machine can, and memory enough. */
export const BUSY = { cpu: ok({ percent: 99, cores: 2, load: [6.8, 6.8, 6.8] as [number, number, number] }) }

type Check = NonNullable<ContainerDetails['check']>
export function check(runs: readonly [exitCode: number, output: string][], more: Partial<Check> = {}): Check {
  return {
    command: 'curl -f http://localhost/',
    intervalMs: 30_000,
    timeoutMs: 5_000,
    startPeriodMs: 0,
    retries: 3,
    failingStreak: runs.length,
    runs: runs.map(([exitCode, output]) => ({ at: ago(10), exitCode, output })),
    ...more,
  }
}

export const event = (action: string, seconds: number, more: Partial<PastEvent> = {}): PastEvent => ({
  at: ago(seconds),
  action,
  exitCode: null,
  signal: null,
  ...more,
})

export type Case = {
  container?: Partial<Container>
  details?: Partial<ContainerDetails>
  log?: readonly string[]
  target?: Partial<Target>
  siblings?: readonly Container[]
  findings?: readonly Partial<Finding>[]
  snapshot?: Partial<Snapshot>
  providers?: Facts['providers']
  dockerSilent?: string
  subject?: 'machine' | 'bot'
}

/** `actions`: "start app, stop app"; empty where none is right. */
export type Row = [what: string, cause: Cause, actions: string, given: Case]

export function facts(given: Case): Facts {
  const own = container('app', { labels: MANAGED, ...given.container })
  const findings = (given.findings ?? []).map((one) => finding({ severity: 'critical', subject: 'app', ...one }))
  const siblings: Sibling[] = (given.siblings ?? []).map((one) => ({
    container: one,
    dependsOn: readDependencies(one),
  }))
  const target: Target = {
    container: own,
    needs: readDependencies(own),
    details: { ...DETAILS, ...given.details },
    usage: null,
    log: given.log ? { lines: given.log, cut: false } : null,
    before: null,
    logBytesPerSecond: null,
    events: [],
    wasStopped: false,
    hasImage: true,
    goneMounts: [],
    past: [],
    ...given.target,
  }
  const subject = given.subject
    ? { kind: given.subject }
    : { kind: 'container' as const, name: own.name, containerId: own.id }
  return {
    request: { subject, findings, question: null },
    at: NOW,
    timeZone: 'Europe/Berlin',
    target: given.subject || given.dockerSilent ? null : target,
    siblings,
    machine: { snapshot: snapshotWith(given.snapshot), findings, fullInDays: new Map() },
    providers: given.providers ?? [],
    dockerSilent: given.dockerSilent === undefined ? null : { reason: given.dockerSilent, isSure: true },
    gaps: [],
  }
}

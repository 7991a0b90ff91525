import { execFile, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { Timing } from '../../ops/actions/watch.ts'
import type { Incident, IncidentListener, IncidentNews } from '../../ops/incidents/index.ts'
import { createDisksReader } from '../../ops/snapshot/disks.ts'
import { ok } from '../../ops/snapshot/reading.ts'
import { type App, closeApp, createApp } from '../../src/app.ts'
import { loadConfig } from '../../src/config.ts'
import { createLog } from '../../src/log.ts'
import { MANAGED, startEngine } from '../support/containers.ts'
import type { Container, Stage } from './scenario.ts'

/**
 * A real engine, the real monitor, incidents, diagnosis and actions on an embedded database. Only the machine is a calm
 * stand-in, so that the load of the evaluation itself is no finding.
 */

/** What people were told of one incident, and when; times in ms of this process. */
export type Told = { incident: Incident; toldAt: number; diagnosedAt: number | null; messages: number }

export type World = {
  app: App
  stageFor(prefix: string): Stage
  /** The newest incident that this container, or mount, belongs to. */
  findTold(subject: string): Told | null
  /** When the engine first said that it died, ran out of memory or became unhealthy. */
  findFaultAt(subject: string): number | null
  removeAll(prefix: string): Promise<void>
  close(): Promise<void>
}

const FAULTS = ['die', 'oom', 'health_status: unhealthy']

export async function startWorld(options: { timing?: Partial<Timing> } = {}): Promise<World> {
  const engine = await startEngine()
  const folder = mkdtempSync(join(tmpdir(), 'nexus-eval-'))
  const machine = createMachine(folder)
  const app = await openApp(folder, engine.host, machine, options.timing).catch(async (thrown) => {
    await engine.close()
    throw thrown
  })
  const told = new Map<string, Told>()
  const faults = new Map<string, number>()
  const events = spawn('docker', ['--host', engine.host, 'events', '--format', '{{json .}}'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  createInterface({ input: events.stdout }).on('line', (line) => noteFault(faults, line))
  const stopping = new AbortController()
  const errands = new Set<Promise<void>>()
  const listener = createListener(app, told, errands, stopping.signal)
  const monitor = app.ops.monitor.start((observation) => app.ops.incidents.observe(observation, listener))
  const docker = async (...args: string[]) => (await run('docker', ['--host', engine.host, ...args])).stdout.trim()
  return {
    app,
    stageFor: (prefix) => createStage({ prefix, docker, machine, folder: join(folder, prefix) }),
    findTold: (subject) =>
      told.values().find(({ incident }) => incident.subject === subject || has(incident, subject)) ?? null,
    findFaultAt: (subject) => faults.get(subject) ?? null,
    removeAll: async (prefix) => {
      const names = (await docker('ps', '--all', '--format', '{{.Names}}')).split('\n')
      const own = names.filter((name) => name.startsWith(`${prefix}-`))
      if (own.length > 0) await docker('rm', '--force', '--volumes', ...own)
      await machine.unmount()
    },
    close: async () => {
      await monitor.stop()
      stopping.abort()
      await Promise.allSettled(errands)
      events.kill()
      await machine.unmount()
      await closeApp(app)
      await engine.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

const run = promisify(execFile)
const has = ({ members }: Incident, subject: string) => members.some((member) => member.subject === subject)

function noteFault(faults: Map<string, number>, line: string): void {
  const event = JSON.parse(line) as { Action?: string; Actor?: { Attributes?: { name?: string } }; timeNano?: number }
  const name = event.Actor?.Attributes?.name
  if (name !== undefined && FAULTS.includes(event.Action ?? '') && !faults.has(name))
    faults.set(name, (event.timeNano ?? 0) / 1e6)
}

/** As the bot does it: whoever is told of something is told why, a moment later. */
function createListener(app: App, told: Map<string, Told>, errands: Set<Promise<void>>, signal: AbortSignal) {
  const listener: IncidentListener = async (_tx, news) => () => {
    for (const incident of listIncidents(news)) {
      const before = told.get(incident.id)
      const now = Date.now()
      told.set(incident.id, {
        incident,
        toldAt: before?.toldAt ?? now,
        diagnosedAt: before?.diagnosedAt ?? (incident.diagnosis === null ? null : now),
        messages: (before?.messages ?? 0) + ('tell' in news && news.tell === 'message' ? 1 : 0),
      })
      if (incident.diagnosis !== null || incident.status === 'resolved') continue
      if (!('tell' in news) || news.tell === 'nothing') continue
      const errand = app.ops.incidents.diagnose(incident.id, listener, signal).catch(() => undefined)
      errands.add(errand)
      void errand.finally(() => errands.delete(errand))
    }
  }
  return listener
}

function listIncidents(news: IncidentNews): readonly Incident[] {
  if (news.kind === 'digest') return news.incidents
  return news.kind === 'merged' ? [news.into] : [news.incident]
}

type Machine = ReturnType<typeof createMachine>

/** A machine at rest, to which a disk can be added that is as real as any other. */
function createMachine(folder: string) {
  const mountInfoFile = join(folder, 'mountinfo')
  const disk = join(folder, 'disk')
  const readDisks = createDisksReader({ mountInfoFile })
  let mounted = false
  writeFileSync(mountInfoFile, '')
  return {
    readDisks: async () => (mounted ? readDisks() : ok({ disks: [], silent: [] })),
    mount: async (bytes: number) => {
      mkdirSync(disk, { recursive: true })
      await run('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', disk])
      writeFileSync(mountInfoFile, `40 1 8:99 / ${disk} rw - ext4 /dev/sdz rw\n`)
      mounted = true
      return disk
    },
    unmount: async () => {
      if (!mounted) return
      mounted = false
      await run('umount', [disk])
    },
  }
}

async function openApp(folder: string, host: string, machine: Machine, timing: Partial<Timing> = {}): Promise<App> {
  const config = loadConfig({
    TELEGRAM_BOT_TOKEN: '100000001:test-token-that-is-long-enough',
    NEXUS_OWNER_IDS: '1001',
    NEXUS_DATA_DIR: join(folder, 'data'),
    NEXUS_SCHEDULE: 'off',
    DOCKER_HOST: host,
  })
  const GB = 1e9
  return createApp(config, {
    log: createLog({ level: 'silent', redact: (text) => text }),
    ops: {
      timing,
      probes: {
        cpu: async () => ok({ percent: 10, cores: 4, load: [0.2, 0.2, 0.2] }),
        memory: async () =>
          ok({ totalBytes: 4 * GB, availableBytes: 3 * GB, swapTotalBytes: 2 * GB, swapFreeBytes: 2 * GB }),
        disks: machine.readDisks,
        temperature: async () => ok(45),
        units: async () => ok([]),
        network: async () => ok({ interfaces: ['eth0'], receivedPerSecond: 0, sentPerSecond: 0 }),
      },
    },
  })
}

type StageDeps = { prefix: string; folder: string; docker: Stage['docker']; machine: Machine }

function createStage({ prefix, folder, docker, machine }: StageDeps): Stage {
  mkdirSync(folder, { recursive: true })
  const fullName = (short: string) => `${prefix}-${short}`
  return {
    folder,
    fullName,
    docker,
    pause: (ms) => pause(ms),
    mountDisk: machine.mount,
    run: async (short, { script, labels = {}, networkOf, unmanaged, args = [] }: Container = {}) => {
      const all = { ...(unmanaged ? {} : MANAGED), ...labels }
      const marks = Object.entries(all).flatMap(([key, value]) => ['--label', `${key}=${value}`])
      const network = networkOf === undefined ? 'none' : `container:${fullName(networkOf)}`
      const command = script === undefined ? [] : ['/bin/sh', '-c', script]
      const own = ['--name', fullName(short), '--network', network, ...marks, ...args]
      // A refusal of the engine is the fault itself.
      await docker('run', '--detach', ...own, 'nexus-test-app', ...command).catch(() => '')
    },
  }
}

import { createHash } from 'node:crypto'
import type { Finding } from '../../ops/rules.ts'
import type { SeenContainer } from '../../ops/snapshot/containers.ts'
import { ok } from '../../ops/snapshot/reading.ts'
import type { Snapshot } from '../../ops/snapshot/snapshot.ts'
import { readWatchLabels } from '../../ops/watch-labels.ts'

export const NOW = new Date('2026-11-22T12:00:00Z')
export const GB = 1_000_000_000

type Disk = Extract<Snapshot['disks'], { kind: 'ok' }>['value']['disks'][number]

/** `percent` of 100 GB, as df counts. */
export function diskAt(percent: number, mount = '/'): Disk {
  return {
    mount,
    type: 'ext4',
    totalBytes: 100 * GB,
    usedBytes: percent * GB,
    freeBytes: (100 - percent) * GB,
    inodesPercent: 10,
  }
}

export const BOT = {
  updatesWaiting: 0,
  outboxWaiting: 0,
  outboxRefused: 0,
  runs: { awaiting_review: 2, delivered: 40 },
  lastReadyAt: new Date('2026-11-22T10:30:00Z'),
  lastGenerationSeconds: 61,
  openGenerationSeconds: null,
  failedRuns: 0,
  failedInRow: 0,
  rhythm: { periodSeconds: 86_400, since: new Date('2026-11-01T18:30:00Z') },
  spend: { todayUsd: 0.12, monthUsd: 3.4, dailyCapUsd: 5, monthlyCapUsd: 60 },
}

/** A container that has run well for a day, but for what is given. */
export function containerWith({
  labels = {},
  ...parts
}: Partial<SeenContainer> & { labels?: Record<string, string> }): SeenContainer {
  const name = parts.name ?? 'web'
  return {
    id: createHash('sha256').update(name).digest('hex'),
    name,
    image: 'app:1',
    imageId: 'sha256:1',
    state: 'running',
    health: 'none',
    restarts: 0,
    finished: false,
    exitCode: 0,
    oomKilled: false,
    failedToStart: false,
    createdAt: new Date(NOW.getTime() - 30 * 86_400_000),
    startedAt: new Date(NOW.getTime() - 86_400_000),
    finishedAt: null,
    cpuPercent: 1.5,
    memoryBytes: 60_000_000,
    memoryLimitBytes: null,
    watch: readWatchLabels(labels),
    tty: false,
    ...parts,
  }
}

/** A machine on which all is well, but for what is given. */
export function snapshotWith(parts: Partial<Snapshot> = {}): Snapshot {
  return {
    takenAt: NOW,
    tookMs: 512,
    cpu: ok({ percent: 12.4, cores: 4, load: [0.42, 0.5, 0.61] }),
    memory: ok({ totalBytes: 4 * GB, availableBytes: 2.2 * GB, swapTotalBytes: 2 * GB, swapFreeBytes: 1.9 * GB }),
    disks: ok({ disks: [diskAt(42), diskAt(17, '/mnt/backup')], silent: [] }),
    temperature: ok(52.3),
    uptime: ok({ machineSeconds: 273_600, botSeconds: 7_260 }),
    network: ok({ interfaces: ['eth0'], receivedPerSecond: 12_400, sentPerSecond: 3_100 }),
    units: ok([]),
    containers: ok([
      containerWith({ name: 'nexus-n8n', health: 'healthy' }),
      containerWith({ name: 'nightly-backup', state: 'exited', finished: true }),
    ]),
    database: ok({
      kind: 'postgres',
      version: '17.11',
      sizeBytes: 48_000_000,
      connections: { used: 3, max: 100 },
      longestQuerySeconds: null,
      lastVacuumAt: new Date('2026-11-22T03:10:00Z'),
    }),
    bot: ok(BOT),
    backup: ok({ at: new Date('2026-11-22T02:00:00Z'), verified: true }),
    ...parts,
  }
}

export function finding(parts: Partial<Finding> = {}): Finding {
  const since = new Date(NOW.getTime() - 3_600_000)
  return { rule: 'disk', severity: 'warning', subject: '/', words: 'Disk {} is 84 % full', value: 84, since, ...parts }
}

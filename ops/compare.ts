import {
  findBeginning,
  findLastImageChange,
  findLastUpgrade,
  findVersionAt,
  listImagesAt,
  type Version,
} from '../src/db/history.ts'
import { findMoment } from '../src/db/moments.ts'
import type { Queryable } from '../src/transaction.ts'
import type { HealthReport } from './health.ts'
import type { Finding } from './rules.ts'
import { parseFindings } from './samples.ts'
import { diskPercent } from './snapshot/disks.ts'
import { memoryShares } from './snapshot/machine.ts'
import type { Reading } from './snapshot/reading.ts'

/** What is different now from then. */

export const COMPARED_WITH = ['hour', 'day', 'deploy'] as const
export type ComparedWith = (typeof COMPARED_WITH)[number]

export type Figures = { cpu: number | null; memory: number | null; swap: number | null; temperature: number | null }
export type ContainerThen = { state: string; restarts: number; image: string | null }
export type Moment = {
  at: Date
  figures: Figures
  disks: ReadonlyMap<string, { percent: number; usedBytes: number }>
  /** Null when nobody could tell. */
  containers: ReadonlyMap<string, ContainerThen> | null
  findings: readonly Finding[]
  version: Version | null
}

export type Change<T> = { before: T; after: T }
export type Comparison = {
  than: Date
  now: Date
  figures: { name: keyof Figures; before: number; after: number }[]
  disks: { mount: string; before: number; after: number; grownBytes: number }[]
  containers: {
    appeared: string[]
    gone: string[]
    changed: ({ name: string } & Change<string>)[]
    restarted: { name: string; times: number }[]
    images: ({ name: string } & Change<string>)[]
  }
  begun: Finding[]
  over: Finding[]
  version: Change<Version> | null
}

export type Compared =
  | { kind: 'compared'; comparison: Comparison; deploy: Deploy | null }
  /** `knownFrom`: the bot is younger than that, and can tell from then on; null when it was away, or nobody knows. */
  | { kind: 'nothing-then'; at: Date; knownFrom: Date | null }
  | { kind: 'no-deploy' }

/** What was deployed: a version of the bot, or a container's image. */
export type Deploy = {
  at: Date
  what: { kind: 'bot'; version: Version } | { kind: 'container'; name: string; image: string }
}

const HOUR_MS = 3_600_000
const AGO_MS = { hour: HOUR_MS, day: 24 * HOUR_MS } as const
/** A sample that is further off says how it was at another time. */
const NEAR_SECONDS = 600
/** The moment before a deploy. */
const BEFORE_DEPLOY_MS = 2 * 60_000

export async function compare(
  db: Queryable,
  { report, version, wish }: { report: HealthReport; version: Version; wish: ComparedWith },
): Promise<Compared> {
  const now = report.snapshot.takenAt
  const deploy = wish === 'deploy' ? await findDeploy(db) : null
  if (wish === 'deploy' && !deploy) return { kind: 'no-deploy' }
  const at = deploy
    ? new Date(deploy.at.getTime() - BEFORE_DEPLOY_MS)
    : new Date(now.getTime() - AGO_MS[wish === 'hour' ? 'hour' : 'day'])
  const before = await readMoment(db, at)
  if (!before) return { kind: 'nothing-then', at, knownFrom: deploy ? null : await findKnownFrom(db, at, now) }
  const after = toMoment(report, version)
  return { kind: 'compared', comparison: compareMoments(before, after), deploy }
}

/** The first start, as far ahead as `at` is behind. */
async function findKnownFrom(db: Queryable, at: Date, now: Date): Promise<Date | null> {
  const begunAt = await findBeginning(db)
  return begunAt && begunAt > at ? new Date(begunAt.getTime() + now.getTime() - at.getTime()) : null
}

/** The newest of either kind. */
async function findDeploy(db: Queryable): Promise<Deploy | null> {
  const upgrade = await findLastUpgrade(db)
  const image = await findLastImageChange(db)
  const all: Deploy[] = []
  if (upgrade) all.push({ at: upgrade.at, what: { kind: 'bot', version: upgrade } })
  if (image) all.push({ at: image.at, what: { kind: 'container', name: image.name, image: image.image } })
  return all.sort((a, b) => b.at.getTime() - a.at.getTime())[0] ?? null
}

async function readMoment(db: Queryable, at: Date): Promise<Moment | null> {
  const stored = await findMoment(db, at, NEAR_SECONDS)
  if (!stored) return null
  const { minute, cpuPercent, memoryPercent, swapPercent, temperatureC } = stored
  const images = await listImagesAt(db, minute)
  const containers = Object.entries(stored.containers).map(
    ([name, [, , , restarts, state = 'running']]): [string, ContainerThen] => [
      name,
      { state, restarts, image: images.get(name) ?? null },
    ],
  )
  const disks = Object.entries(stored.disks).flatMap(
    ([mount, { used, free }]): [string, { percent: number; usedBytes: number }][] =>
      used + free > 0 ? [[mount, { percent: (100 * used) / (used + free), usedBytes: used }]] : [],
  )
  return {
    at: minute,
    figures: { cpu: cpuPercent, memory: memoryPercent, swap: swapPercent, temperature: temperatureC },
    disks: new Map(disks),
    containers: containers.length > 0 ? new Map(containers) : null,
    findings: parseFindings(stored.findings),
    version: await findVersionAt(db, minute),
  }
}

function toMoment({ snapshot, findings }: HealthReport, version: Version): Moment {
  const memory = given(snapshot.memory)
  const shares = memory && memoryShares(memory)
  const containers = given(snapshot.containers)
  return {
    at: snapshot.takenAt,
    figures: {
      cpu: given(snapshot.cpu)?.percent ?? null,
      memory: shares?.memory ?? null,
      swap: shares?.swap ?? null,
      temperature: given(snapshot.temperature),
    },
    disks: new Map(
      (given(snapshot.disks)?.disks ?? []).map((disk) => [
        disk.mount,
        { percent: diskPercent(disk), usedBytes: disk.usedBytes },
      ]),
    ),
    containers:
      containers &&
      new Map(
        containers.map(({ name, state, restarts, image, imageId }) => [
          name,
          { state, restarts, image: `${image}\n${imageId}` },
        ]),
      ),
    findings,
    version,
  }
}

function given<T>(reading: Reading<T>): T | null {
  return reading.kind === 'ok' ? reading.value : null
}

const FIGURES = ['cpu', 'memory', 'swap', 'temperature'] as const

/** Pure. What nobody knew then, or knows now, is left out. */
export function compareMoments(before: Moment, after: Moment): Comparison {
  const figures = FIGURES.flatMap((name) => {
    const [then, now] = [before.figures[name], after.figures[name]]
    return then === null || now === null ? [] : [{ name, before: then, after: now }]
  })
  const disks = [...after.disks].flatMap(([mount, now]) => {
    const then = before.disks.get(mount)
    if (!then) return []
    return [{ mount, before: then.percent, after: now.percent, grownBytes: now.usedBytes - then.usedBytes }]
  })
  const has = (findings: readonly Finding[], one: Finding) =>
    findings.some(({ rule, subject }) => rule === one.rule && subject === one.subject)
  const isSame =
    before.version === null || after.version === null || describe(before.version) === describe(after.version)
  return {
    than: before.at,
    now: after.at,
    figures,
    disks,
    containers: compareContainers(before.containers, after.containers),
    begun: after.findings.filter((one) => !has(before.findings, one)),
    over: before.findings.filter((one) => !has(after.findings, one)),
    version: isSame || !before.version || !after.version ? null : { before: before.version, after: after.version },
  }
}

function describe({ version, commit }: Version): string {
  return `${version} ${commit ?? ''}`
}

function compareContainers(before: Moment['containers'], after: Moment['containers']): Comparison['containers'] {
  const found: Comparison['containers'] = { appeared: [], gone: [], changed: [], restarted: [], images: [] }
  if (!before || !after) return found
  for (const name of before.keys()) if (!after.has(name)) found.gone.push(name)
  for (const [name, now] of after) {
    const then = before.get(name)
    if (!then) {
      found.appeared.push(name)
      continue
    }
    if (then.state !== now.state) found.changed.push({ name, before: then.state, after: now.state })
    if (now.restarts > then.restarts) found.restarted.push({ name, times: now.restarts - then.restarts })
    if (then.image !== null && now.image !== null && then.image !== now.image)
      found.images.push({ name, before: imageName(then.image), after: imageName(now.image) })
  }
  return found
}

function imageName(image: string): string {
  return image.split('\n')[0] ?? ''
}

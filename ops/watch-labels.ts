import { type LinePattern, readLinePattern } from './line-pattern.ts'

/** What a container's own labels say about how it wants to be watched. Labels are anybody's words: what makes no sense is not there. */

export type WatchLabels = {
  /** Of one core, as `docker stats` counts: 200 is two cores. Null without the label. */
  cpuPercent: number | null
  /** Of its limit, or of the machine where it has none. Null without the label. */
  memoryPercent: number | null
  log: LogWatch | null
  /** Names of containers, or of services of the same compose project. */
  dependsOn: readonly string[]
  project: string | null
  service: string | null
  /** It has a label by the name of a field of the engine's events, which hides the real one there. */
  hidesEventFields: boolean
}

/** `lines` that match within `minutes` make a finding. */
export type LogWatch = { pattern: LinePattern; lines: number; minutes: number }

const MAX_CPU_PERCENT = 100_000
const MAX_DEPENDENCIES = 32
const MAX_NAME_CHARS = 128
const DEFAULT_RATE = { lines: 1, minutes: 5 }
const MAX_RATE = { lines: 1_000, minutes: 60 }

export function readWatchLabels(labels: Readonly<Record<string, string>>): WatchLabels {
  const get = (name: string) => (Object.hasOwn(labels, name) ? (labels[name] ?? null) : null)
  return {
    cpuPercent: readPercent(get('nexus.cpu-percent'), MAX_CPU_PERCENT),
    memoryPercent: readPercent(get('nexus.memory-percent'), 100),
    log: readLogWatch(get('nexus.log-pattern'), get('nexus.log-rate')),
    dependsOn: readDependencies(get('nexus.depends-on'), get('com.docker.compose.depends_on')),
    project: get('com.docker.compose.project'),
    service: get('com.docker.compose.service'),
    hidesEventFields: Object.hasOwn(labels, 'exitCode') || Object.hasOwn(labels, 'signal'),
  }
}

function readPercent(text: string | null, max: number): number | null {
  const found = /^\s*(\d{1,6}(?:\.\d{1,3})?)\s*%?\s*$/.exec(text ?? '')?.[1]
  const value = Number(found)
  return found !== undefined && value > 0 && value <= max ? value : null
}

function readLogWatch(pattern: string | null, rate: string | null): LogWatch | null {
  const read = readLinePattern(pattern ?? '')
  return read === null ? null : { pattern: read, ...readRate(rate) }
}

/** "5/10": five lines in ten minutes. */
function readRate(text: string | null): Pick<LogWatch, 'lines' | 'minutes'> {
  const found = /^\s*(\d{1,4})\s*\/\s*(\d{1,2})\s*(?:m|min)?\s*$/.exec(text ?? '')
  if (!found) return DEFAULT_RATE
  const lines = Number(found[1])
  const minutes = Number(found[2])
  if (lines < 1 || lines > MAX_RATE.lines || minutes < 1 || minutes > MAX_RATE.minutes) return DEFAULT_RATE
  return { lines, minutes }
}

/** Compose writes "db:service_healthy:true,cache:service_started:false". */
function readDependencies(own: string | null, compose: string | null): string[] {
  const names = [own ?? '', compose ?? ''].flatMap((text) => text.slice(0, 8_192).split(','))
  const clean = names.map((name) => (name.split(':')[0] ?? '').trim().replace(/^\//, ''))
  return [...new Set(clean.filter((name) => name !== '' && name.length <= MAX_NAME_CHARS))].slice(0, MAX_DEPENDENCIES)
}

type Named = { name: string; watch: Pick<WatchLabels, 'dependsOn' | 'project' | 'service'> }

/** Name of a container → names of those that it depends on, as far as they are there; a service may have several. */
export function findDependencies(containers: readonly Named[]): Map<string, string[]> {
  const found = new Map<string, string[]>()
  for (const container of containers) {
    const { dependsOn, project } = container.watch
    const needed = dependsOn.flatMap((wanted) =>
      containers
        .filter(
          ({ name, watch }) =>
            name === wanted || (project !== null && watch.project === project && watch.service === wanted),
        )
        .map(({ name }) => name),
    )
    const others = [...new Set(needed)].filter((name) => name !== container.name)
    if (others.length > 0) found.set(container.name, others)
  }
  return found
}

import { diskPercent } from '../../snapshot/disks.ts'
import type { Snapshot } from '../../snapshot/snapshot.ts'
import { describeBytes } from '../../words.ts'
import type { Candidate, Rule } from '../candidate.ts'
import type { Facts } from '../facts.ts'
import type { SuggestedAction } from '../types.ts'
import { keysOf, quote, searchChecks, searchLog, trustLog } from './search.ts'

/** Disks that are full, file systems that may not be written, logs that fill them. */

/** As the rule says (docs/health.md); a disk is as good as full from here on. */
const FULL_PERCENT = 90
const INODES_PERCENT = 90
const NO_SPACE =
  /no space left on device|\bENOSPC\b|disk quota exceeded|\bEDQUOT\b|(?:database or )?disk is full|out of disk space/i
/** The same words for another limit. */
const NOT_THE_DISK = /file watchers|inotify|shared memory/i

type Full = Extract<Snapshot['disks'], { kind: 'ok' }>['value']['disks'][number]

function findFullDisks({ machine }: Facts): Full[] {
  const disks = machine?.snapshot.disks
  return disks?.kind === 'ok' ? disks.value.disks.filter((disk) => diskPercent(disk) >= FULL_PERCENT) : []
}

function findFullInodes({ machine }: Facts): string[] {
  const disks = machine?.snapshot.disks
  if (disks?.kind !== 'ok') return []
  return disks.value.disks
    .filter(({ inodesPercent }) => (inodesPercent ?? 0) >= INODES_PERCENT)
    .map(({ mount }) => mount)
}

const MAKE_ROOM: SuggestedAction[] = [
  { kind: 'prune-images', containerName: null, why: 'Images that nothing uses are often the most of it.' },
  { kind: 'prune-build-cache', containerName: null, why: 'It is made again when it is needed.' },
  { kind: 'clear-outputs', containerName: null, why: 'Old carousels and caches of mine.' },
]
const ROOM = 'Set a size limit for logs (max-size), and clear old images and backups on a schedule.'

export const ruleDisk: Rule = (facts) => {
  const { request, target } = facts
  const found = request.findings.filter(({ rule }) => rule === 'disk')
  const full = findFullDisks(facts)
  const inodes = findFullInodes(facts)
  const about = request.subject.kind === 'machine'
  if (target) return ruleNoSpace(facts, full, inodes)
  if (!about) return []
  const disk = full.find(({ mount }) => found.some(({ subject }) => subject === mount)) ?? full[0]
  const mount = found[0]?.subject ?? disk?.mount
  const told = request.findings.findIndex(({ rule }) => rule === 'disk')
  return [
    ...(mount === undefined ? [] : [diskFull(facts, mount, disk, `finding:${told}`)]),
    ...request.findings.flatMap(({ rule, subject }, index) =>
      rule === 'inodes' ? [inodesFull(subject, 0.92, [`finding:${index}`, `inodes:${subject}`])] : [],
    ),
    ...(inodes[0] === undefined || mount !== undefined ? [] : [inodesFull(inodes[0], 0.85, [`inodes:${inodes[0]}`])]),
  ]
}

/** Above it what is left is of no use to anybody. */
const NOTHING_LEFT = 99.5

/** `told`: the key of what the rules say. Its percentage stands above the diagnosis, so that it is not said again. */
function diskFull(facts: Facts, mount: string, disk: Full | undefined, told: string): Candidate {
  const isDockers = holdsDocker(facts, mount)
  const left =
    disk === undefined
      ? 'is nearly full'
      : diskPercent(disk) >= NOTHING_LEFT
        ? 'has no room left: what writes there fails'
        : `has ${describeBytes(disk.freeBytes)} left`
  return {
    cause: 'disk-full',
    weight: 0.93,
    severity: 'critical',
    summary: `${quote(mount)} ${left}.`,
    rootCause: isDockers
      ? `Old images, logs without a limit and backups are the usual ones: “docker system df” shows what Docker has, ${describeSearch(mount)} the rest. At 100 % databases stop writing.`
      : `Docker keeps nothing of its own there, so what it can clear does not help. ${describeSearch(mount)} shows what takes the room: remove what is old, or move it.`,
    rests: disk === undefined ? [told] : [`disk:${mount}`],
    actions: isDockers ? MAKE_ROOM : [],
    prevention: isDockers ? ROOM : 'Give what writes there a limit, and let it delete what is old.',
  }
}

/** Where Docker keeps images and logs, unless somebody has moved that; the bot lives on the same disk as a rule. */
const DOCKERS_FOLDER = '/var/lib/docker'

/** Room made on one disk does not help another one. */
function holdsDocker({ machine }: Facts, mount: string): boolean {
  const disks = machine?.snapshot.disks
  const mounts = disks?.kind === 'ok' ? disks.value.disks.map((disk) => disk.mount) : [mount, '/']
  const around = mounts.filter((one) => `${DOCKERS_FOLDER}/`.startsWith(one.endsWith('/') ? one : `${one}/`))
  return around.toSorted((a, b) => b.length - a.length)[0] === mount
}

/** To be typed as it stands; a name that a shell would read otherwise is left to the reader. */
function describeSearch(mount: string): string {
  const path = /^[\w./-]+$/.test(mount) ? mount : 'FOLDER'
  return `“sudo du -xh --max-depth=2 ${path} | sort -h | tail -20”`
}

function inodesFull(mount: string, weight: number, rests: string[]): Candidate {
  return {
    cause: 'inodes-full',
    weight,
    severity: 'critical',
    summary: `Disk ${quote(mount)} cannot hold more files, although it has room.`,
    rootCause:
      'Millions of small files have used up its inodes: a cache, sessions or a mail queue. “find / -xdev -type f | cut -d/ -f2-4 | sort | uniq -c | sort -n” shows where; delete those.',
    rests,
    prevention: 'Let what makes small files also delete the old ones.',
  }
}

function ruleNoSpace(facts: Facts, full: readonly Full[], inodes: readonly string[]): Candidate[] {
  const hits = [...searchLog(facts, NO_SPACE, NOT_THE_DISK)]
  const checks = searchChecks(facts, NO_SPACE)
  if (!facts.target || hits.length + checks.length === 0) return []
  const { name } = facts.target.container
  const trust = Math.max(trustLog(facts, hits), checks.length > 0 ? 0.95 : 0)
  const said = [...keysOf(hits, 2), ...keysOf(checks, 1), 'state']
  const [mount] = inodes
  if (mount !== undefined && full.length === 0) return [inodesFull(mount, 0.93 * trust, [...said, `inodes:${mount}`])]
  const disk = full.find((one) => holdsDocker(facts, one.mount)) ?? full[0]
  const where = disk
    ? `The disk of the machine is full (${quote(disk.mount)}).`
    : 'The disks of the machine have room: what is full is a volume of its own, or a limit that it was given.'
  return [
    {
      cause: 'disk-full',
      weight: (disk ? 0.96 : 0.9) * trust,
      severity: 'critical',
      summary: `${quote(name)} cannot write: there is no space left.`,
      rootCause: `${where} A restart does not make room: ${disk ? 'clear something first' : 'clear or enlarge that volume'}.`,
      rests: [...said, ...(disk ? [`disk:${disk.mount}`] : [])],
      actions: disk && holdsDocker(facts, disk.mount) ? MAKE_ROOM : [],
      prevention: ROOM,
    },
  ]
}

const READ_ONLY = /read-only file ?system|\bEROFS\b|readonly database|read-only database/i

export const ruleReadOnly: Rule = (facts) => {
  const { target } = facts
  const hits = searchLog(facts, READ_ONLY)
  const checks = searchChecks(facts, READ_ONLY)
  if (!target || hits.length + checks.length === 0) return []
  const { mounts = [], hasReadOnlyRoot = false } = target.details ?? {}
  const said = hits.map(({ text }) => text).join('\n')
  const index = mounts.findIndex(({ readOnly, destination }) => readOnly && said.includes(destination))
  const mount = mounts[index]
  const where = mount
    ? `${quote(mount.destination)} is mounted read-only. If it has to write there, take “:ro” off the mount.`
    : hasReadOnlyRoot
      ? 'Its own file system is read-only by its settings. Give it a volume or a tmpfs where it has to write.'
      : 'If nothing of it is meant to be read-only, the disk below has switched itself to read-only after errors: look at “dmesg”.'
  return [
    {
      cause: 'read-only',
      weight: 0.91 * Math.max(trustLog(facts, hits), checks.length > 0 ? 0.95 : 0),
      severity: 'critical',
      summary: `${quote(target.container.name)} wants to write where it may only read.`,
      rootCause: `${where} A restart does not help.`,
      rests: [...keysOf(hits, 2), ...keysOf(checks, 1), ...(mount ? [`mount:${index}`] : []), 'root', 'state'],
    },
  ]
}

/** Bytes a second: 20 kB are 1.7 GB a day. */
const FLOOD = 20_000
const TORRENT = 100_000

export const ruleLogFlood: Rule = (facts) => {
  const { target } = facts
  const flow = target?.logBytesPerSecond ?? 0
  if (!target || flow < FLOOD) return []
  const { log } = target.details ?? {}
  // The driver "local" has a limit of its own.
  const isBounded = log !== undefined && (log.maxSize !== null || log.driver === 'local' || log.driver === 'none')
  const { name } = target.container
  const daily = describeBytes(flow * 86_400)
  return [
    {
      cause: 'log-flood',
      weight: (flow >= TORRENT ? 0.86 : 0.74) - (isBounded ? 0.2 : 0),
      severity: 'warning',
      summary: `${quote(name)} floods its log: ${describeBytes(flow)} a second, ${daily} a day.`,
      rootCause: isBounded
        ? 'Its log has a limit of size, so the disk is safe; the lines that matter are pushed out within minutes. See what repeats, and lower its log level.'
        : 'Its log has no limit of size and will fill the disk. See what repeats, lower its log level, and give the log a limit.',
      rests: [
        'flow',
        'log-options',
        ...searchLog(facts, /./)
          .slice(-2)
          .map(({ key }) => key),
      ],
      actions: isBounded
        ? []
        : [{ kind: 'shrink-log', containerName: name, why: 'It gives back what the log has taken.' }],
      prevention: 'Set max-size and max-file for the logs of all containers in /etc/docker/daemon.json.',
    },
  ]
}

import { readFile, stat, statfs } from 'node:fs/promises'
import { createProbe, failed, ok, type Probe, type Reading } from './reading.ts'

/** Sizes in bytes; `freeBytes` is what may be used, without the part that is kept for root. */
export type Disk = {
  mount: string
  type: string
  totalBytes: number
  usedBytes: number
  freeBytes: number
  /** Null where the file system has no fixed number of them. */
  inodesPercent: number | null
}

/** `silent`: mounts that did not answer in time, as a network disk does whose server is away. */
export type Disks = { disks: Disk[]; silent: string[] }

type Mount = { device: string; mount: string; type: string }

/** File systems that hold somebody's data. The rest (proc, tmpfs, squashfs of snaps, images of CDs) cannot fill up by use. */
const REAL =
  /^(ext[234]|xfs|btrfs|zfs|f2fs|jfs|reiserfs|bcachefs|vfat|exfat|ntfs3?|fuseblk|nfs4?|cifs|smb3|9p|virtiofs)$/
/** Their parts share the space of one pool, and each has a device number of its own. */
const POOLED = /^(btrfs|zfs)$/
const ONE_DISK_LIMIT_MS = 1_000
/** More than anybody has; a machine that mounts thousands would hold up the answer. */
const MAX_MOUNTS = 40

export type DisksOptions = {
  mountInfoFile?: string
  limitMs?: number
  /** For tests: what the system says about a mount. */
  measure?: (mount: Mount) => Promise<Disk | null>
}

/** Keeps one probe a mount, so that a dead one is asked by one call only, however often it is looked at. */
export function createDisksReader(options: DisksOptions = {}): () => Promise<Reading<Disks>> {
  const { mountInfoFile = '/proc/self/mountinfo', limitMs = ONE_DISK_LIMIT_MS, measure = measureDisk } = options
  const probes = new Map<string, Probe<Disk | null>>()
  const probeOf = (mount: Mount) => {
    const key = `${mount.device} ${mount.mount}`
    const known = probes.get(key)
    if (known) return known
    const made = createProbe(limitMs, async () => ok(await measure(mount)))
    probes.set(key, made)
    return made
  }
  return async () => {
    const mounts = parseMountInfo(await readFile(mountInfoFile, 'utf8')).slice(0, MAX_MOUNTS)
    const read = await Promise.all(mounts.map(async (mount) => ({ mount, reading: await probeOf(mount)() })))
    const disks = read.flatMap(({ reading }) => (reading.kind === 'ok' && reading.value ? [reading.value] : []))
    const silent = read.flatMap(({ mount, reading }) => (reading.kind === 'failed' ? [mount.mount] : []))
    if (disks.length + silent.length === 0) return failed('no disk found')
    return ok({ disks: mergeSame(disks), silent })
  }
}

/**
 * One mount a device, the one nearest the root: bind mounts show the same disk again. Inside a container the root is an
 * overlay, which lies on a disk of the host.
 */
export function parseMountInfo(text: string): Mount[] {
  const mounts = new Map<string, Mount>()
  for (const line of text.split('\n')) {
    const [before = '', after = ''] = line.split(' - ')
    const [, , device = '', , path = ''] = before.split(' ')
    const [type = '', source = ''] = after.split(' ')
    const mount = unescapePath(path)
    if (!REAL.test(type) && !(type === 'overlay' && mount === '/')) continue
    const key = POOLED.test(type)
      ? source
          .split('/')
          .slice(0, type === 'zfs' ? 1 : undefined)
          .join('/')
      : device
    const known = mounts.get(key)
    if (!known || mount.length < known.mount.length) mounts.set(key, { device, mount, type })
  }
  return [...mounts.values()].sort((a, b) => a.mount.length - b.mount.length || (a.mount < b.mount ? -1 : 1))
}

/** The kernel writes space, tab, line feed and backslash as octal numbers. */
function unescapePath(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
}

/** Null for what has no size. A single file may be mounted as well (/etc/hosts in a container): its disk is as real. */
async function measureDisk({ mount, type }: Mount): Promise<Disk | null> {
  const { bsize, blocks, bfree, bavail, files, ffree } = await statfs(mount)
  if (blocks === 0) return null
  const name = (await stat(mount)).isDirectory() ? mount : `disk of ${mount}`
  return {
    mount: name,
    type,
    totalBytes: blocks * bsize,
    usedBytes: (blocks - bfree) * bsize,
    freeBytes: bavail * bsize,
    inodesPercent: files > 0 ? ((files - ffree) * 100) / files : null,
  }
}

/** The overlay of a container and a volume on the same disk have the same figures to the byte. */
function mergeSame(disks: readonly Disk[]): Disk[] {
  const overlay = disks.find((disk) => disk.type === 'overlay')
  if (!overlay) return [...disks]
  return disks.filter(
    (disk) => disk === overlay || disk.totalBytes !== overlay.totalBytes || disk.usedBytes !== overlay.usedBytes,
  )
}

/** As `df` counts: of what may be used, how much is. */
export function diskPercent(disk: Pick<Disk, 'usedBytes' | 'freeBytes'>): number {
  const usable = disk.usedBytes + disk.freeBytes
  return usable === 0 ? 100 : (disk.usedBytes * 100) / usable
}

import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { Failure } from '../failure.ts'

export type FolderLock = { release(): void }

/** A process on another host (another container on the same volume) cannot be looked at, so a living one touches its lock. */
const TOUCH_MS = 5_000
const FOREIGN_DEAD_AFTER_MS = 30_000

/**
 * Takes `dir`/nexus.lock, which holds "pid host start". A lock whose process is gone is taken over; that of another host
 * when it was not touched for 30 seconds.
 * @throws Failure conflict when a living process holds it; not_writable when the folder cannot be written
 */
export function lockFolder(dir: string): FolderLock {
  const path = join(dir, 'nexus.lock')
  const mine = `${process.pid} ${hostname()} ${startTimeOf(process.pid)}\n`
  try {
    mkdirSync(dir, { recursive: true })
    claim(path, mine)
  } catch (cause) {
    if (cause instanceof Failure) throw cause
    throw new Failure(
      `The data folder ${dir} cannot be written: give this user write permission or set NEXUS_DATA_DIR`,
      {
        code: 'not_writable',
        cause,
      },
    )
  }
  const touching = setInterval(touchIfMine, TOUCH_MS, path, mine).unref()
  return {
    release: () => {
      clearInterval(touching)
      releaseIfMine(path, mine)
    },
  }
}

/** Each attempt fails only because another process moved meanwhile. */
const MAX_ATTEMPTS = 20

function claim(path: string, mine: string): void {
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
    if (createWhole(path, mine)) return
    const found = readIfThere(path)
    if (found === null) continue
    refuseIfHeld(path, found)
    if (takeOver(path, found, mine)) return
  }
  throw new Failure('Several processes want this data folder at once: start one Nexus, or set NEXUS_DATA_DIR', {
    code: 'conflict',
  })
}

/**
 * Replaces a dead lock. Removing it first would let two processes that saw the same dead lock both win: the second removes
 * what the first has just created. So the new lock is made beside it, which only one can do, and moved over it.
 */
function takeOver(path: string, dead: string, mine: string): boolean {
  const next = `${path}.next`
  if (!createWhole(next, mine)) {
    const other = readIfThere(next)
    if (other === null) return false
    refuseIfHeld(next, other)
    rmSync(next, { force: true }) // its process died on the way
    return false
  }
  if (readIfThere(path) !== dead) {
    rmSync(next, { force: true })
    return false
  }
  try {
    renameSync(next, path)
  } catch (cause) {
    if (hasCode(cause, ['ENOENT'])) return false
    throw cause
  }
  return readIfThere(path) === mine
}

/** Creates a file that nobody ever sees half written; false when there is one already. */
function createWhole(path: string, content: string): boolean {
  // With the host: in two containers on one volume both may be process 1.
  const draft = `${path}.${hostname()}.${process.pid}`
  writeFileSync(draft, content)
  try {
    linkSync(draft, path)
    return true
  } catch (cause) {
    if (hasCode(cause, ['EEXIST'])) return false
    if (!hasCode(cause, ['EPERM', 'ENOTSUP', 'ENOSYS'])) throw cause
    return createPlainly(path, content) // a file system without hard links
  } finally {
    rmSync(draft, { force: true })
  }
}

function createPlainly(path: string, content: string): boolean {
  try {
    writeFileSync(path, content, { flag: 'wx' })
    return true
  } catch (cause) {
    if (hasCode(cause, ['EEXIST'])) return false
    throw cause
  }
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    if (hasCode(cause, ['ENOENT'])) return null
    throw cause
  }
}

function hasCode(thrown: unknown, codes: readonly string[]): boolean {
  return thrown instanceof Error && 'code' in thrown && codes.includes(String(thrown.code))
}

function refuseIfHeld(path: string, content: string): void {
  const [pid, host = '', startedAt = ''] = content.trim().split(' ')
  const isForeign = host !== '' && host !== hostname()
  if (isForeign ? !wasTouched(path) : !holds(Number(pid), host, startedAt)) return
  const wait = isForeign ? '. If it was killed a moment ago, try again in half a minute' : ''
  throw new Failure(
    `Another Nexus (process ${pid} on ${host}) uses this data folder: stop it, or set NEXUS_DATA_DIR${wait}`,
    { code: 'conflict' },
  )
}

/** A time ahead of ours counts as now: the clocks of two hosts may differ, and two writers would destroy the data. */
function wasTouched(path: string): boolean {
  try {
    return Date.now() - statSync(path).mtimeMs < FOREIGN_DEAD_AFTER_MS
  } catch (cause) {
    if (hasCode(cause, ['ENOENT'])) return false
    throw cause
  }
}

function touchIfMine(path: string, mine: string): void {
  try {
    const now = new Date()
    if (readFileSync(path, 'utf8') === mine) utimesSync(path, now, now)
  } catch {
    // A folder that cannot be written for a moment: the next touch comes soon.
  }
}

/** A process id is reused after a reboot or in a new container, so the start time must match as well. */
function holds(pid: number, host: string, startedAt: string): boolean {
  if (host !== hostname() || !Number.isInteger(pid) || pid <= 0) return false
  if (pid === process.pid && startedAt === startTimeOf(pid)) return true
  try {
    process.kill(pid, 0)
  } catch (cause) {
    return cause instanceof Error && 'code' in cause && cause.code === 'EPERM'
  }
  return startedAt === startTimeOf(pid)
}

/** Clock ticks since boot at which the process began (field 22 of /proc/PID/stat); '0' where there is no /proc. */
function startTimeOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '0'
  } catch {
    return '0'
  }
}

function releaseIfMine(path: string, mine: string): void {
  try {
    if (readFileSync(path, 'utf8') === mine) rmSync(path)
  } catch {
    // Already gone: nothing to release.
  }
}

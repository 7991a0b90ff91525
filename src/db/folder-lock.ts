import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { Failure } from '../failure.ts'

export type FolderLock = { release(): void }

/**
 * Takes `dir`/nexus.lock, which holds "pid host". A lock whose process is gone is taken over.
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
  return { release: () => releaseIfMine(path, mine) }
}

function claim(path: string, mine: string): void {
  try {
    writeFileSync(path, mine, { flag: 'wx' })
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'EEXIST')) throw cause
    const [pid, host, startedAt] = readFileSync(path, 'utf8').trim().split(' ')
    if (holds(Number(pid), host ?? '', startedAt ?? '')) {
      throw new Failure(
        `Another Nexus (process ${pid} on ${host}) uses this data folder: stop it, or set NEXUS_DATA_DIR`,
        {
          code: 'conflict',
        },
      )
    }
    // Remove, then create exclusively: of two processes that see a dead lock, one wins.
    rmSync(path, { force: true })
    writeFileSync(path, mine, { flag: 'wx' })
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

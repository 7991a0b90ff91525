import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { collectGarbage } from '../../src/collect-garbage.ts'
import { asFailure, Failure } from '../../src/failure.ts'
import type { BackupDeps } from './deps.ts'
import { listBackups, nameOf, partOf, pruneBackups, syncFolder, writeChecksum } from './folder.ts'
import { readBackup } from './read.ts'
import { writeBackup } from './write.ts'

/** Backups: the database and the configuration that is not secret, in one file that proves itself. */

export type { BackupDeps } from './deps.ts'
export type Backup = { file: string; bytes: number; sha256: string; verified: boolean; tookMs: number }
export type FoundBackup = { at: Date; verified: boolean; bytes: number }

const underWay = new Map<string, Promise<Backup>>()

/**
 * Makes one, reads it back, and forgets what is older than is kept. Asked again while one is being made, that one is the
 * answer. A file gets its name once it is whole on the disk; `verified: false` when reading it back came to something else.
 * @throws Failure no_space | not_writable | database | cancelled
 */
export function makeBackup(deps: BackupDeps, signal: AbortSignal): Promise<Backup> {
  const making = underWay.get(deps.backupDir) ?? make(deps, signal).finally(() => underWay.delete(deps.backupDir))
  underWay.set(deps.backupDir, making)
  return making
}

async function make(deps: BackupDeps, signal: AbortSignal): Promise<Backup> {
  const { backupDir, clock, log } = deps
  const startedAt = performance.now()
  const name = nameOf(clock.now())
  const part = join(backupDir, partOf(name))
  const file = join(backupDir, name)
  try {
    await mkdir(backupDir, { recursive: true, mode: 0o700 })
    // Whatever has this name is the rest of a process that died within the same second.
    await rm(part, { force: true })
    const written = await writeBackup(deps, part, signal)
    const read = await readBackup(part, {}, signal)
    const verified = read.sha256 === written.sha256 && JSON.stringify(read.rows) === JSON.stringify(written.rows)
    await rename(part, file)
    if (verified) await writeChecksum(backupDir, name, written.sha256)
    await syncFolder(backupDir)
    const pruned = await pruneBackups(backupDir, clock.now())
    const { sha256, bytes } = written
    const tookMs = performance.now() - startedAt
    log.info({ name, bytes, verified, tookMs: Math.round(tookMs), pruned: pruned.length }, 'backup made')
    return { file, bytes, sha256, verified, tookMs }
  } catch (thrown) {
    await rm(part, { force: true }).catch(() => undefined)
    throw explain(thrown, backupDir)
  } finally {
    // Rows and lines by the million: given back now, not whenever.
    collectGarbage()
  }
}

/** The newest in the folder; null when there is none. */
export async function findNewestBackup({ backupDir }: Pick<BackupDeps, 'backupDir'>): Promise<FoundBackup | null> {
  const [newest] = await listBackups(backupDir)
  return newest ? { at: newest.at, verified: newest.verified, bytes: newest.bytes } : null
}

const NO_FOLDER = /^(?:ENOTDIR|EEXIST|ENOENT)$/

function explain(thrown: unknown, folder: string): Failure {
  const failure = asFailure(thrown)
  const { code } = failure
  if (code === 'no_space') return new Failure(`There is no room for a backup in ${folder}.`, { code, cause: thrown })
  const isNoFolder = thrown instanceof Error && 'code' in thrown && NO_FOLDER.test(String(thrown.code))
  if (code !== 'not_writable' && !isNoFolder) return failure
  const words = `Nexus cannot write its backups into ${folder}: see NEXUS_BACKUP_DIR.`
  return new Failure(words, { code: 'not_writable', cause: thrown })
}

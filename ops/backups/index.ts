import { Failure } from '../../src/failure.ts'
import type { BackupDeps } from './deps.ts'

/** Backups: the database and the configuration that is not secret, in one file that proves itself. */

export type Backup = { file: string; bytes: number; sha256: string; verified: boolean; tookMs: number }
export type FoundBackup = { at: Date; verified: boolean; bytes: number }

/**
 * Makes one, reads it back, and forgets what is older than is kept.
 * @throws Failure no_space | not_writable | database | cancelled
 */
export async function makeBackup(_deps: BackupDeps, _signal: AbortSignal): Promise<Backup> {
  throw new Failure('backups cannot be made yet', { code: 'unavailable' })
}

/** The newest in the folder; null when there is none. */
export async function findNewestBackup(_deps: Pick<BackupDeps, 'backupDir'>): Promise<FoundBackup | null> {
  return null
}

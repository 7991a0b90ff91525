import { findFirstStart } from '../../src/db/history.ts'
import type { Queryable } from '../../src/transaction.ts'
import { absent, ok, type Reading } from '../snapshot/reading.ts'
import type { BackupSeen } from '../snapshot/snapshot.ts'
import { listBackups } from './folder.ts'

/**
 * How safe the data is, for /health. A bot that was never backed up counts from its first start; `db` is null where nobody
 * can ask for that.
 */
export async function readBackupState(deps: { backupDir: string; db: Queryable | null }): Promise<Reading<BackupSeen>> {
  const backups = await listBackups(deps.backupDir)
  const [newest] = backups
  const good = backups.find(({ verified }) => verified)
  if (good && newest) return ok({ at: good.at, verified: newest.verified })
  const since = deps.db && (await findFirstStart(deps.db))
  if (newest) return ok({ at: since ?? newest.at, verified: false, none: true })
  return since ? ok({ at: since, verified: false, none: true }) : absent('none was made yet')
}

import type { Clock } from '../../src/clock.ts'
import type { Log } from '../../src/log.ts'
import type { Database } from '../../src/transaction.ts'

export type BackupDeps = {
  db: Database
  clock: Clock
  log: Log
  /** Absolute; made when it is not there. */
  backupDir: string
  /** Settings that are not secret, to read when a machine has to be set up again. */
  configuration: Readonly<Record<string, unknown>>
}

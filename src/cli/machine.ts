import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { readBackupState } from '../../ops/backups/state.ts'
import { createHealth, type Health } from '../../ops/health.ts'
import { createContainersReader } from '../../ops/snapshot/containers.ts'
import { absent, createProbe, failed, ok, type Reading } from '../../ops/snapshot/reading.ts'
import type { DatabaseAccess } from '../../ops/snapshot/snapshot.ts'
import { systemClock } from '../clock.ts'
import type { Config } from '../config.ts'
import { openDatabase } from '../db/pool.ts'
import { spend } from '../db/provider-calls.ts'
import { type FindDocker, openDocker } from '../docker/open-docker.ts'
import { asFailure } from '../failure.ts'
import type { Log } from '../log.ts'

/** What the command line can see of the machine: the same as the bot, without being the bot. */
export type Machine = { findDocker: FindDocker; database: Reading<DatabaseAccess>; health: Health }

/** Somebody waits at the terminal; a server that is away must not keep them. The embedded database takes its time to open. */
const CONNECT_LIMIT_MS = { server: 3_000, embedded: 30_000 }

export async function lookAtMachine<T>(config: Config, log: Log, look: (machine: Machine) => Promise<T>): Promise<T> {
  const findDocker = openDocker({ host: config.docker.host, log })
  const database = await createProbe(CONNECT_LIMIT_MS[config.databaseUrl === null ? 'embedded' : 'server'], () =>
    openAccess(config, log),
  )()
  try {
    const listContainers = createContainersReader(findDocker).read
    const db = database.kind === 'ok' ? database.value.db.pool : null
    const readBackup = () => readBackupState({ backupDir: config.backupDir, db })
    const health = createHealth({ clock: systemClock, log, database, isBot: false, listContainers, readBackup })
    return await look({ findDocker, database, health })
  } finally {
    if (database.kind === 'ok') await database.value.db.close()
  }
}

/** The embedded database has one user. While the bot is that user, only the bot can tell of it. */
async function openAccess(config: Config, log: Log): Promise<Reading<DatabaseAccess>> {
  const { databaseUrl: url, dataDir, budget, timeZone } = config
  if (url === null && !(await exists(join(dataDir, 'database')))) return absent('made at the first start')
  try {
    const db = await openDatabase({ url, dataDir, log })
    return ok({ db, budget, spend: (queryable) => spend(queryable, systemClock, timeZone) })
  } catch (thrown) {
    const failure = asFailure(thrown)
    if (url === null && failure.code === 'conflict')
      return absent('in use by a Nexus that runs; send it /health to see this')
    return failed(failure.message)
  }
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

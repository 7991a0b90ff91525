import { resolve } from 'node:path'
import { restoreBackup } from '../../ops/backups/restore.ts'
import { loadConfig } from '../config.ts'
import { listKnownMigrations, migrate } from '../db/migrate.ts'
import { type Database, openDatabase } from '../db/pool.ts'
import { asFailure, Failure } from '../failure.ts'
import { createLog, type Log } from '../log.ts'
import { createRedact } from '../redact.ts'
import { onStopSignal } from '../stop-signals.ts'
import { EXIT, parseRestoreArguments } from './arguments.ts'

/** `npm run restore -- FILE`: a backup back into an empty database, all of it or nothing. */

async function main(argv: readonly string[]): Promise<number> {
  const parsed = parseRestoreArguments(argv, {
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
  })
  if (parsed.kind === 'end') return parsed.exitCode
  let redact = (text: string) => text
  const stopping = new AbortController()
  onStopSignal(
    () => stopping.abort(),
    () => process.exit(EXIT.interrupted),
  )
  try {
    const config = loadConfig({ ...process.env, LOG_LEVEL: process.env.LOG_LEVEL ?? 'silent' })
    redact = createRedact(config.secrets)
    const log = createLog({ level: config.logLevel, redact, destination: process.stderr })
    const db = await openDatabase({ url: config.databaseUrl, dataDir: config.dataDir, log })
    try {
      process.stdout.write(await restore(db, resolve(parsed.args.file), log, stopping.signal))
    } finally {
      await db.close()
    }
    return EXIT.done
  } catch (thrown) {
    if (stopping.signal.aborted) return EXIT.interrupted
    const failure = asFailure(thrown)
    process.stderr.write(`${redact(failure.message)}\n`)
    return failure.code === 'bad_config' ? EXIT.usage : EXIT.failed
  }
}

async function restore(db: Database, file: string, log: Log, signal: AbortSignal): Promise<string> {
  const migrateTo = async (migrations: readonly string[]) => {
    const known = await listKnownMigrations()
    if (known.slice(0, migrations.length).join() !== migrations.join())
      throw new Failure('The backup was made by a newer Nexus than this one. Restore it with that one.', {
        code: 'bad_input',
      })
    await migrate(db, log, migrations.length)
  }
  const { madeAt, rows } = await restoreBackup({ db, migrateTo }, file, signal)
  const all = Object.values(rows).reduce((sum, count) => sum + count, 0)
  return `Restored ${all} rows of ${Object.keys(rows).length} tables, as they were at ${madeAt.toISOString()}.\n`
}

process.exit(await main(process.argv.slice(2)))

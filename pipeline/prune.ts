import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Queryable } from '../src/db/pool.ts'
import { pruneCalls } from '../src/db/provider-calls.ts'
import { listEndedRuns } from '../src/db/runs.ts'
import { prunePaidResults } from '../src/db/steps.ts'
import type { Log } from '../src/log.ts'
import { runFolder } from './files.ts'

/** Keeps a small disk from filling up: what nobody can ask for any more goes. The output folders are the owner's and stay. */

const DAY_MS = 86_400_000
/** Long after a card has expired; a failed run that is tried again paints anew from the cache. */
const RUN_FOLDER_DAYS = 30
/** Within this time the same fact and brand again pays nothing. */
const CACHE_DAYS = 90
/** The books of paid calls: a year, and some weeks to look back at it. */
const BOOKS_DAYS = 400

export type Pruned = { runFolders: number; cachedFiles: number }

/** Removes folders of runs that ended long ago, paid results with their files, and old books. Rows of runs stay: they are the history. */
export async function pruneOldFiles(
  deps: { db: { pool: Queryable }; dataDir: string; log: Log },
  now: Date,
): Promise<Pruned> {
  const folders = await readdir(join(deps.dataDir, 'runs')).catch(() => [])
  const ended = await listEndedRuns(deps.db.pool, folders.filter(isId), daysBefore(now, RUN_FOLDER_DAYS))
  for (const id of ended) await rm(runFolder(deps.dataDir, id), { recursive: true, force: true })

  const before = daysBefore(now, CACHE_DAYS)
  await prunePaidResults(deps.db.pool, before)
  await pruneCalls(deps.db.pool, daysBefore(now, BOOKS_DAYS))
  const cachedFiles = await removeFilesOlderThan(join(deps.dataDir, 'cache'), before)
  const pruned = { runFolders: ended.length, cachedFiles }
  if (pruned.runFolders + pruned.cachedFiles > 0) deps.log.info(pruned, 'old files removed')
  return pruned
}

async function removeFilesOlderThan(folder: string, before: Date): Promise<number> {
  let removed = 0
  for (const name of await readdir(folder).catch(() => [])) {
    const path = join(folder, name)
    const file = await stat(path).catch(() => null)
    if (!file?.isFile() || file.mtime >= before) continue
    await rm(path, { force: true })
    removed += 1
  }
  return removed
}

function daysBefore(now: Date, days: number): Date {
  return new Date(now.getTime() - days * DAY_MS)
}

function isId(name: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(name)
}

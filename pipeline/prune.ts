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

type PruneDeps = { db: { pool: Queryable }; dataDir: string; log: Log }

/** Removes folders of runs that ended long ago, paid results with their files, and old books. Rows of runs stay: they are the history. */
export async function pruneOldFiles(deps: PruneDeps, now: Date): Promise<Pruned> {
  const old = await findOldFiles(deps, now)
  for (const folder of old.runFolders) await rm(folder, { recursive: true, force: true })
  await prunePaidResults(deps.db.pool, daysBefore(now, CACHE_DAYS))
  await pruneCalls(deps.db.pool, daysBefore(now, BOOKS_DAYS))
  for (const file of old.cachedFiles) await rm(file, { force: true })
  const pruned = { runFolders: old.runFolders.length, cachedFiles: old.cachedFiles.length }
  if (pruned.runFolders + pruned.cachedFiles > 0) deps.log.info(pruned, 'old files removed')
  return pruned
}

/** The paths of what would be removed. */
export async function findOldFiles(
  { db, dataDir }: Pick<PruneDeps, 'db' | 'dataDir'>,
  now: Date,
): Promise<{ runFolders: string[]; cachedFiles: string[] }> {
  const folders = await readdir(join(dataDir, 'runs')).catch(() => [])
  const ended = await listEndedRuns(db.pool, folders.filter(isId), daysBefore(now, RUN_FOLDER_DAYS))
  const cachedFiles = await findFilesOlderThan(join(dataDir, 'cache'), daysBefore(now, CACHE_DAYS))
  return { runFolders: ended.map((id) => runFolder(dataDir, id)), cachedFiles }
}

async function findFilesOlderThan(folder: string, before: Date): Promise<string[]> {
  const old: string[] = []
  for (const name of await readdir(folder).catch(() => [])) {
    const path = join(folder, name)
    const file = await stat(path).catch(() => null)
    if (file?.isFile() && file.mtime < before) old.push(path)
  }
  return old
}

function daysBefore(now: Date, days: number): Date {
  return new Date(now.getTime() - days * DAY_MS)
}

function isId(name: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(name)
}

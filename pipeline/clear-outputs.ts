import { readdir, readFile, rm, rmdir, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { Queryable } from '../src/db/pool.ts'
import { listOldOutputDirs } from '../src/db/runs.ts'
import type { Log } from '../src/log.ts'
import { OUTPUT_FILES } from './deliver.ts'
import { findOldFiles, pruneOldFiles } from './prune.ts'

/**
 * What goes only when an owner asks for it: output folders that were handed over long ago, and with them all that is pruned
 * by itself. Approved carousels that are not handed over yet have no folder here; what waits for a decision neither.
 */

/** Three months of posts: by then they are out, and Telegram has the album. */
const OUTPUT_DAYS = 90
const DAY_MS = 86_400_000

type ClearDeps = { db: { pool: Queryable }; dataDir: string; outputsDir: string; log: Log }

/** Files and bytes that would go. */
export async function measureOldOutputs(deps: ClearDeps, now: Date): Promise<{ count: number; bytes: number }> {
  const { runFolders, cachedFiles } = await findOldFiles(deps, now)
  const inFolders = await Promise.all(runFolders.map(listFiles))
  const outputs = await findOldOutputs(deps, now)
  const sizes = await Promise.all([...inFolders.flat(), ...cachedFiles, ...outputs.flat()].map(sizeOf))
  return { count: sizes.length, bytes: sizes.reduce((sum, size) => sum + size, 0) }
}

export async function clearOldOutputs(deps: ClearDeps, now: Date): Promise<void> {
  await pruneOldFiles(deps, now)
  for (const files of await findOldOutputs(deps, now)) {
    for (const file of files) await rm(file, { force: true })
    const [first] = files
    // What somebody else has put there stays, and its folder with it.
    if (first !== undefined) await rmdir(dirname(first)).catch(() => undefined)
  }
}

/** By folder, the files that the bot itself has written there. */
async function findOldOutputs({ db, outputsDir }: ClearDeps, now: Date): Promise<string[][]> {
  const old = await listOldOutputDirs(db.pool, new Date(now.getTime() - OUTPUT_DAYS * DAY_MS))
  const found: string[][] = []
  for (const { id, outputDir } of old) {
    // A folder that was moved away, or is another run's by now, is not ours to clear.
    if (dirname(resolve(outputDir)) !== resolve(outputsDir) || !(await belongsTo(outputDir, id))) continue
    const files = OUTPUT_FILES.map((name) => join(outputDir, name))
    const there = await Promise.all(
      files.map((file) =>
        stat(file).then(
          (one) => one.isFile(),
          () => false,
        ),
      ),
    )
    found.push(files.filter((_, index) => there[index]))
  }
  return found
}

async function belongsTo(folder: string, runId: string): Promise<boolean> {
  try {
    const manifest: unknown = JSON.parse(await readFile(join(folder, 'carousel.json'), 'utf8'))
    return typeof manifest === 'object' && manifest !== null && 'run' in manifest && manifest.run === runId
  } catch {
    return false
  }
}

async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}

function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    (file) => file.size,
    () => 0,
  )
}

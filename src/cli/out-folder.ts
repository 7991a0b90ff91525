import { mkdir, mkdtemp, readdir, rename, rm, rmdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { explainWriteError } from '../../pipeline/files.ts'
import { Failure } from '../failure.ts'

/** The folder that the person named: it gets all files or none. */

/** Finds out before anything is paid whether files can be written. @throws Failure bad_input | not_writable | no_space */
export async function probeFolder(dir: string): Promise<void> {
  const made = await makeParents(dir)
  try {
    await rm(await mkdtemp(join((await isFolder(dir)) ? dir : dirname(dir), '.nexus-probe-')), { recursive: true })
  } catch (cause) {
    throw explain(cause, dir)
  } finally {
    await removeEmpty(made, dirname(dir))
  }
}

/**
 * Has `fill` write its files beside their place and puts them there at the end: a new folder appears whole; in one that
 * exists the files of an earlier call are replaced one by one, and everything else stays.
 * @param mark names the temporary folder; one that a killed process left under the same mark is cleared away
 */
export async function fillWhole(
  dir: string,
  mark: string,
  fill: (folder: string) => Promise<void>,
): Promise<{ files: string[] }> {
  const made = await makeParents(dir)
  const exists = await isFolder(dir)
  const staging = exists ? join(dir, `.nexus-${mark}.partial`) : `${dir}.nexus-${mark}.partial`
  try {
    await rm(staging, { recursive: true, force: true })
    await mkdir(staging)
    await fill(staging)
    const files = (await readdir(staging)).sort()
    if (exists) for (const file of files) await rename(join(staging, file), join(dir, file))
    else await rename(staging, dir)
    return { files }
  } catch (cause) {
    throw explain(cause, dir)
  } finally {
    await rm(staging, { recursive: true, force: true })
    await removeEmpty(made, dirname(dir))
  }
}

/** False when there is nothing. @throws Failure bad_input when there is something else */
async function isFolder(dir: string): Promise<boolean> {
  try {
    if ((await stat(dir)).isDirectory()) return true
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
    if (code === 'ENOENT') return false
    if (code !== 'ENOTDIR') throw explain(cause, dir)
  }
  throw new Failure(`${dir} is not a folder: name a folder for --out`, { code: 'bad_input' })
}

/**
 * The topmost folder that had to be made. One by one, because Node's recursive mkdir never ends where the system says that
 * a folder is missing whose parent is there, as in /proc.
 */
async function makeParents(dir: string): Promise<string | undefined> {
  const missing: string[] = []
  for (let folder = dirname(dir); !(await isFolder(folder)); folder = dirname(folder)) missing.unshift(folder)
  try {
    for (const folder of missing) await mkdir(folder)
  } catch (cause) {
    await removeEmpty(missing[0], dirname(dir))
    throw explain(cause, dir)
  }
  return missing[0]
}

/** Takes back folders that were made for nothing: from `last` up to `first`, as long as they are empty. */
async function removeEmpty(first: string | undefined, last: string): Promise<void> {
  if (first === undefined) return
  for (let folder = last; folder.length >= first.length; folder = dirname(folder)) {
    try {
      await rmdir(folder)
    } catch {
      // It holds something, or was never made.
    }
  }
}

const UNUSABLE_NAME: readonly unknown[] = ['ENOENT', 'ENAMETOOLONG', 'EINVAL', 'ELOOP']

function explain(cause: unknown, dir: string): Failure {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  if (!UNUSABLE_NAME.includes(code)) return explainWriteError(cause, dir)
  return new Failure(`${dir} cannot be made: name another folder for --out`, { code: 'not_writable', cause })
}

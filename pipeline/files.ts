import { createHash, randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { access, copyFile, mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { dirname, extname, join, relative } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { Failure } from '../src/failure.ts'
import type { StepContext } from './step.ts'
import type { StoredFile } from './types.ts'

/** Files of runs: written whole or not at all, known by their SHA-256, and never shared between two runs. */

const EXTENSIONS = { 'image/png': 'png', 'image/jpeg': 'jpg', 'image/webp': 'webp' } as const

export function runFolder(dataDir: string, runId: string): string {
  return join(dataDir, 'runs', runId)
}

/** Made first: a folder that cannot be written should fail a run before anything is paid for. */
export async function makeRunFolder(ctx: Pick<StepContext, 'deps' | 'run'>): Promise<void> {
  const folder = runFolder(ctx.deps.dataDir, ctx.run.id)
  try {
    await mkdir(folder, { recursive: true })
  } catch (cause) {
    throw explainWriteError(cause, folder)
  }
}

/** Writes to a temporary name beside the target, syncs, renames: a reader sees the old file, the new one, or none. */
export async function writeWhole(path: string, bytes: Buffer | string): Promise<void> {
  const temporary = `${path}.${randomBytes(4).toString('hex')}.tmp`
  try {
    await mkdir(dirname(path), { recursive: true })
    const handle = await open(temporary, 'wx')
    try {
      await handle.writeFile(bytes)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(temporary, path)
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined)
    throw explainWriteError(cause, dirname(path))
  }
}

/** Puts paid bytes into the cache under their hash. */
export async function keepFile(dataDir: string, bytes: Buffer, mime: keyof typeof EXTENSIONS): Promise<StoredFile> {
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const path = join(dataDir, 'cache', `${sha256}.${EXTENSIONS[mime]}`)
  await writeWhole(path, bytes)
  return { path: relative(dataDir, path), sha256, bytes: bytes.length }
}

/** Gives a run its own copy of a cached file. */
export async function copyIntoRun(ctx: StepContext, file: StoredFile, name: string): Promise<StoredFile> {
  const { dataDir } = ctx.deps
  const target = join(runFolder(dataDir, ctx.run.id), `${name}-${file.sha256.slice(0, 8)}${extname(file.path)}`)
  await copyWhole(join(dataDir, file.path), target)
  return { ...file, path: relative(dataDir, target) }
}

/** As writeWhole. @throws Failure not_found when there is nothing to copy */
export async function copyWhole(from: string, to: string): Promise<void> {
  const temporary = `${to}.${randomBytes(4).toString('hex')}.tmp`
  try {
    await mkdir(dirname(to), { recursive: true })
    await access(from)
  } catch (cause) {
    if (isMissing(cause)) throw new Failure(`${from} is not there any more.`, { code: 'not_found', cause })
    throw explainWriteError(cause, dirname(to))
  }
  try {
    await copyFile(from, temporary)
    await syncFile(temporary)
    await rename(temporary, to)
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined)
    throw explainWriteError(cause, dirname(to))
  }
}

/** A machine that loses power must not find the name without the bytes. */
async function syncFile(path: string): Promise<void> {
  const handle = await open(path, 'r+')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function isMissing(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'ENOENT'
}

/** True when the file is there with exactly these bytes. */
export async function matches(dataDir: string, file: StoredFile): Promise<boolean> {
  const path = join(dataDir, file.path)
  try {
    if ((await stat(path)).size !== file.bytes) return false
    return (await hashFile(path)) === file.sha256
  } catch {
    return false
  }
}

export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}

/** Puts a run's file back from the cache; false when the cache has lost it as well. */
export async function restoreFile(dataDir: string, file: StoredFile): Promise<boolean> {
  const cached: StoredFile = { ...file, path: join('cache', `${file.sha256}${extname(file.path)}`) }
  if (!(await matches(dataDir, cached))) return false
  await copyWhole(join(dataDir, cached.path), join(dataDir, file.path))
  return true
}

/** The words that a person can act on, for the two ways in which a disk says no. */
export function explainWriteError(cause: unknown, folder: string): Failure {
  if (cause instanceof Failure) return cause
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new Failure(`The disk is full: nothing can be written to ${folder}. Free some space, then try again.`, {
      code: 'no_space',
      retryable: true,
      cause,
    })
  }
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS' || code === 'ENOTDIR' || code === 'EEXIST') {
    return new Failure(`${folder} cannot be written: check that it is a folder and that this user may write to it.`, {
      code: 'not_writable',
      retryable: true,
      cause,
    })
  }
  return new Failure(`Writing to ${folder} failed: ${cause instanceof Error ? cause.message : cause}`, {
    code: 'internal',
    cause,
  })
}

import { createHash, randomUUID } from 'node:crypto'
import { open, rename, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { asFailure, Failure } from '../../src/failure.ts'

export type WrittenFile = { path: string; sha256: string; bytes: number }

/**
 * Writes beside the target, syncs, then renames: a reader sees the old file or the whole new one, also after a kill.
 * @throws Failure no_space | not_writable in words for the person who can make room or give permission
 */
export async function writeAtomically(path: string, bytes: Uint8Array): Promise<WrittenFile> {
  const temporary = join(dirname(path), `.${randomUUID()}.part`)
  try {
    const file = await open(temporary, 'wx')
    try {
      await file.writeFile(bytes)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (thrown) {
    await unlink(temporary).catch(() => undefined) // it may never have been made
    throw explainWriteError(thrown, path)
  }
  return { path, sha256: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.byteLength }
}

/** Which folder is full or closed, and what to do about it. */
export function explainWriteError(thrown: unknown, path: string): Failure {
  const folder = dirname(path)
  const { code } = asFailure(thrown)
  const missing = thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT'
  if (missing) return new Failure(`the output folder ${folder} does not exist`, { code: 'not_writable', cause: thrown })
  if (code === 'no_space') {
    return new Failure(`no space left on the disk of ${folder}: free some, then try again`, { code, cause: thrown })
  }
  if (code === 'not_writable') {
    return new Failure(`may not write to ${folder}: give the bot's user write permission`, { code, cause: thrown })
  }
  return new Failure(`cannot write ${path}: ${asFailure(thrown).message}`, { code, cause: thrown })
}

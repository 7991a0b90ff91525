import { basename, dirname } from 'node:path'
import { hashFile } from '../pipeline/files.ts'
import { Failure } from '../src/failure.ts'
import type { ApprovedFile } from '../src/messaging/outbox.ts'

/**
 * Where the bytes that were approved are, at this moment: in the run's own folder, else in the folder they were handed over
 * to, in which people work. Nothing else may be sent in their name.
 * @throws Failure conflict when one is in neither, in words for the chat
 */
export async function findApproved(files: readonly string[], approved: readonly ApprovedFile[]): Promise<string[]> {
  const found: string[] = []
  // One after the other: an album is not worth a burst of reading.
  for (const [index, file] of files.entries()) {
    const own = approved[index]
    if (own && (await hashIfThere(own.path)) === own.sha256) found.push(own.path)
    else found.push(await requireUnchanged(file, own?.sha256))
  }
  return found
}

async function requireUnchanged(file: string, sha256: string | undefined): Promise<string> {
  const hash = await hashIfThere(file)
  if (hash !== null && hash === sha256) return file
  const what = hash === null ? 'removed' : 'changed'
  throw new Failure(
    `The file ${basename(file)} in ${dirname(file)} was ${what} after the approval; nothing changed was sent.`,
    { code: 'conflict' },
  )
}

async function hashIfThere(path: string): Promise<string | null> {
  try {
    return await hashFile(path)
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return null
    throw cause
  }
}

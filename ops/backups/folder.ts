import { open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** The folder of the backups. A file with its final name is whole; `.sha256` beside it says that it was read back. */

export type BackupFile = { name: string; at: Date; bytes: number; verified: boolean }

const DAY_MS = 86_400_000
const KEPT_DAYS = 30
/** Longer than any backup takes: then the process that began it is dead. */
const ABANDONED_MS = 6 * 3_600_000

const NAME = /^nexus-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z\.ndjson\.gz$/
const PART = '.part'
const CHECKSUM = '.sha256'

/** Sorts as the moments do. */
export function nameOf(at: Date): string {
  return `nexus-${at.toISOString().replace(/\.\d+/, '').replaceAll(/[-:]/g, '')}.ndjson.gz`
}

export const partOf = (name: string) => `.${name}${PART}`

/** The newest first. [] where there is no folder yet. */
export async function listBackups(folder: string): Promise<BackupFile[]> {
  const names = await readdir(folder).catch(() => [])
  const found = await Promise.all(names.map((name) => readBackupFile(folder, name)))
  return found.flatMap((file) => (file ? [file] : [])).toSorted((a, b) => b.at.getTime() - a.at.getTime())
}

async function readBackupFile(folder: string, name: string): Promise<BackupFile | null> {
  const parts = NAME.exec(name)
  if (!parts) return null
  const [, year, month, day, hour, minute, second] = parts
  const at = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  const file = await stat(join(folder, name)).catch(() => null)
  if (!file?.isFile() || Number.isNaN(at.getTime())) return null
  const sum = await readFile(join(folder, name + CHECKSUM), 'utf8').catch(() => '')
  return { name, at, bytes: file.size, verified: /^[0-9a-f]{64} {2}/.test(sum) && sum.trimEnd().endsWith(name) }
}

/** In the form that `sha256sum --check` reads. */
export async function writeChecksum(folder: string, name: string, sha256: string): Promise<void> {
  const part = join(folder, partOf(name + CHECKSUM))
  const file = await open(part, 'w', 0o600)
  try {
    await file.writeFile(`${sha256}  ${name}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(part, join(folder, name + CHECKSUM))
}

/** After a power cut a rename may be forgotten otherwise. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** What is older than is kept goes, but never the newest that is known to be good. Also what a dead process left half done. */
export async function pruneBackups(folder: string, now: Date): Promise<string[]> {
  const backups = await listBackups(folder)
  const lastGood = backups.find(({ verified }) => verified)
  const before = now.getTime() - KEPT_DAYS * DAY_MS
  const old = backups.filter((backup) => backup !== lastGood && backup.at.getTime() < before)
  for (const { name } of old) {
    await rm(join(folder, name), { force: true })
    await rm(join(folder, name + CHECKSUM), { force: true })
  }
  await removeAbandoned(folder, now)
  return old.map(({ name }) => name)
}

async function removeAbandoned(folder: string, now: Date): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.startsWith('.nexus-') || !name.endsWith(PART)) continue
    const file = await stat(join(folder, name)).catch(() => null)
    if (file && now.getTime() - file.mtimeMs > ABANDONED_MS) await rm(join(folder, name), { force: true })
  }
}

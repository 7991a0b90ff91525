import { readFile } from 'node:fs/promises'
import type { Version } from './db/history.ts'

const ROOT = new URL('../', import.meta.url)
const COMMIT = /^[0-9a-f]{40}$/

/** Which Nexus this is. The commit is known where it runs from its repository, as with `git pull`. */
export async function readVersion(root: URL = ROOT): Promise<Version> {
  const manifest: unknown = JSON.parse(await readFile(new URL('package.json', root), 'utf8'))
  const isNamed = typeof manifest === 'object' && manifest !== null && 'version' in manifest
  return { version: isNamed ? String(manifest.version) : 'unknown', commit: await readCommit(root) }
}

/** As git keeps it: HEAD names a branch, whose commit is in a file of its own or among the packed ones. */
async function readCommit(root: URL): Promise<string | null> {
  const read = (path: string) => readFile(new URL(`.git/${path}`, root), 'utf8').catch(() => '')
  const head = (await read('HEAD')).trim()
  if (COMMIT.test(head)) return head
  const [, ref] = /^ref: (refs\/[\w./-]+)$/.exec(head) ?? []
  if (ref === undefined || ref.includes('..')) return null
  const loose = (await read(ref)).trim()
  if (COMMIT.test(loose)) return loose
  const packed = (await read('packed-refs')).split('\n').find((line) => line.endsWith(` ${ref}`))
  return packed?.slice(0, 40) ?? null
}

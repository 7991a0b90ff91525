import { readFile } from 'node:fs/promises'
import { hostname } from 'node:os'

const FULL_ID = /(?:^|[/-])([0-9a-f]{64})(?:\.scope)?(?=[/\s]|$)/m
/** An engine mounts these files of a container from its own folder, under any version of cgroups. */
const MOUNT = /containers\/([0-9a-f]{64})\/(?:hostname|hosts|resolv\.conf)/
const SHORT_ID = /^[0-9a-f]{12}$/

/** The id of the container that this process runs in, or its first 12 digits; null when it runs in none, as far as can be told. */
export async function findOwnContainerId(
  files = { cgroup: '/proc/self/cgroup', mounts: '/proc/self/mountinfo' },
  host = hostname(),
): Promise<string | null> {
  const cgroup = FULL_ID.exec(await readOrNothing(files.cgroup))?.[1]
  const mount = MOUNT.exec(await readOrNothing(files.mounts))?.[1]
  return mount ?? cgroup ?? (SHORT_ID.test(host) ? host : null)
}

function readOrNothing(file: string): Promise<string> {
  return readFile(file, 'utf8').catch(() => '')
}

import type { Container } from '../../src/docker/container.ts'
import type { FindDocker } from '../../src/docker/open-docker.ts'
import { absent, ok, type Reading } from './reading.ts'

/** A container, as far as health goes. */
export type SeenContainer = {
  name: string
  /** As Docker says it: created, running, paused, restarting, removing, exited, dead. */
  state: string
  health: 'healthy' | 'unhealthy' | 'starting' | 'none'
  restarts: number
  /** It ended without an error: its work is done, or somebody stopped it in peace. */
  finished: boolean
}

const LIST_LIMIT_MS = 5_000

/** A machine without Docker is no fault; a Docker that stops answering is. */
export async function readContainers(findDocker: FindDocker): Promise<Reading<SeenContainer[]>> {
  const found = await findDocker()
  if (found.kind === 'absent') return absent(found.reason)
  const containers = await found.docker.list(AbortSignal.timeout(LIST_LIMIT_MS))
  return ok(containers.map(toSeen))
}

export function toSeen(
  container: Pick<Container, 'name' | 'state' | 'health' | 'restarts' | 'exitCode'>,
): SeenContainer {
  const { name, state, health, restarts, exitCode } = container
  return { name, state, health: health ?? 'none', restarts, finished: state === 'exited' && exitCode === 0 }
}

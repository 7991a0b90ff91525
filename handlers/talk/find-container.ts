import { findByName } from '../../ops/containers.ts'
import type { Container } from '../../src/docker/container.ts'
import type { TalkParts } from './in-scope.ts'

/** The container that a name means in the live list, as a command would find it. */
export async function findContainer(
  { deps }: TalkParts,
  name: string,
  signal: AbortSignal,
): Promise<{ kind: 'found'; container: Container } | { kind: 'unclear'; why: string }> {
  const listing = await deps.ops.containers.list(signal)
  if (listing.kind === 'absent') return { kind: 'unclear', why: listing.reason }
  const all = listing.containers.map(({ container }) => container)
  const found = findByName(all, name)
  if (found.kind === 'found') return found
  const several = found.kind === 'ambiguous'
  const names = (several ? found.candidates : all).map((container) => container.name).join(', ')
  return {
    kind: 'unclear',
    why: `${several ? 'Several containers match' : 'No container matches'}. There are: ${names}`,
  }
}

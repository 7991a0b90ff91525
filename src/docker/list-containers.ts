import type Dockerode from 'dockerode'
import PQueue from 'p-queue'
import { z } from 'zod'
import { asFailure, type Failure } from '../failure.ts'
import type { Log } from '../log.ts'
import type { Container } from './container.ts'
import { type ContainerId, parseContainerId } from './container-id.ts'
import { type CallOptions, callDocker, isUnreachable } from './guarded-call.ts'

/** All containers of an engine; one that it cannot tell of costs only itself. */

const AT_ONCE = 8
/** So many that are not answered in time are no trouble of single containers: the engine is stuck. */
const MAX_LATE = 8
/** What is no list is no engine's answer: a client that gets bytes gives bytes. */
const Listed = z.array(z.object({ Id: z.unknown() }))

type Unread = { id: ContainerId; failure: Failure }
export type NoteUnread = (unread: readonly Unread[]) => void

/** @throws Failure when there is no list, when none of it can be read, or too many are not answered in time */
export async function listContainers(
  client: Dockerode,
  options: CallOptions,
  inspect: (id: ContainerId) => Promise<Container>,
  noteUnread: NoteUnread,
): Promise<Container[]> {
  const rows = await callDocker(options, async (abortSignal) =>
    Listed.parse(await client.listContainers({ all: true, abortSignal })),
  )
  const ids = rows.map((row) => parseContainerId(row.Id)).filter((id) => id !== null)
  const queue = new PQueue({ concurrency: AT_ONCE })
  const unread: Unread[] = []
  const found = await queue.addAll(ids.map((id) => () => inspectOne(id, inspect, unread)))
  const containers = found.filter((container) => container !== null)
  const [first] = unread
  if (first && containers.length === 0) throw first.failure
  noteUnread(unread)
  return containers.sort((a, b) => a.name.localeCompare(b.name, 'en'))
}

/** Null when it is gone, or cannot be read. */
async function inspectOne(
  id: ContainerId,
  inspect: (id: ContainerId) => Promise<Container>,
  unread: Unread[],
): Promise<Container | null> {
  const late = unread.filter(({ failure }) => failure.code === 'timeout')
  if (late[0] && late.length >= MAX_LATE) throw late[0].failure
  try {
    return await inspect(id)
  } catch (thrown) {
    const failure = asFailure(thrown)
    if (failure.code === 'cancelled' || failure.code === 'unauthorized' || isUnreachable(failure)) throw failure
    if (failure.code !== 'not_found') unread.push({ id, failure })
    return null
  }
}

/** Once for each, and again when it is another trouble or comes back: a list is made every minute. */
export function createNoteUnread(log: Log): NoteUnread {
  let known = new Map<ContainerId, string>()
  return (unread) => {
    for (const { id, failure } of unread)
      if (known.get(id) !== failure.code)
        log.warn({ containerId: id, err: failure }, 'a container cannot be read, and is left out')
    known = new Map(unread.map(({ id, failure }) => [id, failure.code]))
  }
}

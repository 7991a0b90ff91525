import { constants } from 'node:fs'
import { lstat, open } from 'node:fs/promises'
import type Dockerode from 'dockerode'
import { z } from 'zod'
import { Failure } from '../failure.ts'
import { type ContainerId, parseContainerId } from './container-id.ts'
import { callDocker } from './guarded-call.ts'

/** What an engine keeps that nobody needs any more, and how to be rid of it. */

export type Leftovers = {
  /** Images without a name that no container uses: what is left of earlier builds and pulls. */
  images: { count: number; bytes: number }
  /** Parts of the build cache that nothing refers to. */
  buildCache: { count: number; bytes: number }
}

export type LogFile = {
  /** json-file, local, journald, … */
  driver: string
  /** As the container was made with it; null without a limit. */
  maxSize: string | null
  /** On the machine of the engine; null when the driver has none. */
  path: string | null
}

export type Housekeeping = {
  /** @throws Failure when Docker does not answer; sizing takes long on a slow disk */
  findLeftovers(): Promise<Leftovers>
  /** Only images without a name, never one that a container uses. */
  pruneImages(signal?: AbortSignal): Promise<void>
  /** Only what nothing refers to. */
  pruneBuildCache(signal?: AbortSignal): Promise<void>
  /** @throws Failure not_found when it is gone */
  findLogFile(id: ContainerId, signal?: AbortSignal): Promise<LogFile>
}

const SIZING_MS = 30_000
const PRUNING_MS = 120_000
const READ_MS = 8_000

const Bytes = z.number().nonnegative().catch(0)
const Usage = z.object({
  Images: z
    .array(
      z.object({
        RepoTags: z.array(z.string()).nullish().catch(null),
        Containers: z.number().catch(0),
        Size: Bytes,
        SharedSize: Bytes,
      }),
    )
    .nullish(),
  BuildCache: z
    .array(z.object({ InUse: z.boolean().catch(true), Shared: z.boolean().catch(false), Size: Bytes }))
    .nullish(),
})

const LogInspection = z.object({
  LogPath: z.string().catch(''),
  HostConfig: z.object({
    LogConfig: z
      .object({ Type: z.string().catch(''), Config: z.record(z.string(), z.string()).nullish().catch({}) })
      .catch({ Type: '', Config: {} }),
  }),
})

type Request = { method: 'GET' | 'POST'; path: string; query?: Record<string, unknown> }

export function createHousekeeping(client: Dockerode): Housekeeping {
  const dial = ({ method, path, query }: Request, abortSignal: AbortSignal) =>
    new Promise<unknown>((resolve, reject) => {
      const asked = query ? { path: `${path}?`, options: { _query: query, _body: {} } } : { path, options: {} }
      const request = { ...asked, method, abortSignal, statusCodes: { 200: true } }
      client.modem.dial(request as never, (err: unknown, answer: unknown) => (err ? reject(err) : resolve(answer)))
    })
  const ask = (what: string, limitMs: number, signal: AbortSignal | undefined, request: Request) =>
    callDocker({ what, limitMs, signal }, (abortSignal) => dial(request, abortSignal))
  let sizing: Promise<Leftovers> | null = null
  return {
    // The engine sizes one thing at a time and refuses a second: who asks meanwhile gets the same answer.
    findLeftovers: () => {
      sizing ??= ask('sizing images and build cache', SIZING_MS, undefined, SIZES)
        .then(sumUp)
        .finally(() => {
          sizing = null
        })
      return sizing
    },
    pruneImages: async (signal) => {
      await ask('removing images', PRUNING_MS, signal, DANGLING_ONLY)
    },
    pruneBuildCache: async (signal) => {
      await ask('clearing the build cache', PRUNING_MS, signal, { method: 'POST', path: '/build/prune' })
    },
    findLogFile: (id, signal) =>
      callDocker({ what: 'reading a container', limitMs: READ_MS, signal }, async (abortSignal) =>
        readLogFile(await client.getContainer(requireId(id)).inspect({ abortSignal })),
      ),
  }
}

/** An engine that does not know the types sizes everything. */
const SIZES: Request = { method: 'GET', path: '/system/df', query: { type: ['image', 'build-cache'] } }
const DANGLING_ONLY: Request = { method: 'POST', path: '/images/prune', query: { filters: { dangling: ['true'] } } }

function requireId(id: ContainerId): ContainerId {
  if (parseContainerId(id) === null) throw new Failure('This is not the id of a container.', { code: 'bad_input' })
  return id
}

function sumUp(answer: unknown): Leftovers {
  const { Images, BuildCache } = Usage.parse(answer)
  const nameless = (Images ?? []).filter(
    ({ RepoTags, Containers }) => Containers <= 0 && (RepoTags ?? []).every((tag) => tag === '<none>:<none>'),
  )
  const unused = (BuildCache ?? []).filter(({ InUse, Shared }) => !InUse && !Shared)
  const sum = (sizes: number[]) => ({ count: sizes.length, bytes: sizes.reduce((all, one) => all + one, 0) })
  return {
    // What an image shares with others stays.
    images: sum(nameless.map(({ Size, SharedSize }) => Math.max(0, Size - SharedSize))),
    buildCache: sum(unused.map(({ Size }) => Size)),
  }
}

function readLogFile(answer: unknown): LogFile {
  const { LogPath, HostConfig } = LogInspection.parse(answer)
  const { Type, Config } = HostConfig.LogConfig
  return { driver: Type, maxSize: Config?.['max-size'] ?? null, path: LogPath === '' ? null : LogPath }
}

/**
 * The size of the log. Null where this process cannot see it: it runs on another machine, in a container, or without the
 * right to. Only a path that ends in the container's own log is ever believed.
 */
export async function measureLogFile(id: ContainerId, path: string | null): Promise<number | null> {
  if (path === null || !isLogOf(id, path)) return null
  const found = await lstat(path).catch(() => null)
  return found?.isFile() ? found.size : null
}

/** The engine goes on writing at its new end. @throws Failure not_writable where this process may not do that */
export async function emptyLogFile(id: ContainerId, path: string | null): Promise<void> {
  const refusal = (cause?: unknown) => new Failure('Its log is out of my reach.', { code: 'not_writable', cause })
  if (path === null || !isLogOf(id, path)) throw refusal()
  // Opened without following a link: the name alone proves nothing.
  const file = await open(path, constants.O_WRONLY | constants.O_NOFOLLOW).catch((cause) => {
    throw refusal(cause)
  })
  try {
    if (!(await file.stat()).isFile()) throw refusal()
    await file.truncate(0)
  } finally {
    await file.close()
  }
}

function isLogOf(id: ContainerId, path: string): boolean {
  return path.endsWith(`/${id}/${id}-json.log`)
}

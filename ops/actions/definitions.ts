import { z } from 'zod'
import type { Container } from '../../src/docker/container.ts'
import type { ContainerId } from '../../src/docker/container-id.ts'
import type { Docker } from '../../src/docker/engine.ts'

/** The closed list of what may be done to a container. Nothing else ever is. */

export const ActionKind = z.enum(['restart', 'stop', 'start'])
export type ActionKind = z.infer<typeof ActionKind>

/** What an action is about: the card shows the name, the engine is told the id. */
export const ActionRequest = z.object({
  kind: ActionKind,
  containerId: z.string().regex(/^[0-9a-f]{64}$/),
  containerName: z.string().min(1),
})

export type ActionDefinition = {
  /** One sentence. */
  effect: string
  risk: 'safe' | 'confirm'
  /** The action that takes it back. */
  undo: ActionKind | null
  /** How the container shall be afterwards. */
  wants: 'running' | 'stopped'
  /** Why it makes no sense now; null when it does. */
  objection(container: Pick<Container, 'state'>): string | null
  run(docker: Docker, id: ContainerId, signal: AbortSignal): Promise<void>
  /** Between two of the same kind on one container. */
  coolDownMs: number
}

/** Between SIGTERM and SIGKILL; the engine's own default. */
const GRACE_SECONDS = 10
const MINUTE_MS = 60_000

const isUp = (state: Container['state']) => state === 'running' || state === 'restarting' || state === 'paused'

export const ACTIONS: Record<ActionKind, ActionDefinition> = {
  restart: {
    effect: `It is asked to end, after ${GRACE_SECONDS} s it is ended, and then it starts again. It does not answer meanwhile.`,
    risk: 'confirm',
    undo: null,
    wants: 'running',
    objection: ({ state }) => (state === 'removing' ? 'It is just being removed.' : null),
    run: (docker, id, signal) => docker.restart(id, { graceSeconds: GRACE_SECONDS, signal }),
    coolDownMs: MINUTE_MS,
  },
  stop: {
    effect: `It is asked to end, and after ${GRACE_SECONDS} s it is ended. It stays off until somebody starts it.`,
    risk: 'confirm',
    undo: 'start',
    wants: 'stopped',
    objection: ({ state }) => (isUp(state) ? null : 'It is not running, so there is nothing to stop.'),
    run: (docker, id, signal) => docker.stop(id, { graceSeconds: GRACE_SECONDS, signal }),
    coolDownMs: MINUTE_MS / 6,
  },
  start: {
    effect: 'It starts with the settings that it was made with.',
    risk: 'safe',
    undo: 'stop',
    wants: 'running',
    objection: ({ state }) => (isUp(state) ? 'It is running already. To start it afresh: restart.' : null),
    run: (docker, id, signal) => docker.start(id, { graceSeconds: GRACE_SECONDS, signal }),
    coolDownMs: MINUTE_MS / 6,
  },
}

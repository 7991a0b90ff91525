import { z } from 'zod'
import { type ContainerId, parseContainerId } from './container-id.ts'

/** What happens to containers, as the engine tells it. */

export const EVENT_ACTIONS = [
  'die',
  'oom',
  'start',
  'stop',
  'kill',
  'health_status',
  'destroy',
  'rename',
  'restart',
] as const
export type EventAction = (typeof EVENT_ACTIONS)[number]

export type ContainerEvent = {
  at: Date
  action: EventAction
  id: ContainerId
  name: string
  /**
   * Of die and kill. A hint, no proof: the engine writes the labels of a container over them, and a label may be called
   * "exitCode" or "signal".
   */
  exitCode: number | null
  signal: number | null
  /** Of health_status. */
  health: 'healthy' | 'unhealthy' | null
  /** The same event read twice has the same key. */
  key: string
}

/** All labels of a container are in each of its events; this is more than anybody has, and no memory to speak of. */
export const MAX_EVENT_BYTES = 512 * 1024
const MAX_NAME_CHARS = 256
const NS_PER_MS = 1_000_000

const Attribute = z.string().optional().catch(undefined)
const EngineEvent = z.object({
  Action: z.string(),
  Actor: z.object({
    ID: z.string(),
    Attributes: z.object({ name: Attribute, exitCode: Attribute, signal: Attribute }).catch({}),
  }),
  timeNano: z.number(),
})

/** Null for whatever is no event of a container that anybody here asked for. */
export function parseEvent(line: string): ContainerEvent | null {
  const parsed = EngineEvent.safeParse(readJson(line))
  if (!parsed.success) return null
  const { Action: said, Actor: actor, timeNano } = parsed.data
  const [verb = '', detail = ''] = said.split(':', 2)
  const action = EVENT_ACTIONS.find((one) => one === verb)
  const id = parseContainerId(actor.ID)
  const at = new Date(timeNano / NS_PER_MS)
  if (!action || id === null || Number.isNaN(at.getTime())) return null
  const health = detail.trim()
  return {
    at,
    action,
    id,
    name: (actor.Attributes.name ?? '').slice(0, MAX_NAME_CHARS) || id.slice(0, 12),
    exitCode: readNumber(actor.Attributes.exitCode),
    signal: readNumber(actor.Attributes.signal),
    health: health === 'healthy' || health === 'unhealthy' ? health : null,
    key: `${timeNano} ${said.slice(0, 40)} ${id}`,
  }
}

function readJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}

function readNumber(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,3}$/.test(text) ? Number(text) : null
}

/** As the engine takes it: seconds, with nine digits behind the point. */
export function toEngineTime(at: Date): string {
  const ms = Math.max(0, at.getTime())
  return `${Math.floor(ms / 1000)}.${String(Math.floor(ms % 1000)).padStart(3, '0')}000000`
}

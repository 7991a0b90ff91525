import { z } from 'zod'

/** The closed list of what may be done. Nothing else ever is. What each of them does is in registry.ts. */

export const CONTAINER_KINDS = ['restart', 'stop', 'start', 'shrink-log'] as const
const RUN_KINDS = ['retry-run', 'cancel-run'] as const
const SCHEDULE_KINDS = ['pause-schedule', 'resume-schedule'] as const
/** About the machine, or the bot's own data: there is only one of each. */
export const HOUSE_KINDS = [
  'prune-images',
  'prune-build-cache',
  'clear-outputs',
  'trim-data',
  'vacuum',
  'backup',
] as const

export type ContainerKind = (typeof CONTAINER_KINDS)[number]

export const ActionKind = z.enum([...CONTAINER_KINDS, ...RUN_KINDS, ...SCHEDULE_KINDS, ...HOUSE_KINDS])
export type ActionKind = z.infer<typeof ActionKind>

/** What an action is about. A container's card shows the name, the engine is told the id. */
export const ActionRequest = z.discriminatedUnion('kind', [
  z.object({
    kind: z.enum(CONTAINER_KINDS),
    containerId: z.string().regex(/^[0-9a-f]{64}$/),
    containerName: z.string().min(1),
  }),
  z.object({ kind: z.enum(RUN_KINDS), runId: z.uuid() }),
  /** Without a brand: the one that is chosen in the chat. */
  z.object({ kind: z.enum(SCHEDULE_KINDS), brand: z.string().min(1).optional() }),
  z.object({ kind: z.enum(HOUSE_KINDS) }),
])
export type ActionRequest = z.infer<typeof ActionRequest>
export type ContainerRequest = Extract<ActionRequest, { containerId: string }>

export function isContainerKind(kind: string): kind is ContainerKind {
  return (CONTAINER_KINDS as readonly string[]).includes(kind)
}

/** Who wants it. Healing acts by itself, under a policy that an owner has turned on. */
export type Person = { kind: 'person'; id: number; name: string; chatId: number }
export type Actor = Person | { kind: 'healing'; chatId: number | null }

/** How much thought it takes: 'two-taps' asks a second time, with a button that works only after the first. */
export const Risk = z.enum(['safe', 'confirm', 'two-taps'])
export type Risk = z.infer<typeof Risk>

import { z } from 'zod'
import { ActionKind } from '../ops/actions/definitions.ts'
import { COMPARED_WITH } from '../ops/compare.ts'
import { ARC } from '../src/content.ts'

/** What a stored button can mean. A closed union: data of another shape is refused. */

const draft = { runId: z.uuid(), revision: z.int(), contentHash: z.string() }
const Slide = z.enum(ARC)
/** Looked up in the live list before it is used. */
const ContainerId = z.string().regex(/^[0-9a-f]{64}$/)

export const REJECT_REASONS = {
  boring: 'Boring',
  wrong: 'Not true',
  words: 'Weak words',
  pictures: 'Bad pictures',
  'off-brand': 'Off brand',
} as const
const Reason = z.enum(Object.keys(REJECT_REASONS) as [keyof typeof REJECT_REASONS])
export type RejectReason = z.infer<typeof Reason>

export const CARD_MENUS = ['main', 'regenerate', 'edit', 'reject'] as const
export type CardMenu = (typeof CARD_MENUS)[number]

export const HEALTH_VIEWS = ['summary', 'details'] as const
export type HealthView = (typeof HEALTH_VIEWS)[number]

export const INCIDENT_WISHES = ['acknowledge', 'snooze-1', 'snooze-8', 'mute', 'ignore', 'show'] as const
export type IncidentWish = (typeof INCIDENT_WISHES)[number]

export const Action = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('approve'), ...draft }),
  z.object({ kind: z.literal('menu'), ...draft, menu: z.enum(CARD_MENUS) }),
  z.object({ kind: z.literal('story'), ...draft }),
  z.object({ kind: z.literal('version-before'), ...draft }),
  z.object({ kind: z.literal('redo'), ...draft, redo: z.enum(['everything', 'fact', 'words']) }),
  z.object({ kind: z.literal('redo-picture'), ...draft, slide: Slide }),
  z.object({ kind: z.literal('edit'), ...draft, slide: Slide }),
  z.object({ kind: z.literal('reject'), ...draft, reason: Reason }),
  z.object({ kind: z.literal('cancel'), runId: z.uuid() }),
  z.object({ kind: z.literal('retry'), runId: z.uuid(), allowRepeat: z.boolean() }),
  z.object({ kind: z.literal('deliver'), runId: z.uuid() }),
  z.object({ kind: z.literal('stop-editing'), userId: z.int() }),
  z.object({ kind: z.literal('show-draft'), runId: z.uuid() }),
  // The brand that the message names; without one, that of new carousels.
  z.object({ kind: z.literal('generate'), topic: z.string().nullable(), brand: z.string().optional() }),
  z.object({
    kind: z.literal('schedule'),
    change: z.enum(['pause', 'resume', 'configured']),
    brand: z.string().optional(),
  }),
  z.object({ kind: z.literal('brand'), name: z.string() }),
  z.object({ kind: z.literal('setting'), name: z.enum(['documents', 'costs']), value: z.boolean() }),
  z.object({ kind: z.literal('drop-topic'), id: z.int(), brand: z.string().optional() }),
  z.object({ kind: z.literal('add-topics'), text: z.string(), brand: z.string() }),
  z.object({ kind: z.literal('use-words'), ...draft, slide: Slide, title: z.string(), body: z.string() }),
  z.object({ kind: z.literal('stop-talk'), turnId: z.int() }),
  z.object({ kind: z.literal('ask-again'), turnId: z.int() }),
  z.object({ kind: z.literal('health'), view: z.enum(HEALTH_VIEWS) }),
  z.object({ kind: z.literal('charts') }),
  z.object({ kind: z.literal('compare'), than: z.enum(COMPARED_WITH) }),
  // Of a container, or of what `about` says; 'worst' is the worst finding of the moment.
  z.object({
    kind: z.literal('diagnose'),
    about: z.enum(['machine', 'bot', 'worst']),
    containerId: ContainerId.optional(),
  }),
  z.object({ kind: z.literal('containers'), page: z.int().nonnegative() }),
  z.object({ kind: z.literal('container-logs'), containerId: ContainerId, wish: z.string() }),
  z.object({
    kind: z.literal('propose-action'),
    action: ActionKind,
    // What the kind of action needs.
    containerId: ContainerId.optional(),
    runId: z.uuid().optional(),
    brand: z.string().optional(),
  }),
  // `second`: of an action that takes two taps. `startAgain`: of a stop for want of memory.
  z.object({
    kind: z.literal('confirm-action'),
    proposalId: z.uuid(),
    second: z.literal(true).optional(),
    startAgain: z.literal(true).optional(),
  }),
  z.object({ kind: z.literal('drop-action'), proposalId: z.uuid() }),
  z.object({ kind: z.literal('look-again'), proposalId: z.uuid() }),
  z.object({ kind: z.literal('incident'), wish: z.enum(INCIDENT_WISHES), incidentId: z.uuid() }),
  z.object({ kind: z.literal('ignore-lines'), container: z.string(), pattern: z.string() }),
  z.object({ kind: z.literal('lift-mute'), muteId: z.int() }),
])
export type Action = z.infer<typeof Action>

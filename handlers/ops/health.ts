import { SPANS, type Span } from '../../ops/charts/scale.ts'
import { listFixes } from '../../ops/fixes.ts'
import type { HealthReport } from '../../ops/health.ts'
import { findDependencies } from '../../ops/watch-labels.ts'
import type { HealthView } from '../actions.ts'
import type { Command } from '../commands.ts'
import { later } from '../errands.ts'
import { type HandlerDeps, type Scope, say, showAction } from '../scope.ts'
import type { Answer } from '../tap-draft.ts'
import { notPrivateText } from '../views/containers.ts'
import { healthHelpText, healthKeyboard, healthText } from '../views/health.ts'
import { CHART_SPANS, chartsLater } from './charts.ts'
import { isPrivateChat } from './private-chat.ts'

/**
 * /health: the update is done at once and the look is taken after its commit, so that a slow probe holds up neither the
 * transaction nor the chat.
 */
export const healthCommand: Command = async ({ scope, update }, args) => {
  if (!isPrivateChat(scope)) return say(scope, { kind: 'text', html: notPrivateText().html })
  const wish = readWish(args)
  if (wish === 'unclear') return say(scope, { kind: 'text', html: healthHelpText().html })
  if (wish !== 'health') return chartsLater(scope, wish)
  showAction(scope, 'typing')
  lookLater(scope, 'summary', { kind: 'text', ref: `health:${update.update_id}` })
}

/** "", "chart", "charts week". */
function readWish(args: string): 'health' | 'unclear' | readonly Span[] {
  const [first = '', second = '', ...rest] = args.trim().toLowerCase().split(/\s+/)
  if (first === '') return 'health'
  if (!/^charts?$/.test(first) || rest.length > 0) return 'unclear'
  if (second === '') return CHART_SPANS
  return Object.hasOwn(SPANS, second) ? [second as Span] : 'unclear'
}

/** Refresh, or the other view, in the message itself. */
export function tapHealth(scope: Scope, view: HealthView, ref: string | null): Answer {
  if (!isPrivateChat(scope)) return { text: 'Only in a private chat with me.', alert: true }
  if (ref === null) return { text: 'Send /health again.' }
  // A report stays what it is.
  if (!ref.startsWith('health:')) lookLater(scope, view, { kind: 'text', ref: `health:after:${ref}` })
  else lookLater(scope, view, { kind: 'edit', ref })
  return { text: 'Looking…' }
}

function lookLater(scope: Scope, view: HealthView, { kind, ref }: { kind: 'text' | 'edit'; ref: string }): void {
  later(scope, async ({ deps, signal, tell }) => {
    const report = await deps.ops.health.look()
    const { html } = healthText({ report, view, timeZone: deps.timeZone })
    const { containers } = report.snapshot
    const dependsOn = findDependencies(containers.kind === 'ok' ? containers.value : [])
    const fixes = listFixes(report.findings, await findActable(deps, report, signal), dependsOn)
    await tell({ kind, html, keyboard: healthKeyboard({ view, fixes }) }, ref)
  })
}

/** /health answers within 2 s: when Docker is slow there are no buttons for its containers. */
const GUARD_LIMIT_MS = 400

/** Which containers the bot may touch, asked only when one is in trouble. */
async function findActable(
  { ops, log }: HandlerDeps,
  { snapshot, findings }: HealthReport,
  signal: AbortSignal,
): Promise<(containerId: string) => boolean> {
  // A Docker that did not answer the probe is not asked again.
  if (snapshot.containers.kind !== 'ok') return () => false
  if (!findings.some(({ containerId }) => containerId !== undefined)) return () => false
  const both = AbortSignal.any([signal, AbortSignal.timeout(GUARD_LIMIT_MS)])
  const listing = await ops.containers.list(both).catch((err) => {
    log.info({ err }, 'no fixes for containers are offered')
    return null
  })
  if (listing?.kind !== 'ready') return () => false
  const actable = new Set<string>(
    listing.containers.flatMap(({ container, hindrance }) => (hindrance === null ? [container.id] : [])),
  )
  return (id) => actable.has(id)
}

import type { Report, ReportKind } from '../../ops/report.ts'
import { asFailure } from '../../src/failure.ts'
import { type OutgoingMessage, queueMessages } from '../../src/messaging/outbox.ts'
import { inTransaction } from '../../src/transaction.ts'
import type { Command } from '../commands.ts'
import { later } from '../errands.ts'
import { type HandlerDeps, say, showAction } from '../scope.ts'
import { notPrivateText } from '../views/containers.ts'
import { reportKeyboard, reportText } from '../views/report.ts'
import { CHART_SPANS, drawCharts } from './charts.ts'
import { findOpsChat, isPrivateChat } from './private-chat.ts'

/** /report, and what comes by itself: the report of the morning, that of the week, the backup of the night. */

/** "/report week" is the summary of seven days, with charts. */
export const reportCommand: Command = async ({ scope, update }, args) => {
  if (!isPrivateChat(scope)) return say(scope, { kind: 'text', html: notPrivateText().html })
  const kind = /^week/i.test(args.trim()) ? 'weekly' : 'daily'
  showAction(scope, 'typing')
  later(scope, async ({ deps, chatId, signal }) => {
    const messages = await writeReport(deps, { kind, chatId, ref: `report:${update.update_id}` }, signal)
    await queueMessages(deps.db.pool, messages)
    deps.wakeSender(chatId)
  })
}

type ReportWish = { kind: ReportKind; chatId: number; ref: string }

async function writeReport(
  deps: HandlerDeps,
  { kind, chatId, ref }: ReportWish,
  signal: AbortSignal,
): Promise<OutgoingMessage[]> {
  const report = await deps.ops.history.report(kind)
  const messages = [toMessage(report, deps.timeZone, { chatId, ref })]
  if (kind === 'daily') return messages
  const files = await drawCharts(deps, CHART_SPANS, signal).catch((thrown) => {
    const failure = asFailure(thrown)
    if (failure.code === 'cancelled') throw failure
    // Words without pictures are still a report.
    deps.log.warn({ err: failure }, 'charts of the report not drawn')
    return []
  })
  return files.length === 0 ? messages : [...messages, { chatId, content: { kind: 'album', as: 'photo', files } }]
}

function toMessage(
  report: Report,
  timeZone: string,
  { chatId, ref }: Pick<ReportWish, 'chatId' | 'ref'>,
): OutgoingMessage {
  const { html } = reportText({ report, timeZone })
  return { chatId, ref, content: { kind: 'text', html, keyboard: reportKeyboard({ report }) } }
}

/** With every tick: what is due is begun, and done beside it. The database decides who does it, and that it is done once. */
export async function tickDaily(deps: HandlerDeps): Promise<void> {
  await startBackup(deps)
  const chatId = findOpsChat(deps.access)
  if (chatId === null) return
  for (const kind of ['report', 'weekly'] as const) {
    const slot = await deps.ops.daily.findReport(kind, deps.clock.now())
    if (!slot || underWay.has(deps.ops)) continue
    underWay.add(deps.ops)
    deps.errands.run((signal) => sendReport(deps, slot, chatId, signal).finally(() => underWay.delete(deps.ops)))
  }
}

/** Ticks come faster than a report is made. */
const underWay = new WeakSet<HandlerDeps['ops']>()

type Slot = NonNullable<Awaited<ReturnType<HandlerDeps['ops']['daily']['findReport']>>>

/** The claim and the message are one transaction: after a kill there are both or neither. */
async function sendReport(deps: HandlerDeps, slot: Slot, chatId: number, signal: AbortSignal): Promise<void> {
  const kind = slot.kind === 'weekly' ? 'weekly' : 'daily'
  const messages = await writeReport(deps, { kind, chatId, ref: `report:${slot.kind}:${slot.localDate}` }, signal)
  await inTransaction(deps.db.pool, async (tx) => {
    if (await deps.ops.daily.claimReport(tx, slot, deps.clock.now())) await queueMessages(tx, messages)
  })
  deps.wakeSender(chatId)
}

async function startBackup({ ops, clock, errands, log }: HandlerDeps): Promise<void> {
  const slot = await ops.daily.takeBackup(clock.now())
  if (!slot) return
  errands.run(async (signal) => {
    const end = await ops.backups.make(signal).then(
      ({ verified }) => ({ ok: verified, note: verified ? '' : 'It could not be read back.' }),
      (thrown) => {
        const failure = asFailure(thrown)
        // The next process takes it up again.
        if (signal.aborted) throw failure
        log.warn({ err: failure }, 'nightly backup failed')
        return { ok: false, note: failure.message }
      },
    )
    await ops.daily.settleBackup(slot, { ...end, now: clock.now() })
  })
}

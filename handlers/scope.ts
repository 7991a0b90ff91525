import type { ConversationFlavor } from '@grammyjs/conversations'
import type { Api, Context } from 'grammy'
import type { Ops } from '../ops/index.ts'
import type { PipelineDeps } from '../pipeline/step.ts'
import type { Worker } from '../pipeline/worker.ts'
import type { Clock } from '../src/clock.ts'
import type { Converse } from '../src/converse.ts'
import type { Log } from '../src/log.ts'
import { type OutgoingContent, queueMessage } from '../src/messaging/outbox.ts'
import type { Redact } from '../src/redact.ts'
import type { StepSpend } from '../src/step-spend.ts'
import type { Telemetry } from '../src/telemetry.ts'
import type { Database, Queryable, Tx } from '../src/transaction.ts'
import type { Access } from './authorise.ts'
import type { Errands } from './errands.ts'
import type { Talks } from './talk/talks.ts'

/** What handlers work with; the root fills it in. */
export type HandlerDeps = {
  db: Database
  log: Log
  clock: Clock
  telemetry: Telemetry
  access: Access
  /** The kit in force when nobody has chosen another in the chat. */
  defaultBrand: string
  timeZone: string
  /** NEXUS_SCHEDULE. */
  scheduleCron: string
  pipeline: PipelineDeps
  worker: Worker
  ops: Ops
  errands: Errands
  talks: Talks
  /** Answers plain sentences; null without a key. */
  converse: Converse | null
  /** Hides what is secret by its value, and what looks like a secret. */
  redact: Redact
  /** Something was queued for this chat; the chat of the update itself is woken anyway. */
  wakeSender: (chatId: number) => void
  spend: (db: Queryable) => Promise<{ todayUsd: number; monthUsd: number }>
  spendBySteps: (db: Queryable) => Promise<StepSpend[]>
  budget: { dailyUsd: number; monthlyUsd: number }
  services: readonly ServiceStatus[]
}

/** One outside service: real, or replaced by its stand-in, and what to do about it. */
export type ServiceStatus = { name: string; purpose: string; ready: boolean; standIn: string; variable: string }

/** One update: its transaction, and what happens once it is committed. */
export type Scope = {
  deps: HandlerDeps
  tx: Tx
  api: Api
  userId: number
  userName: string
  chatId: number
  afterCommit: (() => void)[]
}

export type BotContext = Context & ConversationFlavor<Context> & { scope: Scope }

/** Queues a message to the chat of the update, in its transaction. */
export async function say(
  scope: Pick<Scope, 'tx' | 'chatId'>,
  content: OutgoingContent,
  options: { ref?: string; dedupeKey?: string } = {},
): Promise<void> {
  await queueMessage(scope.tx, { chatId: scope.chatId, content, ...options })
}

/** Chat actions are decoration: a lost one is no loss. */
export function showAction(scope: Scope, action: 'typing' | 'upload_photo'): void {
  scope.afterCommit.push(() => {
    scope.api
      .sendChatAction(scope.chatId, action)
      .catch((err) => scope.deps.log.debug({ err }, 'chat action not shown'))
  })
}

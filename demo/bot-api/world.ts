import { join } from 'node:path'
import type { BotCommand, UserFromGetMe } from 'grammy/types'
import { ApiError, badRequest } from './api-error.ts'
import { ChatBook } from './chats.ts'
import { FileStore } from './files.ts'
import { createRateLimiter, TELEGRAM_RATE_LIMITS } from './rate-limits.ts'
import type { BotApiEvent, BotApiOptions, CallbackAnswer } from './types.ts'
import { UpdateQueue } from './update-queue.ts'

/** Everything that the server knows; the methods work on it. */
export type World = {
  now: () => Date
  bot: UserFromGetMe
  chats: ChatBook
  files: FileStore
  updates: UpdateQueue
  callbacks: ReturnType<typeof createCallbackBook>
  /** Menus by scope and language, see methods/commands.ts. */
  commands: Map<string, BotCommand[]>
  limiter: ReturnType<typeof createRateLimiter>
  webhookUrl: { current: string }
  emit: (event: BotApiEvent) => void
  events: Set<(event: BotApiEvent) => void>
}

const DEFAULT_CALLBACK_AGE_MS = 30_000
/** 2026-01-01: counters that start from the clock stay within 32 bits for years. */
const COUNTER_EPOCH_MS = 1_767_225_600_000

export function createWorld(options: BotApiOptions): World {
  const now = options.now ?? (() => new Date())
  const events = new Set<(event: BotApiEvent) => void>()
  const emit = (event: BotApiEvent) => {
    for (const listener of [...events]) listener(event)
  }
  // A bot keeps its database over a restart of this server: ids that were used must not come again.
  const started = Math.max(1, Math.floor((Date.now() - COUNTER_EPOCH_MS) / 1000))
  return {
    now,
    bot: describeBot(options),
    chats: new ChatBook({ now, firstMessageId: options.dataDir === undefined ? 1 : started }),
    files: new FileStore(options.dataDir === undefined ? undefined : join(options.dataDir, 'files')),
    updates: new UpdateQueue({ firstId: started * 10, now, changed: () => emit({ kind: 'updates' }) }),
    callbacks: createCallbackBook(now, options.callbackAgeMs ?? DEFAULT_CALLBACK_AGE_MS),
    commands: new Map(),
    limiter: createRateLimiter(
      options.rateLimits === true ? TELEGRAM_RATE_LIMITS : options.rateLimits || undefined,
      now,
    ),
    webhookUrl: { current: '' },
    emit,
    events,
  }
}

function describeBot(options: BotApiOptions): UserFromGetMe {
  return {
    id: Number(options.token.split(':')[0]) || 1,
    is_bot: true,
    first_name: options.botName ?? 'Nexus',
    username: options.botUsername ?? 'nexus_local_bot',
    can_join_groups: true,
    can_read_all_group_messages: true,
    supports_inline_queries: false,
    can_connect_to_business: false,
    has_main_web_app: false,
    has_topics_enabled: false,
    allows_users_to_create_topics: false,
    can_manage_bots: false,
  } as UserFromGetMe
}

/** Taps that wait for their answer. Each is answered once, and not after it grew old. */
function createCallbackBook(now: () => Date, ageMs: number) {
  const waiting = new Map<string, { at: number; answered: (answer: CallbackAnswer) => void }>()
  let counter = 0
  return {
    add(answered: (answer: CallbackAnswer) => void): string {
      const id = `${Date.now()}${String(counter++).padStart(6, '0')}`
      waiting.set(id, { at: now().getTime(), answered })
      return id
    },
    forget: (id: string) => void waiting.delete(id),
    answer(id: string, answer: CallbackAnswer): void {
      const entry = waiting.get(id)
      waiting.delete(id)
      if (!entry || now().getTime() - entry.at > ageMs) {
        throw badRequest('query is too old and response timeout expired or query ID is invalid')
      }
      entry.answered(answer)
    },
  }
}

export function unauthorized(): ApiError {
  return new ApiError(401, 'Unauthorized')
}

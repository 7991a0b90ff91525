import { dropWaitingEdits, queueMessage } from '../../src/messaging/outbox.ts'
import type { TalkTurn } from '../../src/messaging/talk.ts'
import { inTransaction } from '../../src/transaction.ts'
import type { HandlerDeps } from '../scope.ts'
import { stopKeyboard, streamingText } from '../views/talk.ts'

/**
 * Shows an answer while it is written, by editing its message through the outbox: so an edit never stands behind the final
 * words, and a wait that Telegram asks for is kept. An edit that is lost is no loss.
 */
export type Stream = {
  /** The whole text so far. */
  show(soFar: string): void
  /** What is being looked at; null when the model writes again. */
  doing(what: string | null): void
  /** Writes no more, and waits for the edit under way: what is queued afterwards stands last. */
  end(): Promise<void>
}

/** Telegram takes about one message a second in a chat, and 20 a minute in a group; cards want their turn, too. */
export const EDIT_EVERY_MS = { private: 1_200, group: 5_000 }

export const talkRef = (turn: Pick<TalkTurn, 'id'>) => `talk:${turn.id}`

export function createStream(
  deps: Pick<HandlerDeps, 'db' | 'log' | 'wakeSender'>,
  turn: TalkTurn,
  everyMs = turn.chatId < 0 ? EDIT_EVERY_MS.group : EDIT_EVERY_MS.private,
): Stream {
  let shown = { soFar: '', doing: null as string | null }
  let timer: NodeJS.Timeout | null = null
  let writing: Promise<void> = Promise.resolve()
  let wroteAt = 0
  let ended = false

  const write = () => {
    timer = null
    wroteAt = performance.now()
    const { html } = streamingText(shown.soFar, shown.doing)
    writing = writing
      .then(() => writeEdit(deps, turn, html))
      .catch((err) => deps.log.info({ err }, 'part of an answer not shown'))
  }
  const plan = () => {
    if (ended || timer) return
    const waitMs = Math.max(0, wroteAt + everyMs - performance.now())
    timer = setTimeout(write, waitMs).unref()
  }
  return {
    show: (soFar) => {
      shown = { soFar, doing: null }
      plan()
    },
    doing: (what) => {
      shown = { ...shown, doing: what }
      plan()
    },
    end: async () => {
      ended = true
      if (timer) clearTimeout(timer)
      await writing
    },
  }
}

async function writeEdit(
  { db, wakeSender }: Pick<HandlerDeps, 'db' | 'wakeSender'>,
  turn: TalkTurn,
  html: string,
): Promise<void> {
  const message = { chatId: turn.chatId, ref: talkRef(turn) }
  await inTransaction(db.pool, async (tx) => {
    await dropWaitingEdits(tx, message)
    await queueMessage(tx, { ...message, content: { kind: 'edit', html, keyboard: stopKeyboard(turn.id) } })
  })
  wakeSender(turn.chatId)
}

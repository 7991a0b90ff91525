import type { Log } from '../../src/log.ts'
import { dropWaitingEdits, queueMessage } from '../../src/messaging/outbox.ts'
import type { TalkTurn } from '../../src/messaging/talk.ts'
import { inTransaction } from '../../src/transaction.ts'
import type { HandlerDeps } from '../scope.ts'
import { stopKeyboard, streamingText } from '../views/talk.ts'

/** An answer while it is written: what there is of it, and what is being looked at. */
export type Stream = {
  /** The whole text so far. */
  show(soFar: string): void
  /** Until the model writes again. */
  doing(what: string): void
  /** Writes no more, and waits for what is on its way: what is queued afterwards stands last. */
  end(): Promise<void>
}

/** Telegram takes about one message a second in a chat, and 20 a minute in a group; cards want their turn, too. */
const EDIT_EVERY_MS = { private: 1_200, group: 5_000 }

export const talkRef = (turn: Pick<TalkTurn, 'id'>) => `talk:${turn.id}`

/**
 * Edits the turn's message through the outbox, so that no edit comes after the final words, and a wait that Telegram asks
 * for is kept. One that is lost is no loss.
 */
export function streamInto(deps: Pick<HandlerDeps, 'db' | 'log' | 'wakeSender'>, turn: TalkTurn): Stream {
  const message = { chatId: turn.chatId, ref: talkRef(turn) }
  const write = async (soFar: string, doing: string | null) => {
    const { html } = streamingText(soFar, doing)
    await inTransaction(deps.db.pool, async (tx) => {
      await dropWaitingEdits(tx, message)
      await queueMessage(tx, { ...message, content: { kind: 'edit', html, keyboard: stopKeyboard(turn.id) } })
    })
    deps.wakeSender(turn.chatId)
  }
  return paceStream({ write, log: deps.log }, turn.chatId < 0 ? EDIT_EVERY_MS.group : EDIT_EVERY_MS.private)
}

/** Writes the newest state at most once in `everyMs`, one after the other. */
export function paceStream(
  { write, log }: { write: (soFar: string, doing: string | null) => Promise<void>; log: Pick<Log, 'info'> },
  everyMs: number,
): Stream {
  let shown: { soFar: string; doing: string | null } = { soFar: '', doing: null }
  let timer: NodeJS.Timeout | null = null
  let writing: Promise<void> = Promise.resolve()
  let wroteAt = Number.NEGATIVE_INFINITY
  let ended = false

  const writeNow = () => {
    timer = null
    wroteAt = performance.now()
    const { soFar, doing } = shown
    writing = writing.then(() => write(soFar, doing)).catch((err) => log.info({ err }, 'part of an answer not shown'))
  }
  const change = (next: Partial<typeof shown>) => {
    shown = { ...shown, ...next }
    if (ended || timer) return
    timer = setTimeout(writeNow, Math.max(0, wroteAt + everyMs - performance.now())).unref()
  }
  return {
    show: (soFar) => change({ soFar, doing: null }),
    doing: (what) => change({ doing: what }),
    end: async () => {
      ended = true
      if (timer) clearTimeout(timer)
      await writing
    },
  }
}

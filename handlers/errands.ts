import PQueue from 'p-queue'
import { asFailure } from '../src/failure.ts'
import type { Log } from '../src/log.ts'
import { type OutgoingContent, queueMessage } from '../src/messaging/outbox.ts'
import type { HandlerDeps, Scope } from './scope.ts'
import { failureText } from './views/containers.ts'

/** Work that talks to the outside for an update: it begins after the commit, so that no transaction waits for a machine. */
export type Errands = {
  run(work: (signal: AbortSignal) => Promise<void>): void
  /** The same for what nobody waits for and may take long: it never holds up an answer. */
  runAside(work: (signal: AbortSignal) => Promise<void>): void
  /** Ends what is under way. */
  stop(): Promise<void>
  idle(): Promise<void>
}

const AT_ONCE = 8
const ASIDE_AT_ONCE = 2

export function createErrands(log: Log): Errands {
  const queue = new PQueue({ concurrency: AT_ONCE })
  const aside = new PQueue({ concurrency: ASIDE_AT_ONCE })
  const stopping = new AbortController()
  const runIn = (chosen: PQueue, work: (signal: AbortSignal) => Promise<void>) => {
    if (stopping.signal.aborted) return
    void chosen.add(async () => {
      // What waited here when the bot was stopped is taken up at the next start.
      if (stopping.signal.aborted) return
      await work(stopping.signal).catch((thrown) => {
        if (asFailure(thrown).code !== 'cancelled') log.error({ err: thrown }, 'errand failed')
      })
    })
  }
  const idle = async () => {
    while (queue.size + queue.pending + aside.size + aside.pending > 0)
      await Promise.all([queue.onIdle(), aside.onIdle()])
  }
  return {
    run: (work) => runIn(queue, work),
    runAside: (work) => runIn(aside, work),
    stop: async () => {
      stopping.abort()
      await idle()
    },
    idle,
  }
}

/** What an errand knows of the update that it is for. */
export type Errand = {
  deps: HandlerDeps
  chatId: number
  userId: number
  userName: string
  signal: AbortSignal
  tell(content: OutgoingContent, ref?: string): Promise<void>
}

/** Does it after the commit. What fails is told in the chat: somebody waits for an answer there. */
export function later(scope: Scope, work: (errand: Errand) => Promise<void>): void {
  const { deps, chatId, userId, userName } = scope
  const tell: Errand['tell'] = async (content, ref) => {
    await queueMessage(deps.db.pool, { chatId, content, ...(ref === undefined ? {} : { ref }) })
    deps.wakeSender(chatId)
  }
  scope.afterCommit.push(() =>
    deps.errands.run(async (signal) => {
      try {
        await work({ deps, chatId, userId, userName, signal, tell })
      } catch (thrown) {
        const failure = asFailure(thrown)
        if (failure.code === 'cancelled') throw failure
        if (failure.code === 'internal') deps.log.error({ err: failure }, 'an answer could not be made')
        else deps.log.info({ err: failure }, 'an answer could not be made')
        const shown = failure.code === 'internal' ? 'Something in me failed. Please try again.' : failure.message
        await tell({ kind: 'text', html: failureText(shown).html })
      }
    }),
  )
}

import { asFailure } from '../../src/failure.ts'
import type { Log } from '../../src/log.ts'
import type { Errands } from '../errands.ts'

/** Sentences that are being answered: one at a time in a chat, in their order, and each can be stopped. */
export type Talks = {
  run(chatId: number, turnId: number, work: TalkWork): void
  /** Something is being answered there. */
  isBusy(chatId: number): boolean
  /** It waits for its turn, or is being answered. */
  isInHand(turnId: number): boolean
  /** Does nothing where it is not in hand. */
  stop(turnId: number): void
}

/** `ending`: the process ends. `stopped`: a person wants no more of it. */
export type TalkWork = (signals: { ending: AbortSignal; stopped: AbortSignal }) => Promise<void>

type Task = { turnId: number; work: TalkWork }

export function createTalks({ errands, log }: { errands: Errands; log: Log }): Talks {
  const lanes = new Map<number, Task[]>()
  const inHand = new Map<number, AbortController>()

  const drain = async (chatId: number, lane: Task[], ending: AbortSignal) => {
    for (let task = lane[0]; task && !ending.aborted; task = lane[0]) {
      const stopped = inHand.get(task.turnId)?.signal ?? AbortSignal.abort()
      await task.work({ ending, stopped }).catch((thrown) => {
        if (asFailure(thrown).code !== 'cancelled') log.error({ err: thrown }, 'a sentence could not be answered')
      })
      inHand.delete(task.turnId)
      lane.shift()
    }
    lanes.delete(chatId)
  }

  return {
    run: (chatId, turnId, work) => {
      inHand.set(turnId, new AbortController())
      const lane = lanes.get(chatId)
      if (lane) {
        lane.push({ turnId, work })
        return
      }
      const fresh = [{ turnId, work }]
      lanes.set(chatId, fresh)
      errands.run((ending) => drain(chatId, fresh, ending))
    },
    isBusy: (chatId) => lanes.has(chatId),
    isInHand: (turnId) => inHand.has(turnId),
    stop: (turnId) => inHand.get(turnId)?.abort(),
  }
}

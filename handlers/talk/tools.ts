import type { z } from 'zod'
import type { LoopTool } from '../../src/converse.ts'
import { asFailure, Failure } from '../../src/failure.ts'
import { isPrivateChat } from '../ops/private-chat.ts'
import { listContentOffers } from './content-offers.ts'
import { listContentReaders } from './content-readers.ts'
import { fence } from './fence.ts'
import type { TalkParts } from './in-scope.ts'
import { listOpsOffers } from './ops-offers.ts'
import { listOpsReaders } from './ops-readers.ts'
import type { Stream } from './stream.ts'

/**
 * What a model may use in a chat. Readers run at once. Offers put a card with a button into the chat and change nothing, so
 * a model that obeys every instruction it reads does no harm without a tap. Names are looked up; there are no ids.
 */

export type TalkTool<I = unknown> = {
  name: string
  description: string
  input: z.ZodType<I>
  /** For the person who waits: "looking at the logs of redis". */
  doing(input: I): string
  /** Plain words; what is from outside is fenced and redacted by the caller. */
  run(input: I, signal: AbortSignal): Promise<string>
}

export type Offer<I = unknown> = Omit<TalkTool<I>, 'doing' | 'run'> & {
  /** 'offered' when the card is there; else why not. */
  run(input: I, signal: AbortSignal): Promise<{ kind: 'offered' } | { kind: 'not-offered'; why: string }>
}

/** So many cards in one answer are more than anybody asked for. */
const MAX_OFFERS = 4

/** The schemas' types are checked where a tool is written; the list only needs their shape. */
export const defineTool = <I>(tool: TalkTool<I>): TalkTool => tool as unknown as TalkTool
export const defineOffer = <I>(offer: Offer<I>): Offer => offer as unknown as Offer

export function listTools(parts: TalkParts, stream: Pick<Stream, 'doing'>): LoopTool[] {
  const isPrivate = isPrivateChat(parts.turn)
  const readers = [...listContentReaders(parts), ...(isPrivate ? listOpsReaders(parts) : [])]
  const offers = [...listContentOffers(parts), ...(isPrivate ? listOpsOffers(parts) : [])]
  const tell = (name: string, text: string) => fence(name, parts.deps.redact(text))
  return [
    ...readers.map((tool) =>
      guard(parts, tool, async (input, signal) => {
        stream.doing(tool.doing(input))
        return tell(tool.name, await tool.run(input, signal))
      }),
    ),
    ...limitOffers(offers, tell).map(({ offer, run }) => guard(parts, offer, run)),
  ]
}

/** What went wrong may be told in somebody else's words, too; and a fault of ours must not be seen by a model alone. */
function guard(
  { deps }: TalkParts,
  { name, description, input }: Pick<TalkTool, 'name' | 'description' | 'input'>,
  run: LoopTool['run'],
): LoopTool {
  return {
    name,
    description,
    input,
    run: async (given, signal) => {
      try {
        return await run(given, signal)
      } catch (thrown) {
        const failure = asFailure(thrown)
        if (signal.aborted || failure.code === 'cancelled') throw failure
        if (failure.code === 'internal') deps.log.error({ err: failure, tool: name }, 'a tool of the chat failed')
        const words = failure.code === 'internal' ? 'The tool failed.' : failure.message
        throw new Failure(fence(name, deps.redact(words)), { code: failure.code, cause: failure })
      }
    },
  }
}

/** One after the other, so that the cards stand in the order in which they were asked for; and not too many of them. */
function limitOffers(
  offers: readonly Offer[],
  tell: (name: string, text: string) => string,
): { offer: Offer; run: LoopTool['run'] }[] {
  let offered = 0
  let last: Promise<unknown> = Promise.resolve()
  const make = async (offer: Offer, input: unknown, signal: AbortSignal) => {
    if (signal.aborted) return ''
    if (offered >= MAX_OFFERS) return `Not offered: there are ${MAX_OFFERS} cards already, which is enough.`
    const outcome = await offer.run(input, signal)
    if (outcome.kind === 'not-offered') return `Not offered.\n${tell(offer.name, outcome.why)}`
    offered += 1
    return OFFERED
  }
  return offers.map((offer) => ({
    offer,
    run: (input, signal) => {
      const next = last.then(() => make(offer, input, signal))
      last = next.catch(() => undefined)
      return next
    },
  }))
}

const OFFERED =
  'A card with a button stands in the chat below. Nothing has been done: it waits for a tap of the person, and expires.'

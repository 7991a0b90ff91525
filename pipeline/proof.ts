import { createHash } from 'node:crypto'
import type { Fact } from '../src/content.ts'
import { stemWords } from '../src/providers/local/topic-words.ts'
import { type Settled, settle } from './settle.ts'
import { once, type StepContext } from './step.ts'
import { Proof } from './types.ts'

/** Half of the fact's content words on the page: fewer, and the page is about something else. */
const MIN_SHARED_WORDS = 0.5

export type RunningProof = {
  result: Promise<Settled<Proof>>
  /** Stops looking; resolves when nothing is under way any more. */
  end(): Promise<unknown>
}

/** Looks a fact's source up beside everything else; the step is stored under the fact's own name. */
export function beginProof(ctx: StepContext, fact: Fact): RunningProof {
  const stop = new AbortController()
  const signal = AbortSignal.any([ctx.signal, stop.signal])
  const name = createHash('sha256').update(`${fact.text} ${fact.sourceUrl}`).digest('hex').slice(0, 8)
  const result = settle(once(ctx, `proof.${name}`, Proof, () => proveFact(ctx, fact, signal)))
  return {
    result,
    end: () => {
      stop.abort()
      return result
    },
  }
}

/** Fetches the fact's source and looks whether it speaks of the same things. Never fails a run: it says what it does not know. */
async function proveFact(ctx: Pick<StepContext, 'deps'>, fact: Fact, signal: AbortSignal): Promise<Proof> {
  const page = await ctx.deps.fetchSource(fact.sourceUrl, { signal })
  if (page.status !== 'ok') return { status: 'not-checked', reason: page.reason }
  return compareWithPage(fact.text, page.text)
}

/** Whether some passage of the page has the fact's words together. */
export function compareWithPage(fact: string, page: string): Proof {
  const wanted = stemWords(fact)
  const present = new Set(stemWords(page))
  const shared = wanted.filter((word) => present.has(word)).length
  const share = wanted.length === 0 ? 0 : shared / wanted.length
  const status = share < MIN_SHARED_WORDS ? 'source-silent' : 'source-agrees'
  return { status, reason: `the page has ${shared} of ${wanted.length} key words` }
}

import type { Fact } from '../src/content.ts'
import { stemWords } from '../src/providers/local/topic-words.ts'
import type { StepContext } from './step.ts'
import type { Proof } from './types.ts'

/** Half of the fact's content words on the page: fewer, and the page is about something else. */
const MIN_SHARED_WORDS = 0.5

/** Fetches the fact's source and looks whether it speaks of the same things. Never fails a run: it says what it does not know. */
export async function proveFact(ctx: StepContext, fact: Fact): Promise<Proof> {
  const page = await ctx.deps.fetchSource(fact.sourceUrl, { signal: ctx.signal })
  if (page.status !== 'ok') return { status: 'not-checked', reason: page.reason }
  const wanted = stemWords(fact.text)
  const present = new Set(stemWords(page.text))
  const shared = wanted.filter((word) => present.has(word)).length
  const share = wanted.length === 0 ? 0 : shared / wanted.length
  if (share < MIN_SHARED_WORDS)
    return { status: 'source-silent', reason: `the page has ${shared} of ${wanted.length} key words` }
  return { status: 'source-agrees', reason: `the page has ${shared} of ${wanted.length} key words` }
}

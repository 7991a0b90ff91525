import { createHash } from 'node:crypto'
import type { Fact } from '../src/content.ts'
import { stemWords } from '../src/providers/local/topic-words.ts'
import { type Settled, settle } from './settle.ts'
import { once, type StepContext } from './step.ts'
import { Proof } from './types.ts'

/** Content words of a passage: two or three sentences. A whole page has half of any fact's words somewhere. */
const PASSAGE_WORDS = 30
/**
 * Share of a fact's content words that one passage must have. Measured on twenty facts of the bank: of twenty long pages
 * with a passage that says the fact 19 reach it, of twenty that speak of the subject without saying it none does
 * (test/pipeline/proof.test.ts). Against all that the bank says about the same field 13 of 234 facts reach it wrongly.
 */
const MIN_SHARE = 0.6

/** A long encyclopaedia article; the bot answers nobody while it goes through the words. */
const MAX_TEXT_CHARS = 200_000
const PIECE_CHARS = 10_000

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
  // A source that could not be read may be there for the next version; an edit or a new picture does not wait for it.
  const keeps = ['edit', 'picture'].includes(ctx.run.request.redo)
  const isSettled = async (proof: Proof) => keeps || proof.status !== 'not-checked'
  const result = settle(once(ctx, `proof.${name}`, Proof, () => proveFact(ctx, fact, signal), isSettled))
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
  const page = await readSource(ctx.deps, fact, signal)
  if (page.status !== 'ok') {
    ctx.deps.log.info({ url: fact.sourceUrl, reason: page.reason }, 'source not read')
    return { status: 'not-checked', reason: page.reason }
  }
  return compareWithPage(fact.text, page.text)
}

async function readSource({ fetchSource, log }: StepContext['deps'], fact: Fact, signal: AbortSignal) {
  try {
    return await fetchSource(fact.sourceUrl, { signal })
  } catch (err) {
    if (signal.aborted) throw err
    log.warn({ err }, 'source not read')
    return { status: 'failed', reason: 'the source could not be read' } as const
  }
}

/**
 * Whether one passage of the page has the fact's words together, and the page every figure of it. That shows that it speaks
 * of the same things, not that it is right: a person reads it.
 */
export function compareWithPage(fact: string, page: string): Proof {
  const words = toWords(capText(page))
  const wanted = new Set(toWords(fact))
  const there = new Set(words)
  const absent = [...wanted].find((word) => /\d\d/.test(word) && !there.has(word))
  if (absent !== undefined) return { status: 'source-silent', reason: `the page does not have the figure ${absent}` }
  const share = shareOfWords(wanted, words)
  const status = share < MIN_SHARE ? 'source-silent' : 'source-agrees'
  return { status, reason: `one passage has ${Math.round(share * 100)} % of the key words` }
}

/** Piece by piece, because one character may become eighteen. */
function capText(page: string): string {
  let text = ''
  for (let at = 0; at < page.length && text.length < MAX_TEXT_CHARS; at += PIECE_CHARS)
    text += page.slice(at, at + PIECE_CHARS).normalize('NFKC')
  return text.slice(0, MAX_TEXT_CHARS)
}

/** The largest share, 0 to 1, of the wanted words that stand together in one passage of the page's words. */
function shareOfWords(wanted: ReadonlySet<string>, words: readonly string[]): number {
  if (wanted.size === 0) return 0
  const within = new Map<string, number>()
  let most = 0
  for (const [at, word] of words.entries()) {
    if (wanted.has(word)) within.set(word, (within.get(word) ?? 0) + 1)
    const leaving = words[at - PASSAGE_WORDS]
    const left = leaving === undefined ? undefined : within.get(leaving)
    if (leaving !== undefined && left !== undefined) {
      if (left === 1) within.delete(leaving)
      else within.set(leaving, left - 1)
    }
    most = Math.max(most, within.size)
  }
  return most / wanted.size
}

const SMALL_NUMBERS = 'zero one two three four five six seven eight nine ten eleven twelve'.split(' ')
const STEM_CHARS = 6

/** Content words without their endings, so that "regrow", "regrown" and "regrowing" meet. Figures stay as they are. */
function toWords(text: string): string[] {
  // 1,400 is one figure.
  return stemWords(text.replaceAll(/(\d),(?=\d{3}\b)/g, '$1')).map((word) => {
    if (/\d/.test(word)) return word
    const number = SMALL_NUMBERS.indexOf(word)
    if (number >= 0) return String(number)
    const stem = word.replace(/(?<=\p{L}{3})(?:ing|ed|er|est|ly|en)$/u, '').replace(/([bdgmnprt])\1$/u, '$1')
    return stem.slice(0, STEM_CHARS).replace(/(?<=\p{L}{3})e$/u, '')
  })
}

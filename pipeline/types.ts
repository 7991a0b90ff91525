import { z } from 'zod'
import { Category, Draft, Fact } from '../src/content.ts'
import type { Tx } from '../src/db/pool.ts'
import type { Run, RunFailure } from '../src/db/runs.ts'
import { FAILURE_CODES } from '../src/failure.ts'
import type { PassedOver } from '../src/providers/chain.ts'
import type { Maker } from '../src/providers/ports.ts'

/** Results of the steps as they are stored in `step.result`. */

/** Who made a result, and whom it was asked of before in vain. */
export const MadeBy = z.object({
  provider: z.enum(['groq', 'anthropic', 'gemini', 'pexels', 'local']),
  model: z.string(),
  passedOver: z.array(z.object({ provider: z.string(), code: z.enum(FAILURE_CODES) })),
})
export type MadeBy = z.infer<typeof MadeBy>

export function describeMaker(answer: { maker: { maker: Maker }; passedOver: readonly PassedOver[] }): MadeBy {
  const passedOver = answer.passedOver.map(({ maker, code }) => ({ provider: maker.provider, code }))
  return { ...answer.maker.maker, passedOver }
}

/** Why the bank took a fact that is not on the topic. */
export const OffTopic = z.object({
  /** It had something on the topic, which was told. */
  told: z.boolean(),
  /** Nobody else can be asked: there is no key for a service that finds facts. */
  noModel: z.boolean(),
})
export type OffTopic = z.infer<typeof OffTopic>

export const FactChoice = z.object({
  fact: Fact,
  /** Entry of the built-in bank; null for a fact that a model found. */
  bankId: z.string().nullable(),
  /** False when the bank had nothing on the topic and took something else. */
  onTopic: z.boolean(),
  offTopic: OffTopic.optional(),
  madeBy: MadeBy,
})
export type FactChoice = z.infer<typeof FactChoice>

export const Novelty = z.object({
  novel: z.boolean(),
  nearest: z.object({ fact: z.string(), similarity: z.number(), toldAt: z.string() }).nullable(),
})
export type Novelty = z.infer<typeof Novelty>

export const Proof = z.object({
  status: z.enum(['source-agrees', 'source-silent', 'not-checked']),
  reason: z.string(),
})
export type Proof = z.infer<typeof Proof>

/** The words that count: accepted by the rules, perhaps edited by a person afterwards. */
export const AcceptedDraft = z.object({
  choice: FactChoice,
  draft: Draft,
  madeBy: MadeBy,
  edited: z.boolean(),
})
export type AcceptedDraft = z.infer<typeof AcceptedDraft>

/** A file in the run's folder: path relative to the data folder. */
export const StoredFile = z.object({ path: z.string(), sha256: z.string(), bytes: z.number() })
export type StoredFile = z.infer<typeof StoredFile>

export const Picture = z.object({ file: StoredFile, madeBy: MadeBy, credit: z.string().nullable() })
export type Picture = z.infer<typeof Picture>

export const RenderedSlide = z.object({ png: StoredFile, jpg: StoredFile })
export type RenderedSlide = z.infer<typeof RenderedSlide>

export const SLIDE_ROLES = ['hook', 'reveal', 'mechanism', 'twist', 'closing'] as const

/** Everything that a person approves, in one value. */
export const Carousel = z.object({
  fact: Fact,
  category: Category,
  bankId: z.string().nullable(),
  onTopic: z.boolean(),
  offTopic: OffTopic.optional(),
  proof: Proof,
  edited: z.boolean(),
  slides: z.array(
    z.object({ role: z.enum(SLIDE_ROLES), title: z.string(), body: z.string(), png: StoredFile, jpg: StoredFile }),
  ),
  story: StoredFile,
  /** Ready to paste: text, source, credits, hashtags. */
  caption: z.string(),
  hashtags: z.array(z.string()),
  madeBy: z.object({ fact: MadeBy, words: MadeBy, pictures: z.array(MadeBy) }),
  credits: z.array(z.string()),
})
export type Carousel = z.infer<typeof Carousel>

export type ProgressStage = 'fact' | 'words' | 'pictures' | 'finishing'
export type Progress = { stage: ProgressStage; fact?: string; picturesDone: number; picturesTotal: number }

/** News that the pipeline passes upward; whoever listens writes its messages in the same transaction. */
export type News =
  | { kind: 'ready'; run: Run; carousel: Carousel; contentHash: string }
  | { kind: 'failed'; run: Run; failure: RunFailure }
  /** A new version (`failed`) could not be made; the one before it waits for review again. */
  | { kind: 'put-back'; run: Run; carousel: Carousel; contentHash: string; failed: Run; failure: RunFailure }
  | { kind: 'delivered'; run: Run; carousel: Carousel; outputDir: string; files: string[] }
  | { kind: 'delivery-failed'; run: Run; failure: RunFailure }

export type Listener = {
  /** Returns what to do once the transaction is committed. */
  announce(tx: Tx, news: News): Promise<() => void>
  /** Not part of any transaction: a lost progress line is no loss. */
  report(run: Run, progress: Progress): Promise<void>
}

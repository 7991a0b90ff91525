import type { z } from 'zod'
import type { Category, Draft, Fact } from '../content.ts'

/** What the pipeline asks of the outside. Each port has a real provider and a local stand-in; `maker` says which one answered. */

export type Maker = { provider: 'groq' | 'anthropic' | 'gemini' | 'pexels' | 'local'; model: string }

export type Usage = { inputTokens: number; outputTokens: number; images: number }

/** Where a call belongs, for the ledger; runId is absent for calls outside a run (doctor, chat). */
export type CallContext = { signal: AbortSignal; step: string; runId?: string | undefined }

export type TextRequest<T> = {
  system: string
  user: string
  /** Sent to the provider as JSON Schema and used to parse the answer. */
  schema: z.ZodType<T>
  schemaName: string
  temperature: number
  maxOutputTokens: number
}

export interface TextModel {
  readonly maker: Maker
  /** @throws Failure bad_model_output | refused | rate_limited | timeout | unavailable | unauthorized | budget_exceeded | cancelled */
  complete<T>(request: TextRequest<T>, context: CallContext): Promise<T>
}

/** A function that a model may ask for. The name is 1–64 letters, digits, "_" or "-"; the input is an object's schema. */
export type ToolSpec = { name: string; description: string; input: z.ZodType }

/** What a model asked for; `input` is not checked yet. */
export type ToolCall = { id: string; name: string; input: unknown }

export type ToolTurn =
  | { role: 'user'; text: string }
  | {
      role: 'assistant'
      text: string
      calls: ToolCall[]
      /** What its maker wants back unchanged while the same question is worked on. Never stored, never shown. */
      sealed?: unknown
    }
  | { role: 'tools'; results: { callId: string; text: string; isError: boolean }[] }

export type ToolRequest = {
  system: string
  turns: readonly ToolTurn[]
  tools: readonly ToolSpec[]
  /** Of this turn, thinking included: both are written and billed as one. */
  maxOutputTokens: number
  /** Gets the whole text so far, each time that there is more. */
  onText?: ((soFar: string) => void) | undefined
  /** An object's schema that the answer has to be written in, as JSON; without one the answer is free text. */
  answer?: z.ZodType | undefined
  /** No more tools: the model has to answer with what it knows. */
  mustAnswer?: boolean | undefined
}

export type ToolReply = {
  text: string
  calls: ToolCall[]
  /** 'cut': the answer was longer than `maxOutputTokens`. */
  end: 'answer' | 'tools' | 'cut'
  usage: Usage
  costUsd: number
  sealed?: unknown
}

/** A model that can look things up: one turn of a conversation with tools. `runToolLoop` does the turns. */
export interface ToolModel {
  readonly maker: Maker
  /** What a turn will likely cost, in US dollars; what the books reserve for it is the most that it can. */
  estimateUsd(request: ToolRequest): number
  /** @throws Failure as TextModel */
  next(request: ToolRequest, context: CallContext): Promise<ToolReply>
}

export type PaintRequest = {
  /** 2–3 sentences: what to show. */
  prompt: string
  category: Category
  /** Same seed, same local art. */
  seed: string
  /** Slide the picture is for: local art varies its composition with it. */
  role: 'hook' | 'reveal' | 'mechanism' | 'twist'
}
/** A decoded-and-checked PNG or JPEG, at most 20 MB and 12 megapixels; credit is a line to show, e.g. the photographer. */
export type Painting = { bytes: Buffer; mime: 'image/png' | 'image/jpeg' | 'image/webp'; credit?: string | undefined }

export interface ImageModel {
  readonly maker: Maker
  /** @throws Failure as TextModel, and bad_image */
  paint(request: PaintRequest, context: CallContext): Promise<Painting>
}

/** Vectors of two makers must never be compared: store maker.model beside each. */
export interface Embedder {
  readonly maker: Maker
  readonly dimensions: 768
  /** Unit-length vector. */
  embed(text: string, context: CallContext): Promise<number[]>
}

/** The built-in bank: finished, correctly stated facts with finished copy. */
export type BankEntry = { id: string; fact: Fact; draft: Draft; keywords: string[] }

export interface FactBank {
  readonly maker: Maker
  readonly size: number
  /**
   * The best entry on the topic that is not excluded; without a topic, any (chosen by seed).
   * `onTopic` is false when nothing matched and another entry was taken instead.
   */
  find(query: {
    topic: string | null
    excludeIds: ReadonlySet<string>
    seed: string
  }): { entry: BankEntry; onTopic: boolean } | null
  get(id: string): BankEntry | undefined
}

import { z } from 'zod'
import { INVISIBLE } from './plain-words.ts'

/** The words of a carousel as they travel between providers, pipeline and templates. Limits: the brand's rules (docs/brand.md). */

export const CATEGORIES = ['space', 'biology', 'psychology', 'physics', 'history', 'nature', 'technology'] as const
export const Category = z.enum(CATEGORIES)
export type Category = z.infer<typeof Category>

/**
 * The source as it is printed: what stands behind an address after a space or a line break would be printed with it, and a
 * user name shows another host than the one that is asked.
 */
const SourceUrl = z
  .url({ protocol: /^https$/ })
  .refine(isPlainAddress, { error: 'one https address, without spaces and without "@" in it' })
  .transform(toPage)

function isPlainAddress(text: string): boolean {
  return !/[\s@＠]/u.test(text) && !INVISIBLE.test(text) && !/\p{Extended_Pictographic}/u.test(text)
}

/** Without the part of the page that is meant, which a network would read as a hashtag. */
function toPage(text: string): string {
  const page = new URL(text)
  page.hash = ''
  return page.href
}

export const Fact = z.object({
  /** One declarative sentence, at most 15 words. */
  text: z.string().min(10).max(200),
  /** Why it works, with the contradiction in it, at most 30 words. */
  why: z.string().min(10).max(400),
  category: Category,
  sourceUrl: SourceUrl,
  /** Name of the publisher, e.g. "NASA". */
  sourceName: z.string().min(2).max(80),
})
export type Fact = z.infer<typeof Fact>

/** The arc. The closing slide's words belong to the brand, not to the draft. */
export const ARC = ['hook', 'reveal', 'mechanism', 'twist'] as const
export type ArcRole = (typeof ARC)[number]
export type SlideRole = ArcRole | 'closing'

export const TITLE_MAX_CHARS = 100
export const BODY_MAX_CHARS = 200

export const SlideCopy = z.object({
  title: z.string().min(1).max(TITLE_MAX_CHARS),
  body: z.string().max(BODY_MAX_CHARS),
})
export type SlideCopy = z.infer<typeof SlideCopy>

const DraftSlide = SlideCopy.extend({ imagePrompt: z.string().min(20).max(1000) })

/** Everything a writer delivers for one fact: four slides of the arc, the caption and 3–15 hashtags (without '#'). */
export const Draft = z.object({
  hook: DraftSlide,
  reveal: DraftSlide,
  mechanism: DraftSlide,
  twist: DraftSlide,
  caption: z.string().min(20).max(1800),
  hashtags: z
    .array(z.string().regex(/^[\p{L}\p{N}_]{2,40}$/u))
    .min(3)
    .max(15),
})
export type Draft = z.infer<typeof Draft>

/** The only emojis a slide may carry; a colour font with exactly these ships with the templates. */
export const ALLOWED_EMOJIS = ['🧠', '⚡', '💡', '🚀', '🌌', '💎', '🔬', '📊'] as const

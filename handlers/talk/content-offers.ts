import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { checkSlide } from '../../pipeline/quality.ts'
import { listTopics } from '../../pipeline/topics.ts'
import { ARC } from '../../src/content.ts'
import { findCurrentBrand } from '../current.ts'
import { type Scope, say } from '../scope.ts'
import { press } from '../views/card.ts'
import { cancelCardText, dropTopicText, wordsCardText } from '../views/talk.ts'
import { DraftName } from './content-readers.ts'
import { findDraft, findRunByWords } from './find-run.ts'
import { inScope, type TalkParts } from './in-scope.ts'
import { offerNext, offerScheduleChange, offerTopic, offerTopics } from './offer.ts'
import { defineOffer, type Offer } from './tools.ts'

/** Cards of the content half, with the buttons that the commands have. */

type Outcome = Awaited<ReturnType<Offer['run']>>

const OFFERED: Outcome = { kind: 'offered' }
const CARD_HOURS = 24
const MAX_TOPICS = 20

const orReason = (reason: string | null): Outcome => (reason === null ? OFFERED : notOffered(reason))
const notOffered = (why: string): Outcome => ({ kind: 'not-offered', why })

export function listContentOffers(parts: TalkParts): Offer[] {
  return [
    defineOffer({
      name: 'offer_carousel',
      description:
        'Offers to make a carousel about a topic; null takes the next one of the backlog, else a fresh fact.',
      input: z.object({ topic: z.string().nullable() }),
      run: ({ topic }) =>
        inScope(parts, async (scope) => {
          if (topic !== null) return orReason(await offerTopic(scope, topic))
          await offerNext(scope)
          return OFFERED
        }),
    }),
    defineOffer({
      name: 'offer_topics',
      description: 'Offers to add topics to the backlog.',
      input: z.object({ topics: z.array(z.string()).min(1).max(MAX_TOPICS) }),
      run: ({ topics }) => inScope(parts, async (scope) => orReason(await offerTopics(scope, topics))),
    }),
    defineOffer({
      name: 'offer_to_drop_topic',
      description: 'Offers to drop a topic from the backlog.',
      input: z.object({ topic: z.string().describe('Its words, as read_topics shows them.') }),
      run: ({ topic }) => inScope(parts, (scope) => offerDrop(scope, topic)),
    }),
    defineOffer({
      name: 'offer_schedule_change',
      description: 'Offers to pause the schedule or to resume it. Other times are set with /schedule 18:30 weekdays.',
      input: z.object({ change: z.enum(['pause', 'resume']) }),
      run: ({ change }) =>
        inScope(parts, async (scope) => orReason(await offerScheduleChange(scope, change, -parts.turn.id))),
    }),
    defineOffer({
      name: 'offer_to_cancel',
      description: 'Offers to cancel a carousel that is being made.',
      input: z.object({ carousel: DraftName }),
      run: ({ carousel }) => inScope(parts, (scope) => offerCancel(scope, carousel)),
    }),
    defineOffer({
      name: 'offer_slide_words',
      description:
        'Offers new words for one slide of a carousel that waits for approval. Look at its words with read_draft first.',
      input: z.object({ carousel: DraftName, slide: z.enum(ARC), title: z.string(), text: z.string() }),
      run: (wish) => inScope(parts, (scope) => offerWords(scope, wish)),
    }),
  ]
}

async function offerDrop(scope: Scope, wish: string): Promise<Outcome> {
  const { kit } = await findCurrentBrand(scope.tx, scope.deps)
  const topics = await listTopics(scope.tx, kit.name)
  const wanted = wish.trim().toLowerCase()
  const exact = topics.filter(({ text }) => text.toLowerCase() === wanted)
  const matching = exact.length > 0 ? exact : topics.filter(({ text }) => text.toLowerCase().includes(wanted))
  const [only, ...others] = matching
  if (!only || wanted === '') return notOffered('No topic of the backlog has these words.')
  if (others.length > 0) return notOffered(`Several have: ${matching.map(({ text }) => text).join('; ')}`)
  const keyboard = [[press('🗑 Drop it', { kind: 'drop-topic', id: only.id, brand: kit.name }, CARD_HOURS)]]
  await say(scope, { kind: 'text', html: dropTopicText(only.text).html, keyboard }, { ref: `card:${randomUUID()}` })
  return OFFERED
}

async function offerCancel(scope: Scope, wish: string | null): Promise<Outcome> {
  const found = await findRunByWords(scope.tx, ['queued', 'running'], wish)
  if (found.kind === 'unclear') return notOffered(found.why)
  const { run } = found
  const keyboard = [[press('✖️ Cancel it', { kind: 'cancel', runId: run.id }, CARD_HOURS)]]
  const { html } = cancelCardText(run.topic)
  await say(scope, { kind: 'text', html, keyboard }, { ref: `card:${randomUUID()}` })
  return OFFERED
}

type WordsWish = { carousel: string | null; slide: (typeof ARC)[number]; title: string; text: string }

/** Words that break a rule are told to the model: it can do better. */
async function offerWords(scope: Scope, wish: WordsWish): Promise<Outcome> {
  const found = await findDraft(scope.tx, wish.carousel)
  if (found.kind === 'unclear') return notOffered(found.why)
  const { run, carousel, contentHash } = found.draft
  const { brands, renderer } = scope.deps.pipeline
  const brand = brands.get(run.brand)
  const now = carousel.slides.find(({ role }) => role === wish.slide)
  if (!brand || !now) return notOffered('Its brand kit is gone.')
  const copy = { title: wish.title.replace(/\s+/g, ' ').trim(), body: wish.text.replace(/\s+/g, ' ').trim() }
  const problems = checkSlide(wish.slide, copy, brand.kit.emojis)
  if (problems.length === 0) problems.push(...(await renderer.checkCopy(brand, wish.slide, copy)))
  if (problems.length > 0) return notOffered(`These words do not work on the slide: ${problems.join('; ')}`)
  const draft = { runId: run.id, revision: run.revision, contentHash }
  const keyboard = [
    [press('✏️ Use these words', { kind: 'use-words', ...draft, slide: wish.slide, ...copy }, CARD_HOURS)],
  ]
  const { html } = wordsCardText({ slide: wish.slide, title: carousel.slides[0]?.title ?? '', now, copy })
  await say(scope, { kind: 'text', html, keyboard }, { ref: `card:${randomUUID()}` })
  return OFFERED
}

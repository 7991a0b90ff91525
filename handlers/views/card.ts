import type { DraftRef } from '../../pipeline/review.ts'
import type { Carousel, MadeBy, OffTopic } from '../../pipeline/types.ts'
import { ARC } from '../../src/content.ts'
import type { Keyboard, KeyboardButton } from '../../src/messaging/outbox.ts'
import { type Action, type CardMenu, REJECT_REASONS, type RejectReason } from '../actions.ts'
import { clip, type Html, html, lines, nothing } from './html.ts'

/** The card under an album: what it is, where it comes from, what it is not sure of, and the buttons. */

export type CardInput = {
  ref: DraftRef
  carousel: Carousel
  brandTitle: string
  topic: string | null
  source: 'command' | 'schedule' | 'cli'
}

export const SLIDE_NAMES = { hook: 'Hook', reveal: 'Reveal', mechanism: 'Mechanism', twist: 'Twist' } as const
const MAKERS = { groq: 'Groq', anthropic: 'Claude', gemini: 'Gemini', pexels: 'Pexels', local: 'built in' } as const
const WHY = {
  unavailable: 'down',
  timeout: 'too slow',
  rate_limited: 'busy',
  unauthorized: 'key refused',
  not_found: 'model unknown',
  refused: 'declined',
  bad_model_output: 'unusable answer',
  bad_image: 'unusable picture',
  budget_exceeded: 'over budget',
} as const

export function cardText(card: CardInput): Html {
  const { carousel, ref } = card
  return lines(
    html`<b>${carousel.slides[0]?.title ?? carousel.fact.text}</b>`,
    html`${card.brandTitle} · ${carousel.category}${card.source === 'schedule' ? ' · scheduled' : ''}${ref.revision > 1 ? ` · version ${ref.revision}` : ''}`,
    html``,
    html`${carousel.fact.text}`,
    html`Source: <a href="${carousel.fact.sourceUrl}">${carousel.fact.sourceName}</a>`,
    proofLine(carousel),
    carousel.onTopic || card.topic === null ? null : offTopicLine(card.topic, carousel.offTopic),
    carousel.edited ? html`✏️ Words edited by hand.` : null,
    html``,
    ...captionLines(carousel.caption),
    madeByLine(carousel),
  )
}

function offTopicLine(topic: string, why: OffTopic | undefined): Html {
  if (!why || why.told) return html`🔎 The built-in bank has nothing new on “${topic}”, so this is another fact.`
  const hint = why.noModel ? html` A key for Groq (GROQ_API_KEY) finds facts on any topic.` : nothing
  return html`🔎 The built-in bank has nothing on “${topic}”, so this is another fact.${hint}`
}

/** As long as a caption may be; with all that is around it the card still fits into one message. */
const CAPTION_SHOWN_CHARS = 2200

/** Folded up until somebody taps it. */
function captionLines(caption: string): Html[] {
  const shown = clip(caption, CAPTION_SHOWN_CHARS)
  const note = shown === caption ? nothing : html` (cut here; the files have all of it)`
  return [html`📋 Caption${note}:`, html`<blockquote expandable>${shown}</blockquote>`]
}

function proofLine(carousel: Carousel): Html {
  if (carousel.proof.status === 'source-agrees') return html`✔️ Source read: it speaks of the same things.`
  if (carousel.proof.status === 'source-silent')
    return html`⚠️ Unverified: the source does not seem to say this. Check it before you approve.`
  return html`⚠️ Unverified: its source could not be read from here. Check it before you approve.`
}

function madeByLine(carousel: Carousel): Html {
  const { fact, words, pictures } = carousel.madeBy
  const painters = [...new Set(pictures.map((picture) => makerName(picture, 'art')))].join(' and ')
  const parts = html`Fact: ${makerName(fact, 'bank')} · Words: ${carousel.edited ? `${makerName(words, 'bank')}, edited` : makerName(words, 'bank')} · Pictures: ${painters}`
  const passedOver = new Map(
    [fact, words, ...pictures].flatMap((by) => by.passedOver.map((one) => [one.provider, one.code] as const)),
  )
  const excuses = [...passedOver].map(
    ([provider, code]) => `${nameOf(provider)} ${code in WHY ? WHY[code as keyof typeof WHY] : 'failed'}`,
  )
  return html`<i>${parts}${excuses.length > 0 ? ` (${excuses.join(', ')})` : ''}</i>`
}

function makerName(by: MadeBy, standIn: string): string {
  return by.provider === 'local' ? `built-in ${standIn}` : MAKERS[by.provider]
}

function nameOf(provider: string): string {
  return provider in MAKERS ? MAKERS[provider as keyof typeof MAKERS] : provider
}

export function cardKeyboard(
  card: Pick<CardInput, 'ref' | 'carousel'>,
  menu: CardMenu,
  { hasVersionBefore = false } = {},
): Keyboard {
  const { ref } = card
  const open = (text: string, to: CardMenu): KeyboardButton => press(text, { kind: 'menu', ...ref, menu: to })
  const back = [open('‹ Back', 'main')]
  switch (menu) {
    case 'main': {
      const verified = card.carousel.proof.status === 'source-agrees'
      return [
        [press(verified ? '✅ Approve' : '✅ Approve (unverified)', { kind: 'approve', ...ref })],
        // Three in a row would break the longest word on a phone.
        [open('♻️ Regenerate', 'regenerate'), open('✏️ Edit', 'edit')],
        [press('👁 Story', { kind: 'story', ...ref }), open('🗑 Reject', 'reject')],
      ]
    }
    case 'regenerate':
      return [
        [
          press('Everything', { kind: 'redo', ...ref, redo: 'everything' }),
          press('Another fact', { kind: 'redo', ...ref, redo: 'fact' }),
        ],
        [press('Words only', { kind: 'redo', ...ref, redo: 'words' })],
        ARC.map((slide, index) => press(`🖼 Slide ${index + 1}`, { kind: 'redo-picture', ...ref, slide })),
        ...(hasVersionBefore ? [[press('↩️ Version before', { kind: 'version-before', ...ref })]] : []),
        back,
      ]
    case 'edit':
      return [
        ...pairs(
          ARC.map((slide, index) => press(`${index + 1} · ${SLIDE_NAMES[slide]}`, { kind: 'edit', ...ref, slide })),
        ),
        back,
      ]
    case 'reject': {
      const reasons = Object.entries(REJECT_REASONS) as [RejectReason, string][]
      return [...pairs(reasons.map(([reason, label]) => press(label, { kind: 'reject', ...ref, reason }))), back]
    }
  }
}

/** What a menu asks, under the card's text. */
/** Without a writer, new words would be the same words: the bank has one text for a fact. */
export function menuHint(menu: CardMenu, { hasWriter }: { hasWriter: boolean }): Html | null {
  if (menu === 'regenerate')
    return html`♻️ <b>What shall I make again?</b> “Everything” keeps the fact and makes ${hasWriter ? 'new words and pictures' : 'new pictures; the bank has one text'}. 🖼 paints one picture anew.`
  if (menu === 'edit') return html`✏️ <b>Which slide’s words?</b>`
  if (menu === 'reject')
    return html`🗑 <b>Why not?</b> After weak words or bad pictures the fact may come again; otherwise it does not.`
  return null
}

export function press(text: string, action: Action, ttlHours?: number): KeyboardButton {
  return ttlHours === undefined ? { text, action } : { text, action, ttlHours }
}

function pairs<T>(all: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(all.length / 2) }, (_, row) => all.slice(row * 2, row * 2 + 2))
}

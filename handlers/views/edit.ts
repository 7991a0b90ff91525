import { BODY_MAX_WORDS, titleMaxWords } from '../../pipeline/quality.ts'
import type { DraftRef } from '../../pipeline/review.ts'
import { ARC, type ArcRole, type SlideCopy } from '../../src/content.ts'
import type { Keyboard, KeyboardButton } from '../../src/messaging/outbox.ts'
import { press, SLIDE_NAMES } from './card.ts'
import { clip, type Html, html, lines, nothing } from './html.ts'

/** Somebody may send 4,096 foreign emojis; the answer about them has to fit into a message too. */
const PROBLEMS_SHOWN = 6
const PROBLEM_MAX_CHARS = 300

function slideName(slide: ArcRole): string {
  return `Slide ${ARC.indexOf(slide) + 1} · ${SLIDE_NAMES[slide]}`
}

/** `replyFrom`: in a group, who is asked; there the bot is shown replies only. */
export function askForWordsText(input: {
  slide: ArcRole
  now: SlideCopy
  replyFrom: string | null
  emojis: readonly string[]
}): Html {
  const { slide, now, replyFrom, emojis } = input
  return lines(
    replyFrom === null
      ? html`✏️ <b>${slideName(slide)}</b>. Send the new words:`
      : html`✏️ <b>${slideName(slide)}</b>. ${replyFrom}, reply to this message with the new words:`,
    html`<code>Title / text</code>, or the title on the first line and the text below.`,
    html`Title up to ${titleMaxWords(slide)} words, text up to ${BODY_MAX_WORDS}.`,
    emojis.length > 0
      ? html`At most one emoji, at the end of the title: ${emojis.join(' ')}`
      : html`No emojis: the brand has none.`,
    html`15 minutes; /cancel stops.`,
    html``,
    html`Now it says (tap to copy):`,
    html`<pre>${now.body === '' ? now.title : `${now.title} / ${now.body}`}</pre>`,
  )
}

export function editingKeyboard(userId: number): Keyboard {
  return [[press('✖️ Leave it as it is', { kind: 'stop-editing', userId }, 1)]]
}

/** Starts the same edit anew; it is an edit of the very draft, so on a decided one it only says so. */
export function editAgainButton(ref: DraftRef, slide: ArcRole): KeyboardButton {
  return press('✏️ Try again', { kind: 'edit', ...ref, slide })
}

export function editProblemsText(slide: ArcRole, problems: readonly string[], triesLeft: number): Html {
  const own = problems.map((problem) => problem.replace(new RegExp(`^${slide}: `), ''))
  const left = own.length - PROBLEMS_SHOWN
  return lines(
    html`⚠️ Those words do not work on the slide:`,
    ...own.slice(0, PROBLEMS_SHOWN).map((problem) => html`• ${clip(problem, PROBLEM_MAX_CHARS)}`),
    left > 0 && html`• and ${left} more`,
    triesLeft === 0
      ? html`That was the last try. The slide stays as it is.`
      : html`Change them and send <code>Title / text</code> again${triesLeft === 1 ? html`: 1 try left` : nothing}. /cancel stops.`,
  )
}

export function wordsTakenText(slide: ArcRole): Html {
  return html`✏️ <b>${slideName(slide)}</b>: I have your words.`
}

export function editStoppedText(reason?: string): Html {
  return reason ? html`✏️ Not edited. ${reason}` : html`✏️ Editing stopped. The slide stays as it is.`
}

/** Words that came after the end of an edit. */
export function editEndedText(): Html {
  return html`✏️ That edit has ended, so these words were not used. Shall I ask for them again?`
}

export function editTimedOutText(minutes: number): Html {
  return html`⌛ No new words came within ${minutes} minutes, so the slide stays as it is. ✏️ on the card starts again.`
}

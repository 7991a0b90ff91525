import { type ArcRole, BODY_MAX_CHARS, type SlideCopy, TITLE_MAX_CHARS } from '../../src/content.ts'
import type { Keyboard } from '../../src/messaging/outbox.ts'
import { press, SLIDE_NAMES } from './card.ts'
import { type Html, html, lines } from './html.ts'

export function askForWordsText(slide: ArcRole, now: SlideCopy): Html {
  return lines(
    html`✏️ <b>${SLIDE_NAMES[slide]}</b>: send the new words as <code>Title / text</code>, or the title on the first line and the text below.`,
    html`At most ${TITLE_MAX_CHARS} and ${BODY_MAX_CHARS} characters. Now it says (tap to copy):`,
    html`<pre>${now.title} / ${now.body}</pre>`,
  )
}

export function editingKeyboard(): Keyboard {
  return [[press('✖️ Leave it', { kind: 'stop-editing' }, 1)]]
}

export function editProblemsText(problems: readonly string[], last: boolean): Html {
  return lines(
    html`That does not work on the slide:`,
    ...problems.map((problem) => html`• ${problem}`),
    last ? html`The slide stays as it is. ✏️ on the card starts again.` : html`Send it again, shorter or changed.`,
  )
}

export function editStoppedText(reason?: string): Html {
  return reason ? html`✏️ Not edited. ${reason}` : html`✏️ Editing stopped. The slide stays as it is.`
}

import type { Looked } from '../../ops/actions/propose.ts'
import type { Keyboard } from '../../src/messaging/outbox.ts'
import { actionTitle, proposeButton, quoted } from './action.ts'
import { type Html, html, lines } from './html.ts'

/** /cleanup: what could be done to make room, with the figures of this moment. Nothing is done yet. */

export function cleanupText(looked: readonly Looked[]): Html {
  return lines(
    html`<b>Room and housekeeping</b>. A button only asks: nothing is done before you confirm it.`,
    ...looked.map((one) => {
      const title = actionTitle(one.request.kind)
      if (one.kind === 'ready') return html`▪️ <b>${title}</b>: ${quoted(one.effect)}`
      return html`▫️ ${title}: ${quoted(one.reason)}`
    }),
  )
}

export function cleanupKeyboard(looked: readonly Looked[]): Keyboard {
  return looked.filter(({ kind }) => kind === 'ready').map(({ request }) => [proposeButton(request)])
}

import { clip, type Html, html } from './html.ts'

/** For a message that could not be worked, after several tries. */
export function apology(): Html {
  return html`😕 I could not do that: something in me failed, three times. Nothing was changed. Please try it once more; if it happens again, the log says why (<code>npm run doctor</code> helps).`
}

/** For an album that Telegram did not take: the card below it would ask about pictures that nobody saw. */
export function albumFailedText(as: 'photo' | 'document', reason: string): Html {
  const what = as === 'photo' ? 'The pictures could not be shown' : 'The files could not be sent'
  return html`⚠️ ${what}: ${clip(reason, 300)}`
}

/** The toast for a tap that could not be worked. Plain text. */
export const TAP_APOLOGY = 'Something in me failed. Please tap once more.'

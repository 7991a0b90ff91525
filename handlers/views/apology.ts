import { type Html, html } from './html.ts'

/** For a message that could not be worked, after several tries. */
export function apology(): Html {
  return html`😕 I could not do that: something in me failed, three times. Nothing was changed. Please try it once more; if it happens again, the log says why (<code>npm run doctor</code> helps).`
}

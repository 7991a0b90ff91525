import { toVisible } from '../../src/messaging/visible-text.ts'
import { redactSecrets } from '../../src/redact-secrets.ts'
import { clip, type Html, html } from './html.ts'

/** Words of somebody else, as code on one line: a name that looks like an address, a command or a mention stays dead. */

const NAME_SHOWN = 60

export function foreign(text: string, maxChars = NAME_SHOWN): Html {
  return html`<code>${tidy(text, maxChars)}</code>`
}

/** The same for a button, where nothing can come alive. A name may hold a key: hidden before it is cut to a part of one. */
export function tidy(text: string, maxChars: number): string {
  return clip(toVisible(redactSecrets(text)).replaceAll(/\s+/g, ' ').trim(), maxChars) || '?'
}

/** A rule's sentence, its subject in the place of `{}`. */
export function sentence(words: string, subject: string): Html {
  const [before = '', ...after] = words.split('{}')
  return after.length === 0 ? html`${before}` : html`${before}${foreign(subject)}${after.join('{}')}`
}

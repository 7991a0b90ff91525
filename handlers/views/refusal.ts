import { type Html, html } from './html.ts'

/** What a stranger gets, once. */
export function refusal(): Html {
  return html`Hello! This is a private bot, so I cannot help you here. If it is yours, add your Telegram user id to <code>NEXUS_OWNER_IDS</code> and start it again.`
}

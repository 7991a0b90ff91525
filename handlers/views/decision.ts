import type { Redo } from '../../pipeline/runs.ts'
import { SLIDE_NAMES } from './card.ts'
import { type Html, html } from './html.ts'

export function redoneText(request: Redo, by: string): Html {
  switch (request.redo) {
    case 'everything':
      return html`♻️ ${by} asked for everything anew. The new version comes below.`
    case 'fact':
      return html`♻️ ${by} asked for another fact. The new version comes below.`
    case 'words':
      return html`♻️ ${by} asked for new words. The new version comes below.`
    case 'picture':
      return html`♻️ ${by} asked for another picture on “${SLIDE_NAMES[request.slide]}”. The new version comes below.`
    case 'edit':
      return html`✏️ ${by} edited “${SLIDE_NAMES[request.slide]}”. The new version comes below.`
  }
}

/** A newer version gives way to the one before it. */
export function versionBeforeText(by: string): Html {
  return html`↩️ ${by} went back to the version before. It comes below.`
}

/** `freed`: the fact was not the reason, so it may come again. */
export function rejectedText(input: { reason: string; by: string; freed: boolean }): Html {
  return html`🗑 Rejected by ${input.by}: ${input.reason}. ${input.freed ? 'The fact itself may come again.' : 'I will not bring this fact again.'} /generate makes another carousel.`
}

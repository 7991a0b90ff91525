import type { Redo } from '../../pipeline/runs.ts'
import { SLIDE_NAMES } from './card.ts'
import { type Html, html } from './html.ts'

export function redoneText(request: Redo, by: string): Html {
  switch (request.redo) {
    case 'everything':
      return html`♻️ ${by} asked for new words and pictures. The new version comes below.`
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

export function rejectedText(input: { reason: string; by: string }): Html {
  return html`🗑 Rejected by ${input.by}: ${input.reason}. I will not bring this fact again. /generate makes another carousel.`
}

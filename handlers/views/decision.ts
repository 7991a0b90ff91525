import type { Redo, Run } from '../../pipeline/runs.ts'
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

/** In the place of a card that was sent once more. */
export function shownAgainText(): Html {
  return html`👀 Shown again below.`
}

/** On the cards of a draft in the other chats it was shown in. */
export function decidedElsewhereText(run: Pick<Run, 'status' | 'rejectReason'>, by: string): Html {
  if (run.status === 'approved') return html`✅ Approved by ${by} in another chat, where the files go.`
  if (run.status === 'rejected')
    return html`🗑 Rejected by ${by} in another chat${run.rejectReason === null ? '' : `: ${run.rejectReason}`}.`
  return html`♻️ ${by} works on another version in another chat. /queue shows it here once it is ready.`
}

import type { Run } from '../../pipeline/runs.ts'
import type { Keyboard } from '../../src/messaging/outbox.ts'
import { press } from './card.ts'
import { clip, type Html, html, lines } from './html.ts'

export function approvedText(title: string, by: string): Html {
  return lines(html`<b>${title}</b>`, html`✅ Approved by ${by}. Handing over the files…`)
}

export function deliveredText(input: { run: Pick<Run, 'decidedByName'>; folder: string; title: string }): Html {
  return lines(
    html`<b>${input.title}</b>`,
    html`✅ Approved by ${input.run.decidedByName ?? 'an owner'} and handed over.`,
    html`📁 <code>${input.folder}</code>`,
  )
}

/** The caption in one block: a tap on it copies all of it. */
export function captionText(caption: string): Html {
  return lines(html`📋 <b>Caption</b> (tap to copy)`, html`<pre>${caption}</pre>`)
}

export function deliveryFailedText(message: string): Html {
  return lines(
    html`⚠️ <b>Approved, but not handed over.</b>`,
    html`${clip(message, 1500)}`,
    html`The approval stands; nothing needs to be made again. Mend that, then:`,
  )
}

export function deliveryFailedKeyboard(runId: string): Keyboard {
  return [[press('🔁 Hand over again', { kind: 'deliver', runId })]]
}

export function deliveringAgainText(): Html {
  return html`🔁 Handing over the files again…`
}

export function deliveredLateText(): Html {
  return html`✅ The files are handed over now.`
}

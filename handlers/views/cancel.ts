import type { Run } from '../../pipeline/runs.ts'
import type { Keyboard } from '../../src/messaging/outbox.ts'
import { press } from './card.ts'
import { clip, type Html, html } from './html.ts'

export function nothingToCancelText(): Html {
  return html`Nothing is being made, so there is nothing to cancel. A finished draft has 🗑 Reject on its card.`
}

export function cancelChoiceText(count: number): Html {
  return count === 1
    ? html`One carousel is being made. Shall I stop it?`
    : html`${count} carousels are being made. Which one shall I stop?`
}

/** Numbered, because several may have the same words on them. */
export function cancelChoiceKeyboard(runs: readonly Run[]): Keyboard {
  return runs.map((run, index) => [
    press(`✖️ ${index + 1} · ${clip(run.topic ?? 'a fresh fact', 36)}`, { kind: 'cancel', runId: run.id }, 24),
  ])
}

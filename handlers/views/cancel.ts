import type { Run } from '../../pipeline/runs.ts'
import type { Keyboard } from '../../src/messaging/outbox.ts'
import { press } from './card.ts'
import { clip, type Html, html } from './html.ts'

export function nothingToCancelText(): Html {
  return html`Nothing is being made, so there is nothing to cancel. A finished draft has 🗑 Reject on its card.`
}

export function cancelChoiceText(count: number): Html {
  return html`${count} carousels are in the works. Which one shall I stop?`
}

export function cancelChoiceKeyboard(runs: readonly Run[]): Keyboard {
  return runs.map((run) => [press(`✖️ ${clip(run.topic ?? 'a fresh fact', 40)}`, { kind: 'cancel', runId: run.id }, 24)])
}

import type { BrandKit } from '../../pipeline/brand.ts'
import type { Keyboard } from '../../src/messaging/outbox.ts'
import { press } from './card.ts'
import { clip, type Html, html, lines } from './html.ts'

/** Of the brand that is chosen. */
export type BrandState = { schedule: string; timeZone: string; approved: number; topics: number }

export function brandText(kit: BrandKit, kits: number, state: BrandState): Html {
  return lines(
    html`<b>${kit.title}</b> · ${kit.handle}`,
    html`<i>${kit.tagline}</i>`,
    html``,
    kit.emojis.length > 0 && html`Emojis: ${kit.emojis.join(' ')}`,
    kit.hashtags.length > 0 && html`Always: ${kit.hashtags.map((tag) => `#${tag}`).join(' ')}`,
    html`🕡 ${clip(state.schedule, 1500)}${state.schedule === 'off' ? '' : ` (${state.timeZone})`}`,
    html`✅ ${state.approved === 0 ? 'Nothing' : state.approved} approved · 💭 ${state.topics === 0 ? 'no' : state.topics} ${state.topics === 1 ? 'topic' : 'topics'}`,
    html``,
    kits > 1 && html`Each brand has its own schedule, topics and queue. Only the chosen one makes carousels by itself.`,
    kits > 1
      ? html`Choose the brand of new carousels:`
      : html`A second brand is a folder in <code>templates/</code>; see docs/brand.md.`,
  )
}

export function brandKeyboard(kits: readonly BrandKit[], current: string): Keyboard {
  if (kits.length < 2) return []
  return kits.map((kit) => [
    press(`${kit.name === current ? '● ' : ''}${kit.title}`, { kind: 'brand', name: kit.name }),
  ])
}

/** A toast: the kit's folder was removed while a button still names it. */
export function brandGoneToast(name: string): string {
  return `The brand kit “${clip(name, 60)}” is gone.`
}

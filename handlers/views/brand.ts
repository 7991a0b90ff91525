import type { BrandKit } from '../../pipeline/brand.ts'
import type { Keyboard } from '../../src/messaging/outbox.ts'
import { press } from './card.ts'
import { type Html, html, lines } from './html.ts'

export function brandText(kit: BrandKit, kits: number): Html {
  return lines(
    html`<b>${kit.title}</b> · ${kit.handle}`,
    html`<i>${kit.tagline}</i>`,
    html``,
    // As code: a chat would take a colour for a hashtag.
    html`Colours: <code>${[...new Set(Object.values(kit.colours))].join(' ')}</code>`,
    kit.emojis.length > 0 && html`Emojis: ${kit.emojis.join(' ')}`,
    kit.hashtags.length > 0 && html`Always: ${kit.hashtags.map((tag) => `#${tag}`).join(' ')}`,
    html``,
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

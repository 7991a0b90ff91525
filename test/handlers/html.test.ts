import { describe, expect, it } from 'vitest'
import { parseHtml } from '../../demo/bot-api/html.ts'
import { clip, html, lines } from '../../handlers/views/html.ts'
import { toVisible } from '../../src/messaging/visible-text.ts'

const HOSTILE = [
  '<b>bold?</b>',
  '</a></b></code>',
  '&lt;script&gt; & "quotes" \'single\'',
  '<a href="tg://user?id=1">click</a>',
  '"><img src=x>',
  'safe\u202Egnp.exe',
  'a\u200Bb\u2060c',
  '\u0000\u0007\u001B[31m',
  '\ud83d half',
  '🐙 naïve Ω 漢字 عربي',
  '&amp;amp;',
  '<tg-spoiler>',
  'x < y > z',
]

describe('whatever a value is', () => {
  it.each(HOSTILE)('%j is shown as it is and formats nothing', (value) => {
    const shown = parseHtml(html`<i>${value}</i>`.html)
    expect(shown.text).toBe(toVisible(value))
    expect(shown.entities.map((entity) => entity.type).filter((type) => type !== 'italic')).toEqual([])
  })

  it.each(HOSTILE)('%j stays inside an attribute', (value) => {
    const shown = parseHtml(html`<a href="https://example.org/?q=${value}">x</a>`.html)
    expect(shown.text).toBe('x')
    expect(shown.entities).toHaveLength(1)
  })

  it('formatted parts are kept, also in lists, and what is left out leaves no line', () => {
    const items = ['<1>', '<2>'].map((item) => html`<b>${item}</b>`)
    expect(lines(html`${items} ${3}`, null, false, html`end`).html).toBe('<b>&lt;1&gt;</b><b>&lt;2&gt;</b> 3\nend')
  })
})

describe('clipping', () => {
  it('counts characters, not halves of them, and says that something is missing', () => {
    expect(clip('🐙🐙🐙', 3)).toBe('🐙🐙🐙')
    expect(clip('🐙🐙🐙🐙', 3)).toBe('🐙🐙…')
  })
})

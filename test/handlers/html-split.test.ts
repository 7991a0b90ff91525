import { describe, expect, it } from 'vitest'
import { parseHtml } from '../../demo/bot-api/html.ts'
import { splitHtml } from '../../handlers/views/split.ts'

const words = (text: string) => text.split(/\s+/).filter((word) => word !== '')
const LINK = '<a href="https://example.org/?a=1&amp;b=2">'

describe('a long text', () => {
  it('that fits stays as it is', () => {
    expect(splitHtml('<b>short</b>')).toEqual(['<b>short</b>'])
    const full = 'x'.repeat(4096)
    expect(splitHtml(full)).toEqual([full])
  })

  it('keeps every word, and each part is right in itself', () => {
    const sentence = '<b>Tom &amp; <i>Jerry</i></b> 🐙 &lt;b&gt; <code>x &quot;y&quot;</code> '
    const html = `<blockquote>${LINK}${sentence.repeat(300)}</a></blockquote>`
    const parts = splitHtml(html).map(parseHtml)
    expect(parts.length).toBeGreaterThan(1)
    for (const part of parts) expect(part.text.length).toBeLessThanOrEqual(4096)
    for (const part of parts) expect(part.entities.map((entity) => entity.type)).toContain('text_link')
    expect(parts.flatMap((part) => words(part.text))).toEqual(words(parseHtml(html).text))
  })

  it('without white space is cut between characters, never inside one', () => {
    const parts = splitHtml(`<b>${'🐙&amp;'.repeat(2_500)}</b>`).map(parseHtml)
    expect(parts.map((part) => part.text).join('')).toBe('🐙&'.repeat(2_500))
    for (const part of parts) expect(part.text.isWellFormed()).toBe(true)
  })

  it('of any length and shape gives parts that Telegram takes', () => {
    const pieces = ['<b>', '</b>', 'a', ' ', '\n', '&amp;', '&#128025;', '🐙', 'word '.repeat(40)]
    let seed = 7
    const random = (below: number) => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
      return seed % below
    }
    for (let round = 0; round < 60; round++) {
      let html = ''
      let open = 0
      for (let n = 0; n < 600; n++) {
        const piece = pieces[random(pieces.length)] ?? ''
        if (piece === '</b>' && open === 0) continue
        open += piece === '<b>' ? 1 : piece === '</b>' ? -1 : 0
        html += piece
      }
      html += '</b>'.repeat(open)
      const limit = 50 + random(3_000)
      for (const part of splitHtml(html, limit)) {
        const { text } = parseHtml(part)
        expect(text.length).toBeLessThanOrEqual(Math.max(limit, html.length <= limit ? html.length : 0))
        expect(text.trim()).not.toBe('')
      }
    }
  })

  it('that goes on for ever is cut off and says so', () => {
    const parts = splitHtml('word '.repeat(100_000))
    expect(parts).toHaveLength(5)
    expect(parts.at(-1)).toMatch(/…$/)
  })

  it('of nothing but space gives nothing to send', () => {
    expect(splitHtml(' \n'.repeat(4_000))).toEqual([])
  })
})

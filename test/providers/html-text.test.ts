import { describe, expect, it } from 'vitest'
import { htmlToText } from '../../src/providers/html-text.ts'

describe('the text of a page', () => {
  it.each([
    ['<p>One</p><p>two</p>', 'One two'],
    ['<SCRIPT>evil()</SCRIPT>good', 'good'],
    ['<style>p { color: red }</style><p>red', 'red'],
    ['<!-- <p>hidden</p> -->seen', 'seen'],
    ['a <header>banner</header> b', 'a banner b'],
    ['5 < 6 and 7 > 3', '5 < 6 and 7 > 3'],
    ['caf&eacute; &lt;b&gt; &#233; &#xE9; &#0; &unknown;', 'caf&eacute; <b> é é &#0; &unknown;'],
    ['İstanbul <b>İ</b> text', 'İstanbul İ text'],
    ['cut <a href="', 'cut'],
    ['cut <script>forever', 'cut'],
    ['', ''],
  ])('%j is %j', (html, text) => {
    expect(htmlToText(html)).toBe(text)
  })

  it('ends where nobody reads on', () => {
    const text = htmlToText(`${'<p>word</p>'.repeat(90_000)}the end`)
    expect(text.length).toBeGreaterThan(200_000)
    expect(text).not.toContain('the end')
  })

  it('costs no more than the length of a hostile page', () => {
    // Quadratic work on these would take minutes and run into the test's time limit.
    for (const piece of ['<', '<!--', '<script', '<a ', '&', '<script>', '</']) {
      expect(htmlToText(piece.repeat(Math.floor(1_000_000 / piece.length))).length).toBeLessThanOrEqual(1_000_000)
    }
  })
})

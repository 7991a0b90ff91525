import { describe, expect, it } from 'vitest'
import { createRing } from '../../src/docker/log-tail.ts'
import { measureGrowth } from '../support/growth.ts'

const ESC = '\u001b'

function read(text: string): string {
  const bytes = Buffer.from(text)
  const ring = createRing(bytes.length)
  ring.put(bytes)
  return ring.read().text
}

describe('what a terminal takes for itself', () => {
  it.each([
    ['colours', `${ESC}[1;31mred${ESC}[0m`, 'red'],
    ['colours of one character', '\u009b31mred\u009b0m', 'red'],
    ['movements, modes and the clearing of a line', `${ESC}[?25l${ESC}[2K${ESC}[1Gdone${ESC}[ q`, 'done'],
    ['a title, ended by a bell', `${ESC}]0;the title\u0007words`, 'words'],
    ['a link, ended by a backslash', `${ESC}]8;;http://a.example/${ESC}\\here${ESC}]8;;${ESC}\\`, 'here'],
    ['a string for a device', `${ESC}P1$r0m${ESC}\\words`, 'words'],
    ['character sets and single signs', `${ESC}(Bwords${ESC}7${ESC}=`, 'words'],
  ])('is not shown: %s', (_, text, shown) => {
    expect(read(text)).toBe(shown)
  })

  it('hides no words behind a beginning that has no end', () => {
    expect(read(`${ESC}]0;words\nmore words\n`)).toBe('0;words\nmore words\n')
    expect(read(`${ESC}[words`)).toBe('ords')
    expect(read(`${ESC}[`)).toBe('')
    expect(read(`${ESC}]${'a'.repeat(5_000)}\u0007`)).toBe('a'.repeat(5_000))
  })

  it.each(
    [
      `${ESC}]a`,
      `${ESC}]0;a;a:`,
      `${ESC}]8;;`,
      `${ESC}[`,
      `${ESC}[1;`,
      `${ESC}[ `,
      `${ESC}(;?#[`,
      '\u009b;',
      '\u009d;',
    ].map((part) => [JSON.stringify(part), part]),
  )('is looked for in steps that grow with the log: %s', (_, part) => {
    expect(measureGrowth(part, 100_000, read)).toBeLessThan(24)
  })

  it('is looked for in steps that grow with the log: one beginning, and no end', () => {
    expect(measureGrowth(';a', 100_000, (text) => read(`${ESC}]${text}`))).toBeLessThan(24)
  })
})

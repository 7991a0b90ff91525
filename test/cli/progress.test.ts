import { describe, expect, it } from 'vitest'
import { createProgressLine, describeProgress } from '../../src/cli/progress.ts'

function createStream(terminal: { isTTY?: boolean; columns?: number }) {
  const written: string[] = []
  return { ...terminal, written, write: (text: string) => void written.push(text) }
}

describe('progress of the command line', () => {
  it('is one line that changes on a terminal, never wider than it, and is gone in the end', () => {
    const stream = createStream({ isTTY: true, columns: 50 })
    const line = createProgressLine(stream)
    line.show('Looking for a fact…')
    line.show(`Writing the slides: ${'very long '.repeat(20)}`)
    line.clear()
    line.clear()
    expect(stream.written.join('')).not.toContain('\n')
    const shown = stream.written.map((text) => text.replace('\r\u001B[2K', ''))
    expect(shown.slice(0, 2).every((text) => text.length <= 49)).toBe(true)
    expect(shown.slice(2)).toEqual([''])
  })

  it('is a plain line for each change where no terminal is', () => {
    const stream = createStream({})
    const line = createProgressLine(stream)
    for (const text of ['a', 'a', 'b']) line.show(text)
    line.clear()
    expect(stream.written).toEqual(['a\n', 'b\n'])
  })

  it('counts the pictures', () => {
    expect(describeProgress({ stage: 'pictures', picturesDone: 2, picturesTotal: 4 })).toBe(
      'Painting the pictures (2 of 4)…',
    )
  })
})

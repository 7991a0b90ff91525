import { describe, expect, it } from 'vitest'
import { searchWords } from '../../src/providers/search-words.ts'

describe('the words for a photo search', () => {
  it.each([
    [
      'Show an octopus with three glowing hearts in dark water. Low camera angle, cold light.',
      ['octopus', 'hearts', 'water'],
    ],
    ['Create a macro view of honeycomb cells; honeycomb glows.', ['honeycomb', 'cells', 'glows']],
    ['Depict a neutron star.', ['neutron', 'star']],
    ['Show a dark scene from a low angle.', []],
    ['', []],
  ])('of %j name its subjects', (prompt, words) => {
    expect(searchWords(prompt)).toEqual(words)
  })
})

import { describe, expect, it } from 'vitest'
import { compareWithPage } from '../../pipeline/proof.ts'
import { createFactBank } from '../../src/providers/local/fact-bank.ts'
import { SOURCE_CASES } from '../support/source-pages.ts'

const bank = createFactBank()
const factOf = (id: string) => bank.get(id)?.fact.text ?? ''
/** A long page: the passage among everything that the other pages say. */
const pageWith = (id: string, passage: string) => {
  const others = SOURCE_CASES.filter((one) => one.id !== id).map((one) => `${one.says} ${one.silent}`)
  return [...others.slice(0, 10), passage, ...others.slice(10)].join(' ')
}
const isAgreed = (id: string, passage: string) =>
  compareWithPage(factOf(id), pageWith(id, passage)).status === 'source-agrees'

describe('a source', () => {
  it('agrees when a passage of a long page says the fact in its own words: 19 of 20', () => {
    const missed = SOURCE_CASES.filter(({ id, says }) => !isAgreed(id, says)).map(({ id }) => id)
    // "Carry data traffic that crosses oceans": too few of the fact's own words. A person looks at it.
    expect(missed).toEqual(['undersea-cables-carry-internet'])
  })

  it('is silent when it speaks of the subject without saying the fact: 20 of 20', () => {
    expect(SOURCE_CASES.filter(({ id, silent }) => isAgreed(id, silent)).map(({ id }) => id)).toEqual([])
  })

  it('is read to the length of a long article, however long it becomes when its characters are written out', () => {
    const { id, says } = SOURCE_CASES[0] ?? { id: '', says: '' }
    expect(compareWithPage(factOf(id), `${'sea '.repeat(45_000)}${says}`).status).toBe('source-agrees')
    expect(compareWithPage(factOf(id), `${'sea '.repeat(50_000)}${says}`).status).toBe('source-silent')
    // One character that stands for eighteen.
    expect(compareWithPage(factOf(id), `${'\uFDFA '.repeat(11_000)}${says}`).status).toBe('source-silent')
  })

  it('is silent when a figure of the fact is another one on the page', () => {
    const { says = '' } = SOURCE_CASES.find(({ id }) => id === 'greenland-shark-age') ?? {}
    const fact = factOf('greenland-shark-age')
    expect(compareWithPage(fact, says).status).toBe('source-agrees')
    expect(compareWithPage(fact, says.replace('272', '400'))).toEqual({
      status: 'source-silent',
      reason: 'the page does not have the figure 272',
    })
    expect(compareWithPage('The firm is 1,400 years old.', 'A firm that is 1400 years old.').status).toBe(
      'source-agrees',
    )
  })

  it.each(['', ' ', '🧠', '404 Not Found', 'Please enable JavaScript and cookies to continue'])(
    'is silent when it is no page: “%s”',
    (page) => {
      for (const { id } of SOURCE_CASES) expect(compareWithPage(factOf(id), page).status).toBe('source-silent')
    },
  )
})

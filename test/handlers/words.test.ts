import { describe, expect, it } from 'vitest'
import { splitWords } from '../../handlers/edit-slide.ts'
import { fitToast } from '../../handlers/taps.ts'
import { describeTime } from '../../handlers/views/times.ts'
import { readTopicsWish } from '../../pipeline/topics.ts'

describe('the words of an edit', () => {
  it.each([
    ['Title / text', 'Title', 'text'],
    ['  Title  \n\n text\nin two lines ', 'Title', 'text in two lines'],
    ['Title', 'Title', ''],
    ['Title /', 'Title', ''],
    ['/ text', '', 'text'],
    ['24/7 hearts / Always on', '24/7 hearts', 'Always on'],
    ['A / b / c', 'A', 'b / c'],
    ['', '', ''],
  ])('%j are the title %j and the text %j', (text, title, body) => {
    expect(splitWords(text)).toEqual({ title, body })
  })
})

describe('a toast', () => {
  it('has at most 200 UTF-16 units and never half a sign at its end', () => {
    expect(fitToast('short')).toBe('short')
    const cut = fitToast(`x${'🐙'.repeat(150)}`)
    expect(cut.length).toBeLessThanOrEqual(200)
    expect(cut.isWellFormed()).toBe(true)
    expect(cut.endsWith('🐙…')).toBe(true)
  })
})

describe('what stands behind /topics', () => {
  it.each([
    ['', { kind: 'list' }],
    ['  LIST ', { kind: 'list' }],
    ['add', { kind: 'list' }],
    ['add honey', { kind: 'add', text: 'honey' }],
    ['Add\nhoney\nbees', { kind: 'add', text: 'honey\nbees' }],
    ['honey; bees', { kind: 'add', text: 'honey; bees' }],
    ['list of moons', { kind: 'add', text: 'list of moons' }],
    ['dropping temperatures', { kind: 'add', text: 'dropping temperatures' }],
    ['drop 3', { kind: 'drop', ids: [3] }],
    ['remove #3, 4 and 5.', { kind: 'drop', ids: [3, 4, 5] }],
    ['drop', { kind: 'drop-what', asked: '' }],
    ['drop 3 bears', { kind: 'drop-what', asked: '3 bears' }],
    ['drop -1', { kind: 'drop-what', asked: '-1' }],
    ['drop 99999999999999999999', { kind: 'drop-what', asked: '99999999999999999999' }],
  ])('%j is read as meant', (text, wish) => {
    expect(readTopicsWish(text)).toEqual(wish)
  })
})

describe('times', () => {
  it.each([
    ['2026-11-20T17:30:00Z', 'today 18:30'],
    ['2026-11-20T23:00:00Z', 'tomorrow 00:00'],
    ['2026-11-18T23:00:00Z', 'yesterday 00:00'],
    ['2026-11-23T17:30:00Z', 'Mon 23 Nov, 18:30'],
  ])('%s is, on 20 November in Madrid, %s', (at, shown) => {
    expect(describeTime(new Date(at), new Date('2026-11-20T09:00:00Z'), 'Europe/Madrid')).toBe(shown)
  })

  it('count days by the calendar over the change of the clocks, not by 24 hours', () => {
    const now = new Date('2026-10-24T22:30:00Z')
    expect(describeTime(new Date('2026-10-25T22:59:00Z'), now, 'Europe/Madrid')).toBe('today 23:59')
    expect(describeTime(new Date('2026-10-25T23:00:00Z'), now, 'Europe/Madrid')).toBe('tomorrow 00:00')
  })
})

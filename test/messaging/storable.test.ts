import { describe, expect, it } from 'vitest'
import { toStorable, toStorableJson } from '../../src/messaging/storable.ts'

describe('what is stored of an update', () => {
  it('is the update itself where nothing is wrong with it', () => {
    const update = {
      update_id: 1,
      message: { text: 'Hello 🐙\n“quotes” \\u0000', list: [1, true, null], deep: { a: {} } },
    }
    expect(toStorable(update)).toEqual(update)
  })

  it('has neither NUL characters nor halves of surrogate pairs, in values and in names', () => {
    expect(toStorable({ 'a\u0000b': ['x\u0000y', '\ud83d', 'ok \udc19!'] })).toEqual({
      ab: ['xy', '\ufffd', 'ok \ufffd!'],
    })
  })

  it('ends at a depth that any database takes', () => {
    let deep: unknown = 'bottom'
    for (let level = 0; level < 50_000; level++) deep = level % 2 === 0 ? [deep] : { deep }
    const stored = JSON.stringify(toStorable(deep))
    expect(stored).not.toContain('bottom')
    expect(stored.length).toBeLessThan(1_000)
  })

  it('keeps a field named __proto__ as a field', () => {
    const hostile = JSON.parse('{"__proto__": {"polluted": true}}')
    expect(JSON.stringify(toStorable(hostile))).toBe('{"__proto__":{"polluted":true}}')
    expect('polluted' in {}).toBe(false)
  })
})

describe('the text of what is stored as json', () => {
  it('holds dates as JSON has them, and nothing that a database refuses', () => {
    expect(toStorableJson({ at: new Date(0), words: 'a\u0000b \ud83d' })).toBe(
      '{"at":"1970-01-01T00:00:00.000Z","words":"ab \ufffd"}',
    )
  })

  it('is none for nothing', () => {
    expect([toStorableJson(null), toStorableJson(undefined)]).toEqual([null, null])
  })
})

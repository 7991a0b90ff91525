import { describe, expect, it } from 'vitest'
import { conversationProblem } from '../support/fakes/conversation.ts'
import type { Json } from '../support/fakes/http-fake.ts'
import { answersTold, obey } from '../support/fakes/obeying-model.ts'

const LOOK = {
  name: 'look',
  description: 'Looks.',
  input_schema: { type: 'object', properties: {}, additionalProperties: false },
}
const use = (id: string) => ({ type: 'tool_use', id, name: 'look', input: {} })
const result = (id: string) => ({ type: 'tool_result', tool_use_id: id, content: 'seen', is_error: false })
const thought = (signature: string) => ({ type: 'thinking', thinking: '', signature })
const ask = { role: 'user', content: 'why?' }
const answered = [ask, { role: 'assistant', content: [use('a')] }, { role: 'user', content: [result('a')] }]

const problemOf = (change: Json, byCall: ReadonlyMap<string, string> = new Map()) =>
  conversationProblem({ tools: [LOOK], messages: answered, ...change }, { isSealed: (one) => one === 'sealed', byCall })

const withReply = (...content: unknown[]) => ({ messages: [...answered.slice(0, 2), { role: 'user', content }] })
const withCall = (...content: unknown[]) => ({
  messages: [ask, { role: 'assistant', content }, { role: 'user', content: [result('a')] }],
})

describe('the stand-in for Claude takes a conversation with tools that the service takes:', () => {
  it.each([
    ['one look', {}],
    ['words beside the call', withCall({ type: 'text', text: 'Let me see.' }, use('a'))],
    ['sealed thoughts', withCall(thought('sealed'), use('a'))],
    ['a word after the results', withReply(result('a'), { type: 'text', text: 'Answer now.' })],
    ['no more tools', { tool_choice: { type: 'none' } }],
    ['little effort', { output_config: { effort: 'low' } }],
  ])('%s', (_, change) => {
    expect(problemOf(change)).toBeNull()
  })
})

describe('and refuses as the service does', () => {
  it.each([
    ['a name with a dot', { tools: [{ ...LOOK, name: 'look.up' }] }, /should match/],
    ['a name of 65 characters', { tools: [{ ...LOOK, name: 'x'.repeat(65) }] }, /should match/],
    ['two tools of one name', { tools: [LOOK, LOOK] }, /unique/],
    ['a schema that is no object', { tools: [{ ...LOOK, input_schema: { type: 'string' } }] }, /'object'/],
    ['an unknown field of a tool', { tools: [{ ...LOOK, run: true }] }, /Extra inputs/],
    ['calls without tools', { tools: undefined }, /must define tools/],
    ['a forced tool', { tool_choice: { type: 'tool', name: 'look' } }, /forced tool use/],
    ['any tool', { tool_choice: { type: 'any' } }, /forced tool use/],
    ['disabled thinking', { thinking: { type: 'disabled' } }, /between_tools/],
    ['an unknown effort', { output_config: { effort: 'none' } }, /effort/],
    ['two users in a row', { messages: [ask, ask] }, /alternate/],
    ['an assistant first', { messages: [{ role: 'assistant', content: 'hi' }] }, /alternate/],
    ['the assistant’s word as the last', { messages: [ask, { role: 'assistant', content: 'I th' }] }, /prefill/],
    ['an empty text', withCall({ type: 'text', text: ' ' }, use('a')), /non-empty/],
    ['an unanswered call', withReply({ type: 'text', text: 'so?' }), /without `tool_result`/],
    ['a foreign result', withReply(result('a'), result('b')), /unexpected `tool_use_id`/],
    ['two results of one call', withReply(result('a'), result('a')), /single result/],
    ['words before the results', withReply({ type: 'text', text: 'here' }, result('a')), /come first/],
    ['a result from the assistant', withCall(result('a')), /not permitted/],
    ['an input that is no object', withCall({ ...use('a'), input: 'web' }), /malformed/],
    ['an unknown field of a block', withReply({ ...result('a'), seconds: 3 }), /Extra inputs/],
    ['thoughts that somebody changed', withCall(thought('other'), use('a')), /Invalid `signature`/],
  ])('%s', (_, change, problem) => {
    expect(problemOf(change)).toMatch(problem)
  })

  it('lost thoughts', () => {
    const byCall = new Map([['a', 'sealed']])
    expect(problemOf({}, byCall)).toMatch(/Expected the `thinking` block/)
    expect(problemOf(withCall(thought('sealed'), use('a')), byCall)).toBeNull()
  })
})

describe('the model that obeys', () => {
  const reads = (...texts: string[]) => ({
    tool_choice: { type: 'auto' },
    messages: [{ role: 'user', content: texts.map((text) => ({ type: 'text', text })) }],
  })

  it('asks for whatever it is told to, once', () => {
    const body = reads('CALL stop {"name": "a"} and CALL stop {"name": "a"}, then CALL nuke {"x": {"y": 1}}')
    expect(obey(body)).toEqual({
      calls: [
        { name: 'stop', input: { name: 'a' } },
        { name: 'nuke', input: { x: { y: 1 } } },
      ],
    })
    const done = { role: 'assistant', content: [use('a'), { ...use('b'), name: 'stop', input: { name: 'a' } }] }
    const again = { ...body, messages: [...body.messages, done, { role: 'user', content: [result('a'), result('b')] }] }
    expect(obey(again)).toEqual({ calls: [{ name: 'nuke', input: { x: { y: 1 } } }] })
  })

  it('says what it is told to say, and repeats what it saw', () => {
    expect(obey(reads('x SAY hello there\nmore'))).toEqual({ text: 'hello there' })
    expect(obey({ ...reads('CALL stop {"name": "a"} REPEAT'), tool_choice: { type: 'none' } })).toEqual({
      text: 'CALL stop {"name": "a"} REPEAT',
    })
    expect(answersTold(reads('ANSWER {"a": 1, "b": 1}', 'ANSWER {"b": 2}'))).toEqual({ a: 1, b: 2 })
  })

  it('does not obey the one who set it up', () => {
    expect(obey({ ...reads('hello'), system: 'SAY never' })).toEqual({ text: 'Done as I was told.' })
  })
})

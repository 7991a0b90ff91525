import type { ApiCallFn, RawApi } from 'grammy'
import { expect, it } from 'vitest'
import { createCalls, DEADLINES, uploadDeadlineMs } from '../../handlers/deadlines.ts'

/** A call that ends only when it is told to; `release` answers it. */
function hanging() {
  const gate = Promise.withResolvers<unknown>()
  const call = ((_method: string, _payload: unknown, signal?: AbortSignal) => {
    if (signal?.aborted) return Promise.reject(new Error('aborted'))
    signal?.addEventListener('abort', () => gate.reject(new Error('aborted')))
    return gate.promise
  }) as unknown as ApiCallFn<RawApi>
  return { call, release: () => gate.resolve({ ok: true, result: true }) }
}

it('a call that hangs ends at its deadline', async () => {
  const calls = createCalls({ ...DEADLINES, callMs: 1 })
  await expect(calls.transform(hanging().call, 'sendMessage', {} as never)).rejects.toThrow('aborted')
})

it('a call ends when its caller says so', async () => {
  const calls = createCalls(DEADLINES)
  const controller = new AbortController()
  const ended = calls.transform(hanging().call, 'sendMessage', {} as never, controller.signal as never)
  controller.abort()
  await expect(ended).rejects.toThrow('aborted')
})

it('finishing waits for what is under way', async () => {
  const calls = createCalls(DEADLINES)
  const { call, release } = hanging()
  const answer = calls.transform(call, 'answerCallbackQuery', {} as never)
  const finished = calls.finish(60_000)
  release()
  await finished
  expect(await answer).toMatchObject({ ok: true })
})

it('finishing ends what takes too long, and whatever is called later', async () => {
  const calls = createCalls(DEADLINES)
  const late = calls.transform(hanging().call, 'sendChatAction', {} as never)
  const refused = expect(late).rejects.toThrow('aborted')
  await calls.finish(1)
  await refused
  await expect(calls.transform(hanging().call, 'sendChatAction', {} as never)).rejects.toThrow('aborted')
})

it('an upload has the time that its bytes need on a slow line, in whole milliseconds', () => {
  expect(uploadDeadlineMs(DEADLINES, 0)).toBe(60_000)
  expect(uploadDeadlineMs(DEADLINES, 33_000_001)).toBe(885_001)
})

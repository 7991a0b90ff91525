import { describe, expect, it, vi } from 'vitest'
import { Failure, type FailureCode } from '../../src/failure.ts'
import { firstAvailable } from '../../src/providers/chain.ts'
import type { Maker } from '../../src/providers/ports.ts'

const gemini: { maker: Maker } = { maker: { provider: 'gemini', model: 'image' } }
const pexels: { maker: Maker } = { maker: { provider: 'pexels', model: 'search' } }
const local: { maker: Maker } = { maker: { provider: 'local', model: 'art' } }
const fail = (code: FailureCode) => Promise.reject(new Failure(`because of ${code}`, { code }))

describe('a chain of makers', () => {
  it('takes the first that delivers and asks no further', async () => {
    const run = vi.fn().mockResolvedValue('picture')
    expect(await firstAvailable([gemini, pexels], run)).toEqual({ value: 'picture', maker: gemini, passedOver: [] })
    expect(run).toHaveBeenCalledTimes(1)
  })

  it.each<FailureCode>([
    'unavailable',
    'timeout',
    'rate_limited',
    'unauthorized',
    'not_found',
    'refused',
    'bad_model_output',
    'bad_image',
    'budget_exceeded',
  ])('goes on after %s and says whom it passed over', async (code) => {
    const told = vi.fn()
    const result = await firstAvailable(
      [gemini, local],
      (maker) => (maker === gemini ? fail(code) : Promise.resolve('art')),
      told,
    )
    expect(result).toEqual({
      value: 'art',
      maker: local,
      passedOver: [{ maker: gemini.maker, code, reason: `because of ${code}` }],
    })
    expect(told).toHaveBeenCalledExactlyOnceWith(result.passedOver[0])
  })

  it.each<FailureCode>(['cancelled', 'database', 'internal', 'no_space'])('stops at %s', async (code) => {
    const run = vi.fn(() => fail(code))
    await expect(firstAvailable([gemini, local], run)).rejects.toMatchObject({ code })
    expect(run).toHaveBeenCalledTimes(1)
  })

  it('names all that failed when none delivers', async () => {
    const run = (maker: { maker: Maker }) => fail(maker === gemini ? 'timeout' : 'not_found')
    await expect(firstAvailable([gemini, pexels], run)).rejects.toMatchObject({
      code: 'not_found',
      message: expect.stringMatching(/gemini: because of timeout; pexels: because of not_found/),
    })
  })

  it('says that nothing is set up when it is empty', async () => {
    await expect(firstAvailable([], () => Promise.resolve(1))).rejects.toMatchObject({ code: 'bad_config' })
  })
})

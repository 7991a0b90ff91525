import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { costOf, DEFAULT_PRICES, loadPrices, priceOf, UNKNOWN_MODEL_PRICE } from '../../src/prices.ts'

let dir: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'nexus-prices-'))
})
afterAll(() => rm(dir, { recursive: true }))

async function fileWith(content: string): Promise<string> {
  const file = join(dir, 'prices.json')
  await writeFile(file, content)
  return file
}

describe('prices', () => {
  it('add up tokens and pictures, rounded up to a millionth of a dollar', () => {
    const price = { inputPerMillionUsd: 3, outputPerMillionUsd: 15, perImageUsd: 0.07 }
    expect(costOf(price, { inputTokens: 1_000, outputTokens: 500, images: 2 })).toBe(0.1505)
    expect(costOf(price, { inputTokens: 0, outputTokens: 0, images: 1 })).toBe(0.07)
    expect(costOf({ ...price, inputPerMillionUsd: 0.1 }, { inputTokens: 1, outputTokens: 0, images: 0 })).toBe(0.000001)
  })

  it('of an unknown model are dearer than those of any known one, never nothing', () => {
    const unknown = priceOf(DEFAULT_PRICES, { provider: 'anthropic', model: 'claude-of-tomorrow' })
    expect(unknown).toBe(UNKNOWN_MODEL_PRICE)
    for (const price of Object.values(DEFAULT_PRICES)) {
      expect(unknown.inputPerMillionUsd).toBeGreaterThan(price.inputPerMillionUsd)
      expect(unknown.outputPerMillionUsd).toBeGreaterThan(price.outputPerMillionUsd)
      expect(unknown.perImageUsd).toBeGreaterThan(price.perImageUsd)
    }
  })

  it('of a dated snapshot are those of its family', () => {
    expect(priceOf(DEFAULT_PRICES, { provider: 'anthropic', model: 'claude-sonnet-5-5-20260901' })).toBe(
      DEFAULT_PRICES['anthropic/claude-sonnet-5-5'],
    )
  })

  it('of local stand-ins and stock photos are nothing', () => {
    expect(
      costOf(priceOf({}, { provider: 'local', model: 'art' }), { inputTokens: 9, outputTokens: 9, images: 9 }),
    ).toBe(0)
    expect(priceOf({}, { provider: 'pexels', model: 'search' }).perImageUsd).toBe(0)
  })

  it('can be replaced by a file, entry by entry', async () => {
    const prices = await loadPrices(await fileWith('{"groq/openai/gpt-oss-120b": {"inputPerMillionUsd": 1}}'))
    expect(prices['groq/openai/gpt-oss-120b']).toEqual({
      inputPerMillionUsd: 1,
      outputPerMillionUsd: 0,
      perImageUsd: 0,
    })
    expect(prices['groq/openai/gpt-oss-20b']).toEqual(DEFAULT_PRICES['groq/openai/gpt-oss-20b'])
  })

  it.each([
    ['not JSON', '{', /cannot be read/],
    ['a negative price', '{"groq/x": {"inputPerMillionUsd": -1}}', /groq\/x/],
    ['a key without a provider', '{"x": {"inputPerMillionUsd": 1}}', /provider\/model/],
  ])('from a file with %s are refused with the reason', async (_, content, message) => {
    await expect(loadPrices(await fileWith(content))).rejects.toMatchObject({
      code: 'bad_config',
      message: expect.stringMatching(message),
    })
  })

  it('from a file that is not there are refused', async () => {
    await expect(loadPrices(join(dir, 'absent.json'))).rejects.toMatchObject({ code: 'bad_config' })
  })
})

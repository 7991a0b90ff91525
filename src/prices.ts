import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { Failure } from './failure.ts'
import type { Maker, Usage } from './providers/ports.ts'

/** US dollars. Text and embeddings are billed by the million tokens, pictures by the piece (plus their prompt's tokens). */
export const Price = z.object({
  inputPerMillionUsd: z.number().nonnegative(),
  outputPerMillionUsd: z.number().nonnegative().default(0),
  perImageUsd: z.number().nonnegative().default(0),
})
export type Price = z.infer<typeof Price>

/** Keys are "provider/model", e.g. "anthropic/claude-sonnet-5-5". */
export const PriceTable = z.record(z.string(), Price).superRefine((table, context) => {
  for (const key of Object.keys(table)) {
    if (!/^[a-z]+\/.+$/.test(key))
      context.addIssue({ code: 'custom', path: [key], message: 'must be named provider/model' })
  }
})
export type PriceTable = z.infer<typeof PriceTable>

/**
 * ESTIMATES from the services' public price lists as remembered in autumn 2026, rounded up; none was checked against a bill.
 * The owner checks them against the own account and puts the right ones into the file NEXUS_PRICES_FILE.
 */
export const DEFAULT_PRICES: PriceTable = {
  'groq/openai/gpt-oss-120b': { inputPerMillionUsd: 0.15, outputPerMillionUsd: 0.75, perImageUsd: 0 },
  'groq/openai/gpt-oss-20b': { inputPerMillionUsd: 0.1, outputPerMillionUsd: 0.5, perImageUsd: 0 },
  'anthropic/claude-haiku-5-5': { inputPerMillionUsd: 1, outputPerMillionUsd: 5, perImageUsd: 0 },
  'anthropic/claude-sonnet-5-5': { inputPerMillionUsd: 3, outputPerMillionUsd: 15, perImageUsd: 0 },
  'anthropic/claude-opus-5-5': { inputPerMillionUsd: 5, outputPerMillionUsd: 25, perImageUsd: 0 },
  'gemini/gemini-3.8-flash': { inputPerMillionUsd: 0.5, outputPerMillionUsd: 3, perImageUsd: 0 },
  'gemini/gemini-3.1-flash-image': { inputPerMillionUsd: 0.5, outputPerMillionUsd: 3, perImageUsd: 0.07 },
  'gemini/gemini-embedding-001': { inputPerMillionUsd: 0.15, outputPerMillionUsd: 0, perImageUsd: 0 },
}

/**
 * For a model that no table names: dearer than any in the default table, so that a new model cannot slip past the cap.
 * The owner sees it in the spend and adds the true price.
 */
export const UNKNOWN_MODEL_PRICE: Price = { inputPerMillionUsd: 15, outputPerMillionUsd: 75, perImageUsd: 0.25 }

const FREE: Price = { inputPerMillionUsd: 0, outputPerMillionUsd: 0, perImageUsd: 0 }
/** Local stand-ins run here; Pexels charges nothing. */
const FREE_PROVIDERS: ReadonlySet<Maker['provider']> = new Set(['local', 'pexels'])

/**
 * The default table, or the defaults overlaid with the entries of a JSON file.
 * @throws Failure bad_config when the file cannot be read or an entry is wrong; every problem is listed
 */
export async function loadPrices(file: string | null): Promise<PriceTable> {
  if (file === null) return DEFAULT_PRICES
  const parsed = PriceTable.safeParse(await readJson(file))
  if (parsed.success) return { ...DEFAULT_PRICES, ...parsed.data }
  throw new Failure(`NEXUS_PRICES_FILE has wrong entries:\n${z.prettifyError(parsed.error)}`, { code: 'bad_config' })
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'))
  } catch (cause) {
    throw new Failure('NEXUS_PRICES_FILE cannot be read as JSON: check the path, its permissions and its content', {
      code: 'bad_config',
      cause,
    })
  }
}

/** A dated snapshot ("…-20260901") costs what its family costs. Unknown models cost UNKNOWN_MODEL_PRICE, never nothing. */
export function priceOf(prices: PriceTable, maker: Maker): Price {
  if (FREE_PROVIDERS.has(maker.provider)) return FREE
  const name = `${maker.provider}/${maker.model}`
  return prices[name] ?? prices[name.replace(/-\d{8}$/, '')] ?? UNKNOWN_MODEL_PRICE
}

/** US dollars, rounded up to the millionth that the ledger stores. */
export function costOf(price: Price, usage: Usage): number {
  const microUsd =
    usage.inputTokens * price.inputPerMillionUsd +
    usage.outputTokens * price.outputPerMillionUsd +
    usage.images * price.perImageUsd * 1e6
  // The subtraction keeps 7e-2 * 1e6 = 70000.00000000001 from becoming 70001.
  return Math.max(0, Math.ceil(microUsd - 1e-6)) / 1e6
}

import type { Brand } from '../pipeline/brand.ts'
import { readChatSettings } from '../pipeline/chat-settings.ts'
import { Failure } from '../src/failure.ts'
import type { Queryable } from '../src/transaction.ts'
import type { HandlerDeps } from './scope.ts'

/** The kit for new carousels: chosen in the chat, else the configured one. A kit that was deleted meanwhile does not count. */
export async function findCurrentBrand(
  db: Queryable,
  deps: Pick<HandlerDeps, 'defaultBrand' | 'pipeline'>,
): Promise<Brand> {
  const { brand } = await readChatSettings(db)
  const { brands } = deps.pipeline
  const found = (brand === null ? undefined : brands.get(brand)) ?? brands.get(deps.defaultBrand)
  if (!found) throw new Failure(`There is no brand kit “${deps.defaultBrand}” in templates/.`, { code: 'bad_config' })
  return found
}

/** The kit that a message names; the current one where it names none, null where the kit is gone. */
export async function findNamedBrand(
  db: Queryable,
  deps: Pick<HandlerDeps, 'defaultBrand' | 'pipeline'>,
  name: string | undefined,
): Promise<Brand | null> {
  return name === undefined ? findCurrentBrand(db, deps) : (deps.pipeline.brands.get(name) ?? null)
}

import type { PGlite } from '@electric-sql/pglite'
import { createPgConfig } from '@electric-sql/pglite/node-postgres'
import { createEmbeddedPool, type Database } from '../../src/db/pool.ts'

/** The product's pool over an embedded database that the test made itself. */
export function wrapEmbedded(pglite: PGlite): Database {
  return { ...createEmbeddedPool(pglite, createPgConfig(pglite)), kind: 'embedded' }
}

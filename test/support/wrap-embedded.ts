import type { PGlite } from '@electric-sql/pglite'
import { createPgConfig } from '@electric-sql/pglite/node-postgres'
import pg from 'pg'
// For its effect as well: it sets the type parsers of the product.
import type { Database } from '../../src/db/pool.ts'
import '../../src/db/pool.ts'

/** The product's pool over an embedded database that the test made itself. */
export function wrapEmbedded(pglite: PGlite): Database {
  const config = createPgConfig(pglite)
  const pool = new pg.Pool({ ...config, max: config.poolSize, idleTimeoutMillis: 0 })
  const close = async () => {
    await pool.end()
    await pglite.close()
  }
  return { pool, kind: 'embedded', close }
}

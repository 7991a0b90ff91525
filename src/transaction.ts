/**
 * The handle on the database, for layers that open a transaction and pass it down but write no statement of their own: an
 * update, or a tick, and everything it causes are one transaction. Statements stay in src/db and src/messaging. What may be
 * written twice, and was paid for, is written with `keepTrying`.
 */
export { keepTrying } from './db/keep-trying.ts'
export { type Database, inTransaction, type Queryable, type Tx } from './db/pool.ts'

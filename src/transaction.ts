/**
 * The handle on the database, for layers that open a transaction and pass it down but write no statement of their own: an
 * update, or a tick, and everything it causes are one transaction. Statements stay in src/db and src/messaging.
 */
export { type Database, inTransaction, type Queryable, type Tx } from './db/pool.ts'

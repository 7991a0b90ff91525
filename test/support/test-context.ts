/** What the global setups hand to the workers. */
declare module 'vitest' {
  interface ProvidedContext {
    /** Address of the PostgreSQL server; only in the project `postgres`. */
    postgresUrl?: string
    /** A migrated database that each test's own is copied from; only in the project `postgres`. */
    postgresTemplate?: string
    /** A file with the data folder of a migrated embedded database, as tar; only in the project `embedded`. */
    embeddedSnapshot?: string
  }
}

export {}

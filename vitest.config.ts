import { defineConfig } from 'vitest/config'
import { findPostgres } from './test/support/find-postgres.ts'

/**
 * pure      everything that touches no database
 * embedded  *.db.test.ts, *.embedded.test.ts and flows/ on the embedded database
 * postgres  *.db.test.ts, *.postgres.test.ts and flows/ on PostgreSQL; left out, by name, when there is no server
 */
const BOTH = ['test/**/*.db.test.ts', 'test/flows/**/*.test.ts']
const EMBEDDED_ONLY = 'test/**/*.embedded.test.ts'
const POSTGRES_ONLY = 'test/**/*.postgres.test.ts'

export default defineConfig(async () => {
  const postgres = await findPostgres()
  if (postgres === null) process.stdout.write('skipped: PostgreSQL tests – no server: set NEXUS_TEST_DATABASE_URL\n')
  const shared = {
    pool: 'forks' as const,
    setupFiles: ['test/support/setup.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  }
  const pure = {
    test: {
      ...shared,
      name: 'pure',
      include: ['test/**/*.test.ts'],
      exclude: [...BOTH, EMBEDDED_ONLY, POSTGRES_ONLY],
    },
  }
  const embedded = {
    test: {
      ...shared,
      name: 'embedded',
      include: [...BOTH, EMBEDDED_ONLY],
      exclude: [POSTGRES_ONLY],
      globalSetup: ['test/support/global-setup.embedded.ts'],
    },
  }
  const real = {
    test: {
      ...shared,
      name: 'postgres',
      include: [...BOTH, POSTGRES_ONLY],
      exclude: [EMBEDDED_ONLY],
      globalSetup: ['test/support/global-setup.postgres.ts'],
      provide: { postgresUrl: postgres ?? '' },
    },
  }
  // Two workers: the reference machine of the tests has two cores, and a process with an embedded database holds 500 MB.
  return { test: { maxWorkers: 2, projects: postgres === null ? [pure, embedded] : [pure, embedded, real] } }
})

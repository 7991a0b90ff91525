import { createServer } from 'node:net'
import { expect, test } from 'vitest'
import { openDatabase } from '../../src/db/pool.ts'
import { createTestLog } from '../support/log.ts'

/** A port on which nothing listens: it was free a moment ago. */
function unusedPort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}

test.each(['127.0.0.1', 'localhost'])('no server at %s is one clear failure, without the password', async (host) => {
  const url = `postgres://nexus:hunter22@${host}:${await unusedPort()}/nexus`
  const thrown = await openDatabase({ url, dataDir: null, log: createTestLog().log }).catch((cause) => cause)
  expect(thrown).toMatchObject({ name: 'Failure', code: 'database', retryable: true })
  expect(thrown.message).toMatch(/^The database does not answer: .*ECONNREFUSED/)
  expect(thrown.message).not.toContain('hunter22')
})

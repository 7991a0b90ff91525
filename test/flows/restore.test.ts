import { join } from 'node:path'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { makeBackup } from '../../ops/backups/index.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { createTestLog } from '../support/log.ts'
import { type Machine, OWNER, startMachine } from '../support/machine.ts'

describe('npm run restore', () => {
  let machine: Machine
  let db: TestDatabase
  let file: string
  beforeEach(async () => {
    machine = await startMachine()
    db = await createTestDatabase()
    await db.pool.query(`insert into setting (key, value) values ('chat', '{"documents": false}')`)
    const parts = { db, clock: { now: () => new Date('2026-11-22T01:00:00Z') }, log: createTestLog().log }
    const backupDir = join(machine.dataDir, 'backups')
    ;({ file } = await makeBackup({ ...parts, backupDir, configuration: {} }, new AbortController().signal))
  })
  afterEach(async () => {
    await db.close()
    await machine.close()
  })
  const run = (args: string[], env: Record<string, string> = {}) => machine.start('src/cli/restore.ts', args, env).ended

  it('makes the tables where there are none, and the bot goes on with what was there', async () => {
    if (machine.databaseUrl !== null) await dropAll(machine.databaseUrl)
    const { code, stdout, stderr } = await run([file])
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/^Restored 1 rows of \d+ tables, as they were at 2026-11-22T01:00:00.000Z\.\n$/)
    await machine.startBot()
    machine.api.sendText(OWNER, '/settings')
    await machine.api.waitFor(
      () =>
        machine.api
          .messages(OWNER.id)
          .find(({ keyboard }) => keyboard.flat().some(({ text }) => text === 'Send PNG files')),
      'the panel with what was set',
    )
  })

  it('refuses a database in use, twice the same, and what is no backup', async () => {
    if (machine.databaseUrl !== null) await dropAll(machine.databaseUrl)
    expect((await run([file])).code).toBe(0)
    const again = await run([file])
    expect([again.code, again.stdout]).toEqual([1, ''])
    expect(again.stderr).toContain('not empty: table setting has rows')
    expect(await run([join(machine.dataDir, 'nothing.gz')])).toMatchObject({
      code: 1,
      stderr: 'There is no such backup.\n',
    })
    expect(await run([])).toMatchObject({ code: 2, stdout: '' })
  })
})

async function dropAll(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query('drop schema public cascade; create schema public')
  await client.end()
}

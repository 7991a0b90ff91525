import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Database, openDatabase } from '../../src/db/pool.ts'
import { createTestLog } from '../support/log.ts'

let dataDir: string
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'nexus-pool-'))
})
afterEach(() => rmSync(dataDir, { recursive: true, force: true }))

function open(dir = dataDir): Promise<Database> {
  return openDatabase({ url: null, dataDir: dir, log: createTestLog().log })
}

test('what was stored is there after closing and opening again', async () => {
  const first = await open()
  await first.pool.query('create table note (text text)')
  await first.pool.query(`insert into note values ('kept')`)
  await first.close()
  const second = await open()
  expect((await second.pool.query('select text from note')).rows).toEqual([{ text: 'kept' }])
  await second.close()
})

test('a folder in use is refused, and free again once it is closed', async () => {
  const first = await open()
  await expect(open()).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('Another Nexus') })
  await first.close()
  await (await open()).close()
})

test('a damaged database is one clear failure, and the folder stays free', async () => {
  mkdirSync(join(dataDir, 'database'))
  writeFileSync(join(dataDir, 'database', 'PG_VERSION'), '9.6\n')
  await expect(open()).rejects.toMatchObject({ code: 'database', message: expect.stringContaining('cannot be opened') })
  expect(existsSync(join(dataDir, 'nexus.lock'))).toBe(false)
})

test('a folder that cannot be made says so', async () => {
  const file = join(dataDir, 'file')
  writeFileSync(file, '')
  await expect(open(join(file, 'below'))).rejects.toMatchObject({ code: 'not_writable' })
})

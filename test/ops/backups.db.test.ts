import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { nameOf, pruneBackups, writeChecksum } from '../../ops/backups/folder.ts'
import { findNewestBackup, makeBackup } from '../../ops/backups/index.ts'
import { restoreBackup } from '../../ops/backups/restore.ts'
import { listMigrations, listTables } from '../../src/db/dump.ts'
import { listKnownMigrations, migrate } from '../../src/db/migrate.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { createTestLog } from '../support/log.ts'

const NOW = new Date('2026-11-22T01:00:00Z')
const DAY_MS = 86_400_000
const never = new AbortController().signal

let db: TestDatabase
let folder: string
beforeEach(async () => {
  db = await createTestDatabase()
  folder = join(await mkdtemp(join(tmpdir(), 'nexus-backup-')), 'backups')
})
afterEach(async () => {
  await db.close()
  await rm(join(folder, '..'), { recursive: true, force: true })
})

const deps = (at = NOW) => ({
  db,
  clock: { now: () => at },
  log: createTestLog().log,
  backupDir: folder,
  configuration: { brand: 'factsmind', timeZone: 'Europe/Madrid' },
})
const refuseToMigrate = async () => {
  throw new Error('the test database is migrated')
}
const restore = (to: TestDatabase, file: string) => restoreBackup({ db: to, migrateTo: refuseToMigrate }, file, never)

/** Something of every kind: vectors, bytes, JSON with separators of lines, numbers, arrays, an audit, a generated column. */
async function fill({ pool }: TestDatabase): Promise<void> {
  const { rows } = await pool.query<{ id: string }>(
    `insert into run (brand, source, idempotency_key, topic, status, request)
     values ('factsmind', 'command', 'update:1', $1, 'delivered', '{"redo": "everything"}') returning id`,
    ['ünï “quotes” \\ and \u2028 a separator\nand a line'],
  )
  const [{ id } = { id: '' }] = rows
  await pool.query(
    `insert into told_fact (run_id, revision, brand, fact, category, embedding, embedding_model)
     select $1, 1, 'factsmind', 'f', 'space', array_fill(0.1::real, array[768])::vector, 'm'`,
    [id],
  )
  await pool.query(
    `insert into outbox (chat_id, kind, payload, message_ids) values (1, 'text', '{"html": "a\\"b\u2029"}', '{1,9007199254740993}')`,
  )
  await pool.query(
    `insert into action_audit (at, event, kind, container_name) values (now(), 'proposed', 'restart', 'web')`,
  )
  await pool.query(
    `create table odd (
       id bigint generated always as identity primary key,
       parent bigint references odd, bytes bytea, exact numeric, real_one real, double_one double precision,
       at timestamptz, twice integer generated always as (length(coalesce(bytes::text, '')) * 2) stored)`,
  )
  await pool.query(
    `insert into odd (parent, bytes, exact, real_one, double_one, at) values
       (2, '\\x00ff0a22', 123456789012345678901234567890.123, 0.1, 0.1, '2026-03-29 02:30:00.123456+01'),
       (null, null, 'NaN', '-Infinity', 5e-324, 'infinity')`,
  )
}

async function readAll({ pool }: TestDatabase): Promise<Record<string, string[]>> {
  const all: Record<string, string[]> = {}
  for (const { name } of await listTables(pool)) {
    const { rows } = await pool.query<{ line: string }>(`select t::text as line from "${name}" t order by 1`)
    all[name] = rows.map(({ line }) => line)
  }
  return all
}

describe('a backup', () => {
  it('is one private file that was read back, with its checksum beside it', async () => {
    await fill(db)
    const made = await makeBackup(deps(), never)
    expect(made).toMatchObject({ verified: true, file: join(folder, 'nexus-20261122T010000Z.ndjson.gz') })
    const bytes = await readFile(made.file)
    expect([bytes.length, createHash('sha256').update(bytes).digest('hex')]).toEqual([made.bytes, made.sha256])
    expect(await readFile(`${made.file}.sha256`, 'utf8')).toBe(`${made.sha256}  nexus-20261122T010000Z.ndjson.gz\n`)
    for (const file of [made.file, `${made.file}.sha256`]) expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect((await stat(folder)).mode & 0o777).toBe(0o700)
    expect(await findNewestBackup(deps())).toEqual({ at: NOW, verified: true, bytes: made.bytes })
    const [head = ''] = gunzipSync(bytes).toString().split('\n')
    expect(JSON.parse(head)).toMatchObject({ madeAt: NOW.toISOString(), configuration: { timeZone: 'Europe/Madrid' } })
  })

  it('brings everything back into an empty database, numbers and triggers included', async () => {
    await fill(db)
    const { file } = await makeBackup(deps(), never)
    const other = await createTestDatabase()
    try {
      await other.pool.query(`create table odd (
        id bigint generated always as identity primary key,
        parent bigint references odd, bytes bytea, exact numeric, real_one real, double_one double precision,
        at timestamptz, twice integer generated always as (length(coalesce(bytes::text, '')) * 2) stored)`)
      const { rows, madeAt } = await restore(other, file)
      expect([rows.odd, rows.run, madeAt]).toEqual([2, 1, NOW])
      expect(await readAll(other)).toEqual(await readAll(db))
      const { rows: next } = await other.pool.query('insert into odd (exact) values (1) returning id')
      expect(next).toEqual([{ id: 3 }])
      await expect(other.pool.query('delete from action_audit')).rejects.toThrow('append-only')
      await expect(other.pool.query('insert into odd (parent) values (99)')).rejects.toThrow('foreign key')
      await expect(other.pool.query(`update run set status = 'queued'`)).rejects.toThrow('cannot go from')
    } finally {
      await other.close()
    }
  })

  it('is of one moment, whatever is written meanwhile', async () => {
    if (db.kind === 'embedded') return // one connection: nothing is written meanwhile
    await fill(db)
    const making = makeBackup(deps(), never)
    await Promise.all([making, db.pool.query('delete from told_fact'), db.pool.query('delete from outbox')])
    expect((await making).verified).toBe(true)
  })

  it('is made once for all who ask at the same time', async () => {
    const [one, two] = await Promise.all([makeBackup(deps(), never), makeBackup(deps(), never)])
    expect(one).toBe(two)
    expect(await readdir(folder)).toHaveLength(2)
  })

  it('leaves nothing behind when it is stopped in the middle', async () => {
    await fill(db)
    await expect(makeBackup(deps(), AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' })
    expect(await readdir(folder)).toEqual([])
    expect((await makeBackup(deps(), never)).verified).toBe(true)
  })

  it('says which folder it may not write to', async () => {
    await writeFile(join(folder, '..', 'file'), '')
    const wrong = { ...deps(), backupDir: join(folder, '..', 'file', 'backups') }
    await expect(makeBackup(wrong, never)).rejects.toThrow(/cannot write its backups into .*: see NEXUS_BACKUP_DIR/)
  })
})

describe('the folder of backups', () => {
  const put = async (at: Date, verified: boolean) => {
    const name = nameOf(at)
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, name), 'x')
    if (verified) await writeChecksum(folder, name, 'a'.repeat(64))
  }

  it('keeps 30 days, and the last good one for ever', async () => {
    await put(new Date(NOW.getTime() - 60 * DAY_MS), true)
    await put(new Date(NOW.getTime() - 50 * DAY_MS), true)
    await put(new Date(NOW.getTime() - 40 * DAY_MS), false)
    await put(new Date(NOW.getTime() - 10 * DAY_MS), false)
    expect(await findNewestBackup(deps())).toMatchObject({ verified: false })
    expect(await pruneBackups(folder, NOW)).toHaveLength(2)
    const names = (await readdir(folder)).filter((name) => name.endsWith('.gz')).sort()
    expect(names.map((name) => name.slice(6, 14))).toEqual(['20261003', '20261112'])
  })

  it('takes the rest of a dead process for no backup, and removes it', async () => {
    await makeBackup(deps(), never)
    const part = join(folder, '.nexus-20261123T010000Z.ndjson.gz.part')
    await writeFile(part, 'half')
    expect(await findNewestBackup(deps())).toMatchObject({ at: NOW })
    await utimes(part, NOW, NOW)
    await pruneBackups(folder, new Date(NOW.getTime() + DAY_MS))
    expect((await readdir(folder)).filter((name) => name.endsWith('.part'))).toEqual([])
  })

  it('that is not there yet has no backup', async () => {
    expect(await findNewestBackup(deps())).toBeNull()
  })
})

describe('restoring', () => {
  it('refuses a database that is not empty, and changes nothing', async () => {
    await fill(db)
    const { file } = await makeBackup(deps(), never)
    const before = await readAll(db)
    await expect(restore(db, file)).rejects.toThrow(/not empty: table \w+ has rows\. Nothing was changed/)
    expect(await readAll(db)).toEqual(before)
  })

  const spoilt: [string, (bytes: Buffer) => Buffer, RegExp][] = [
    ['cut off', (bytes) => bytes.subarray(0, bytes.length / 2), /damaged|no end/],
    ['with a changed byte', (bytes) => Buffer.from(bytes.with(bytes.length / 2, 0x55)), /backup/],
    ['without its end', (bytes) => edit(bytes, (lines) => lines.slice(0, -2)), /no end/],
    [
      'without a row',
      (bytes) => edit(bytes, (lines) => lines.filter((line) => !line.startsWith('["'))),
      /as many rows/,
    ],
    ['of something else', () => gzipSync('{"kind":"photos"}\n'), /does not begin like a backup/],
    [
      'with a line without an end',
      (bytes) => edit(bytes, ([head = '']) => [head, `["${'a'.repeat(70_000_000)}`]),
      /too long to be one/,
    ],
    ['that is no archive', () => Buffer.from('hello'), /damaged/],
  ]
  for (const [what, spoil, problem] of spoilt)
    it(`refuses a file ${what}, and leaves the database empty`, async () => {
      await db.pool.query(`insert into setting (key, value) values ('a', '1'), ('b', '2')`)
      const { file } = await makeBackup(deps(), never)
      await writeFile(file, spoil(await readFile(file)))
      await db.pool.query('delete from setting')
      await expect(restore(db, file)).rejects.toThrow(problem)
      expect((await db.pool.query('select * from setting')).rows).toEqual([])
    })

  it('refuses a database of another version, and says how it works', async () => {
    const { file } = await makeBackup(deps(), never)
    await db.pool.query(`insert into migration (name, run_on) values ('999_later', now())`)
    await expect(restore(db, file)).rejects.toThrow(/is of schema \w+, this database of 999_later.*without any tables/s)
  })
})

describe('a backup of an older version', () => {
  const empty = async () => {
    await db.pool.query('drop schema public cascade')
    await db.pool.query('create schema public')
  }

  it('comes back into a database without tables as it was, and the next start brings it up to date', async () => {
    const { log } = createTestLog()
    const known = await listKnownMigrations()
    await empty()
    await migrate(db, log, 7)
    await db.pool.query(`insert into setting (key, value) values ('chat', '{"documents": false}')`)
    const { file } = await makeBackup(deps(), never)
    await empty()
    const migrateTo = (migrations: readonly string[]) => migrate(db, log, migrations.length)
    await restoreBackup({ db, migrateTo }, file, never)
    expect(await listMigrations(db.pool)).toEqual(known.slice(0, 7))
    await migrate(db, log)
    expect(await listMigrations(db.pool)).toEqual(known)
    expect((await db.pool.query('select key, value from setting')).rows).toEqual([
      { key: 'chat', value: { documents: false } },
    ])
  })
})

function edit(bytes: Buffer, change: (lines: string[]) => string[]): Buffer {
  return gzipSync(change(gunzipSync(bytes).toString().split('\n')).join('\n'))
}

it('a fresh database is empty: what migrations fill in is no part of a backup', async () => {
  expect(Object.values(await readAll(db)).flat()).toEqual([])
})

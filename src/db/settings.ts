import type { z } from 'zod'
import { Failure } from '../failure.ts'
import type { Queryable } from './pool.ts'

/** What people change at run time; a value is JSON whose shape its reader names with a schema. */

/** @throws Failure database when the stored value is not of the schema's shape */
export async function readSetting<T>(db: Queryable, key: string, schema: z.ZodType<T>): Promise<T | null> {
  const { rows } = await db.query<{ value: unknown }>('select value from setting where key = $1', [key])
  return rows[0] ? parseSetting(key, schema, rows[0].value) : null
}

/** Changes some fields of an object setting in one statement, so that two writers of different fields both count. */
export async function mergeSetting<T extends object>(
  db: Queryable,
  key: string,
  schema: z.ZodType<T>,
  change: Partial<T>,
): Promise<T> {
  const { rows } = await db.query<{ value: unknown }>(
    `insert into setting (key, value) values ($1, $2)
     on conflict (key) do update set value = setting.value || excluded.value, updated_at = now()
     returning value`,
    [key, JSON.stringify(change)],
  )
  return parseSetting(key, schema, rows[0]?.value)
}

function parseSetting<T>(key: string, schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw new Failure(`The stored setting "${key}" cannot be read: set it again`, {
    code: 'database',
    cause: parsed.error,
  })
}

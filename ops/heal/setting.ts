import { z } from 'zod'
import type { Queryable } from '../../src/db/pool.ts'
import { mergeSetting, readSetting } from '../../src/db/settings.ts'

/** Whether healing is on, who said so, and whether it has stopped to call for a person. */
export const HealSetting = z.object({
  on: z.boolean().default(false),
  by: z.string().nullable().default(null),
  at: z.iso.datetime().nullable().default(null),
  haltedAt: z.iso.datetime().nullable().default(null),
})
export type HealSetting = z.infer<typeof HealSetting>

const KEY = 'healing'

export async function readHealSetting(db: Queryable): Promise<HealSetting> {
  return (await readSetting(db, KEY, HealSetting)) ?? HealSetting.parse({})
}

export function changeHealSetting(db: Queryable, change: Partial<HealSetting>): Promise<HealSetting> {
  return mergeSetting(db, KEY, HealSetting, change)
}

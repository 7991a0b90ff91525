import { toStorableJson } from '../messaging/storable.ts'
import type { Queryable } from './pool.ts'

/** What happened to the machine besides its figures: starts of the bot, images of containers. */

export type SeenImage = { id: string; name: string; image: string; imageId: string }

/** Notes the containers that are new, or on another image than when they were last noted. */
export async function noteImages(db: Queryable, at: Date, seen: readonly SeenImage[]): Promise<void> {
  if (seen.length === 0) return
  await db.query(
    `insert into container_image (name, seen_at, container_id, image, image_id)
     select seen.name, $1, seen.id, seen.image, seen."imageId"
     from jsonb_to_recordset($2::jsonb) as seen (id text, name text, image text, "imageId" text)
       left join lateral (
         select image, image_id from container_image where name = seen.name order by seen_at desc limit 1) as last on true
     where last.image is null or (last.image, last.image_id) <> (seen.image, seen."imageId")
     on conflict do nothing`,
    [at, toStorableJson(seen.map(({ id, name, image, imageId }) => ({ id, name, image, imageId })))],
  )
}

/** By container: the image it was on at that moment, as far as it was noted. */
export async function listImagesAt(db: Queryable, at: Date): Promise<Map<string, string>> {
  const { rows } = await db.query<{ name: string; image: string; imageId: string }>(
    `select distinct on (name) name, image, image_id as "imageId" from container_image
     where seen_at <= $1 order by name, seen_at desc`,
    [at],
  )
  return new Map(rows.map(({ name, image, imageId }) => [name, `${image}\n${imageId}`]))
}

/** Images that replaced another one of the same container, the newest first. */
export async function findLastImageChange(db: Queryable): Promise<{ at: Date; name: string; image: string } | null> {
  const { rows } = await db.query<{ at: Date; name: string; image: string }>(
    `select seen_at as at, name, image from container_image as later
     where exists (select from container_image as before where before.name = later.name and before.seen_at < later.seen_at)
     order by seen_at desc, name limit 1`,
  )
  return rows[0] ?? null
}

export type Version = { version: string; commit: string | null }

export async function insertStart(db: Queryable, at: Date, { version, commit }: Version): Promise<void> {
  await db.query('insert into bot_start (at, version, commit) values ($1, $2, $3)', [at, version, commit])
}

/** When the bot was started for the first time; null before that. */
export async function findFirstStart(db: Queryable): Promise<Date | null> {
  const { rows } = await db.query<{ at: Date | null }>('select min(at) as at from bot_start')
  return rows[0]?.at ?? null
}

/** The first start, unless the record is older than that: then it began earlier, and nobody knows when. */
export async function findBeginning(db: Queryable): Promise<Date | null> {
  const { rows } = await db.query<{ at: Date | null }>(
    `select at from (select min(at) as at from bot_start) as first
     where not exists (select from sample where minute < first.at - interval '1 minute')`,
  )
  return rows[0]?.at ?? null
}

/** Whether the bot was at work in that time: a start or a sample says so. Both ends belong to it. */
export async function wasAtWork(db: Queryable, from: Date, to: Date): Promise<boolean> {
  const { rows } = await db.query<{ was: boolean }>(
    `select exists (select from sample where minute between $1 and $2)
       or exists (select from bot_start where at between $1 and $2) as was`,
    [from, to],
  )
  return rows[0]?.was ?? false
}

/** The version that was at work at that moment, or started first after it. */
export async function findVersionAt(db: Queryable, at: Date): Promise<Version | null> {
  const { rows } = await db.query<Version>(
    `select version, commit from bot_start
     order by at <= $1 desc, case when at <= $1 then at end desc, at, id desc limit 1`,
    [at],
  )
  return rows[0] ?? null
}

/** The last start with another version than the start before it. */
export async function findLastUpgrade(db: Queryable): Promise<(Version & { at: Date }) | null> {
  const { rows } = await db.query<Version & { at: Date }>(
    `select at, version, commit from (
       select *, lag(version) over (order by id) as earlier, lag(commit) over (order by id) as earlier_commit from bot_start
     ) as start
     where earlier is not null and (version, coalesce(commit, '')) <> (earlier, coalesce(earlier_commit, ''))
     order by id desc limit 1`,
  )
  return rows[0] ?? null
}

/** What is long past. The last of each container stays: it says what the next one replaces. */
export async function pruneHistory(db: Queryable, before: Date): Promise<void> {
  await db.query('delete from bot_start where at < $1 and id <> (select max(id) from bot_start)', [before])
  await db.query(
    `delete from container_image as old where seen_at < $1 and exists (
       select from container_image as later where later.name = old.name and later.seen_at > old.seen_at)`,
    [before],
  )
}

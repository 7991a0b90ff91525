import type { Queryable } from './pool.ts'

/** From minutes to hours, and from both to the points of a chart. */

/** A week at a time: after a long time without this, one statement for all of it would hold up the others. */
const BATCH_HOURS = 168

/** Makes an hour of the minutes of each hour that is over and has none yet. Returns how many. */
export async function rollUpHours(db: Queryable, before: Date): Promise<number> {
  let made = 0
  for (;;) {
    const { rowCount } = await db.query(ROLL_UP, [before, BATCH_HOURS])
    if (!rowCount) return made
    made += rowCount
  }
}

const ROLL_UP = `
  with start as (
    select date_trunc('hour', min(minute), 'UTC') as hour from sample
    where minute >= coalesce((select max(hour) + interval '1 hour' from sample_hour), '-infinity')
  ), minutes as materialized (
    select date_trunc('hour', minute, 'UTC') as hour, sample.* from sample, start
    where minute >= start.hour and minute < start.hour + $2 * interval '1 hour'
      and minute < date_trunc('hour', $1::timestamptz, 'UTC')
  ), means as (
    select hour, count(*) as minutes, avg(cpu_percent) as cpu, max(cpu_percent) as cpu_max, avg(load1) as load1,
      avg(memory_percent) as memory, max(memory_percent) as memory_max, avg(swap_percent) as swap,
      max(swap_percent) as swap_max, avg(temperature_c) as temperature, max(temperature_c) as temperature_max,
      avg(received_per_second) as received, avg(sent_per_second) as sent
    from minutes group by hour
  ), mounts as (
    select hour, jsonb_object_agg(mount, jsonb_build_object('used', used, 'free', free)) as disks from (
      select hour, key as mount, round(avg((value->>'used')::float8)) as used, round(avg((value->>'free')::float8)) as free
      from minutes, jsonb_each(disks) group by hour, key) as one group by hour
  ), figures as (
    select hour, jsonb_object_agg(name, jsonb_build_array(cpu, memory, highest, memory_limit)) as containers from (
      select hour, key as name, round(avg((value->>0)::float8)::numeric, 1) as cpu, round(avg((value->>1)::float8)) as memory,
        max((value->>1)::float8) as highest, max((value->>2)::float8) as memory_limit
      from minutes, json_each(containers) group by hour, key) as one group by hour
  )
  insert into sample_hour (hour, minutes, cpu_percent, cpu_percent_max, load1, memory_percent, memory_percent_max,
    swap_percent, swap_percent_max, temperature_c, temperature_c_max, received_per_second, sent_per_second, disks, containers)
  select hour, minutes, cpu, cpu_max, load1, memory, memory_max, swap, swap_max, temperature, temperature_max, received, sent,
    coalesce(disks, '{}'), coalesce(containers, '{}')
  from means left join mounts using (hour) left join figures using (hour)
  on conflict (hour) do nothing`

export async function pruneSamples(db: Queryable, kept: { minutesAfter: Date; hoursAfter: Date }): Promise<void> {
  await db.query('delete from sample where minute < $1', [kept.minutesAfter])
  await db.query('delete from sample_hour where hour < $1', [kept.hoursAfter])
}

/** `min` is null where only hours are left: of an hour the mean and the highest are kept. */
export type Range = { min: number | null; mean: number; max: number }
export type Bin = { at: Date; cpu: Range | null; memory: Range | null; temperature: Range | null }
export type DiskBin = { at: Date; mount: string; usedPercent: number }
export type BinWish = { from: Date; to: Date; binSeconds: number; of: 'minutes' | 'hours' }

type Figures = 'cpu' | 'memory' | 'temperature'
type BinRow = { at: Date } & Record<`${Figures}${'Min' | 'Mean' | 'Max'}`, number | null>

/** Steps of equal length that begin at `from`; one without any sample is left out. */
export async function listBins(db: Queryable, wish: BinWish): Promise<Bin[]> {
  const { table, time, max } = sourceOf(wish)
  const figures = [
    ['cpu', 'cpu_percent'],
    ['memory', 'memory_percent'],
    ['temperature', 'temperature_c'],
  ].map(([name, column]) => {
    const lowest = wish.of === 'minutes' ? `min(${column})` : 'null::real'
    return `${lowest} as "${name}Min", avg(${column}) as "${name}Mean", max(${column}${max}) as "${name}Max"`
  })
  const { rows } = await db.query<BinRow>(
    `select date_bin($3 * interval '1 second', ${time}, $1) as at, ${figures.join(', ')}
     from ${table} where ${time} >= $1 and ${time} < $2 group by 1 order by 1`,
    [wish.from, wish.to, wish.binSeconds],
  )
  return rows.map((row) => ({
    at: row.at,
    cpu: toRange(row.cpuMin, row.cpuMean, row.cpuMax),
    memory: toRange(row.memoryMin, row.memoryMean, row.memoryMax),
    temperature: toRange(row.temperatureMin, row.temperatureMean, row.temperatureMax),
  }))
}

export async function listDiskBins(db: Queryable, wish: BinWish): Promise<DiskBin[]> {
  const { table, time } = sourceOf(wish)
  const { rows } = await db.query<DiskBin>(
    `select date_bin($3 * interval '1 second', ${time}, $1) as at, key as mount,
       avg(100 * (value->>'used')::float8 / nullif((value->>'used')::float8 + (value->>'free')::float8, 0)) as "usedPercent"
     from ${table}, jsonb_each(disks) where ${time} >= $1 and ${time} < $2 group by 1, 2
     having sum((value->>'used')::float8 + (value->>'free')::float8) > 0 order by 2, 1`,
    [wish.from, wish.to, wish.binSeconds],
  )
  return rows
}

/** From a closed list: no name in the statement comes from outside. */
function sourceOf({ of }: BinWish) {
  return of === 'minutes'
    ? ({ table: 'sample', time: 'minute', max: '' } as const)
    : ({ table: 'sample_hour', time: 'hour', max: '_max' } as const)
}

function toRange(min: number | null, mean: number | null, max: number | null): Range | null {
  return mean === null || max === null ? null : { min, mean, max }
}

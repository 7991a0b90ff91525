import pg from 'pg'
import type { World } from './world.ts'

/** What was lost or done twice, read from the database and from what the paid services saw. */

export type Verdict = { name: string; found: number; allowed: number; note?: string }

type Facts = {
  /** Update ids of the /generate messages that the person sent. */
  asked: number
  /** Cards that the person approved. */
  approvals: number
  /** The bot's clock ran this much faster from this moment (milliseconds since 1970) on; the database's did not. */
  clock: { base: number; speed: number }
}

export async function judge(url: string, world: World, facts: Facts): Promise<Verdict[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const count = async (sql: string) => Number((await client.query<{ n: string }>(sql)).rows[0]?.n ?? 0)
  try {
    const runs = await count(`select count(*) as n from run where source = 'command'`)
    const inFlight = await count(`select count(*) as n from provider_call where status = 'unknown'`)
    const repeated = repeatedCalls(world)
    return [
      { name: 'updates lost (/generate without a run)', found: facts.asked - runs, allowed: 0 },
      {
        name: 'updates never worked',
        found: await count(`select count(*) as n from telegram_update where status in ('pending', 'failed')`),
        allowed: 0,
      },
      {
        name: 'approvals lost',
        found: facts.approvals - (await count(`select count(*) as n from decision where kind = 'approve'`)),
        allowed: 0,
      },
      {
        name: 'approved runs not handed over',
        found: await count(`select count(*) as n from run where status = 'approved'`),
        allowed: 0,
      },
      {
        name: 'runs left behind',
        found: await count(`select count(*) as n from run where status in ('queued', 'running')`),
        allowed: 0,
      },
      { name: 'runs failed', found: await count(`select count(*) as n from run where status = 'failed'`), allowed: 0 },
      {
        name: 'messages never sent',
        found: await count(`select count(*) as n from outbox where status in ('pending', 'sending', 'failed')`),
        allowed: 0,
      },
      { name: 'slots without exactly one run', found: await count(LOST_SLOTS), allowed: 0 },
      { name: 'slots missing in between', found: await count(MISSING_SLOTS), allowed: 0 },
      { name: 'finished paid steps paid again', found: await count(paidAgain(facts.clock)), allowed: 0 },
      {
        name: 'calls made again (were in flight at a kill)',
        found: repeated,
        allowed: inFlight,
        note: `${inFlight} were in flight`,
      },
    ]
  } finally {
    await client.end()
  }
}

const LOST_SLOTS = `select count(*) as n from slot s
  where s.status = 'claimed' or (s.status = 'run' and not exists (select from run r where r.id = s.run_id))
    or (select count(*) from run r where r.idempotency_key = 'slot:' || s.brand || ':' || s.local_date || ':' || s.local_time) > 1`

/** The schedule has one slot an hour: between the first and the last none may be absent. */
const MISSING_SLOTS = `select coalesce((extract(epoch from max(due_at) - min(due_at)) / 3600)::int + 1 - count(*), 0) as n from slot`

/** A call for a step that began after that step's result was stored; only runs of one revision, where each step is one. */
function paidAgain(clock: { base: number; speed: number }): string {
  const base = clock.base / 1000
  return `select count(*) as n from provider_call c join step s on s.run_id::text = c.run_id::text
    and (s.name = c.step or s.name like c.step || '.%') and s.name not like 'novelty%'
    where c.provider <> 'local'
      and to_timestamp(${base} + (extract(epoch from c.started_at) - ${base}) / ${clock.speed}) > s.finished_at
      and not exists (select from step later where later.run_id = s.run_id and later.revision > 1)`
}

/** Requests to a paid service that are equal to the letter: with answers that are all different, each is a call paid twice. */
function repeatedCalls(world: World): number {
  const seen = new Map<string, number>()
  for (const [service, fake] of [
    ['groq', world.groq],
    ['claude', world.claude],
    ['gemini', world.gemini],
  ] as const) {
    for (const request of fake.requests) {
      const key = `${service} ${request.path} ${JSON.stringify(question(service, request.body))}`
      seen.set(key, (seen.get(key) ?? 0) + 1)
    }
  }
  return [...seen.values()].reduce((extra, times) => extra + times - 1, 0)
}

/** A fact is asked for by its topic alone: the list of what was told before differs from try to try. */
function question(service: 'groq' | 'claude' | 'gemini', body: unknown): unknown {
  if (service !== 'groq') return body
  return /<topic>([\s\S]*?)<\/topic>/.exec(JSON.stringify(body).split('Topic:').at(-1) ?? '')?.[1] ?? body
}

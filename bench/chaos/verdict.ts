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
  const count = async (sql: string) =>
    Number((await client.query<{ n: string }>(`select count(*) as n from ${sql}`)).rows[0]?.n ?? 0)
  const none = async (name: string, sql: string): Promise<Verdict> => ({ name, found: await count(sql), allowed: 0 })
  try {
    const worked = await count(`(${ASKED}) asked where status = 'done'`)
    const runs = await count(`run where source = 'command'`)
    const refused = await count(`outbox where kind = 'text' and payload->>'html' like '%in the works already%'`)
    const approvals = await count(`decision where kind = 'approve'`)
    const inFlight = await count(`provider_call where status = 'unknown'`)
    const overtaken = await count(`(${OVERTAKEN}) overtaken`)
    // A fact near one that was told is asked for again, by the same topic: a call of its own, not one made again.
    const furtherFacts = await count(`step where name ~ '^fact\\.[2-9]'`)
    return [
      { name: 'updates lost', found: facts.asked - worked, allowed: 0 },
      { name: 'updates without exactly one effect', found: Math.abs(worked - runs - refused), allowed: 0 },
      await none('updates never worked', `telegram_update where status in ('pending', 'failed')`),
      { name: 'approvals lost', found: Math.max(0, facts.approvals - approvals), allowed: 0 },
      await none('approved runs not handed over', `run where status = 'approved'`),
      await none('runs left behind', `run where status in ('queued', 'running')`),
      await none('runs failed', `run where status = 'failed'`),
      await none('messages never sent', `outbox where status in ('pending', 'sending', 'failed')`),
      await none('slots without exactly one run', LOST_SLOTS),
      await none('slots missing in between', MISSING_SLOTS),
      await none('finished paid steps paid again', paidAgain(facts.clock)),
      {
        name: 'calls made again',
        found: repeatedCalls(world),
        allowed: inFlight + overtaken + furtherFacts,
        note: `${inFlight} were in flight at a kill, ${overtaken} answers had come but were not stored yet, ${furtherFacts} asked for a further fact`,
      },
    ]
  } finally {
    await client.end()
  }
}

const ASKED = `select status from telegram_update where payload->'message'->>'text' like '/generate topic %'`

/** A call that succeeded although an earlier one for the same step had: a kill came between the answer and its storing. */
const OVERTAKEN = `select c.id from provider_call c where c.provider <> 'local' and c.status = 'succeeded'
    and exists (select from provider_call earlier where earlier.run_id = c.run_id and earlier.step = c.step
      and earlier.provider = c.provider and earlier.kind = c.kind and earlier.status = 'succeeded' and earlier.id < c.id)
    and not exists (select from run r where r.id::text = c.run_id::text and r.revision > 1)`

const LOST_SLOTS = `slot s
  where s.status = 'claimed' or (s.status = 'run' and not exists (select from run r where r.id = s.run_id))
    or (select count(*) from run r where r.idempotency_key = 'slot:' || s.brand || ':' || s.local_date || ':' || s.local_time) > 1`

/** The schedule has one slot an hour: between the first and the last none may be absent. */
const MISSING_SLOTS = `generate_series((select min(due_at) from slot), (select max(due_at) from slot), interval '1 hour') due
  where not exists (select from slot where due_at = due)`

/** A call for a step that began after that step's result was stored; only runs of one revision, where each step is one. */
function paidAgain(clock: { base: number; speed: number }): string {
  const base = clock.base / 1000
  return `provider_call c join step s on s.run_id::text = c.run_id::text
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
      // Runs of the schedule have no topic: two of them may ask alike and still be two.
      if (JSON.stringify(request.body).includes('anything surprising about')) continue
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

import type { Tx } from '../src/db/pool.ts'
import { countOpenRuns } from '../src/db/run-counts.ts'
import { createRun, findRun, type NewRun, type Run, setTopic } from '../src/db/runs.ts'
import { Failure } from '../src/failure.ts'
import { takeNextTopic } from './topics.ts'

/** More in the works at once would only hide that somebody leans on the button. */
const MAX_OPEN_RUNS = 10

export type StartOutcome =
  | { kind: 'started'; run: Run; fromBacklog: boolean }
  /** The same cause (an update that came twice, a slot) has started it before. */
  | { kind: 'started-before'; run: Run }
  | { kind: 'too-many'; open: number }

/** Creates a run; without a topic it takes the next one of the backlog, else leaves the choice to the fact step. */
export async function startCarousel(tx: Tx, request: NewRun): Promise<StartOutcome> {
  const open = await countOpenRuns(tx, request.brand)
  if (open >= MAX_OPEN_RUNS && request.source === 'command') return { kind: 'too-many', open }
  const { id, created } = await createRun(tx, request)
  if (!created) return { kind: 'started-before', run: await getRun(tx, id) }
  const topic = request.topic === null ? await takeNextTopic(tx, request.brand, id) : null
  if (topic) await setTopic(tx, id, topic.text)
  return { kind: 'started', run: await getRun(tx, id), fromBacklog: topic !== null }
}

async function getRun(tx: Tx, id: string): Promise<Run> {
  const run = await findRun(tx, id)
  if (!run) throw new Failure('the run vanished while it was created', { code: 'internal' })
  return run
}

import { z } from 'zod'
import { listContainerMinutes } from '../../../src/db/diagnosis.ts'
import { listPastIncidents } from '../../../src/db/incidents.ts'
import type { Container } from '../../../src/docker/container.ts'
import type { Docker } from '../../../src/docker/engine.ts'
import { Failure } from '../../../src/failure.ts'
import type { LoopTool } from '../../../src/providers/tool-loop.ts'
import type { Queryable } from '../../../src/transaction.ts'
import { readContainerLogs } from '../../container-logs.ts'
import { findByName } from '../../containers.ts'
import { describeSpan } from '../../words.ts'
import { COLLECT_LIMIT_MS, collectFacts, type EvidenceDeps } from '../evidence.ts'
import { describeState, listLines } from '../evidence-lines.ts'
import { createReader, type Gap } from '../reader.ts'
import { Diagnosis, type EvidenceLine } from '../types.ts'
import type { EvidenceBook } from './evidence-book.ts'

/**
 * What the model may look at. All of it reads; a container is meant by its name and looked up in the live list, so that no
 * text of a model ever becomes a part of a request.
 */

export type ToolDeps = EvidenceDeps & { db: Queryable; runbooks: Runbooks }

/** The operator's own notes, by their file's name. */
export type Runbooks = { titles: ReadonlyMap<string, string>; read(id: string): string | null }

const MAX_LOG_LINES = 80
const MAX_HOURS = 48
/** As many points as say where a figure is going. */
const HISTORY_POINTS = 16
const MAX_PAST = 8
const MAX_LOOKED_AT = 200
const MINUTE_MS = 60_000
const MAX_RUNBOOK_LINES = 40

const ContainerName = z.string().describe('Its name as listed')
const name = { name: ContainerName }

/** A tool whose input has the type of its schema. */
function tool<I extends z.ZodType>(spec: {
  name: string
  description: string
  input: I
  run: (input: z.infer<I>, signal: AbortSignal) => Promise<string>
}): LoopTool {
  return { ...spec, run: (input, signal) => spec.run(input as z.infer<I>, signal) }
}

/** `fence` stands before and after what a tool says, as around everything that others wrote. */
export function createTools(deps: ToolDeps, book: EvidenceBook, fence: string): LoopTool[] {
  const tell = (lines: readonly Told[]) => {
    const shown = lines.map(({ source, text }) => book.add(source, text))
    return [`${fence} begin`, ...(shown.length === 0 ? ['(nothing)'] : shown), `${fence} end`].join('\n')
  }
  return [
    tool({
      name: 'list_containers',
      description: 'All containers with their state.',
      input: z.object({}),
      run: async (_, signal) => tell((await openEngine(deps, signal)).containers.map((one) => stateOf(deps, one))),
    }),
    tool({
      name: 'container',
      description:
        'State, settings, health checks, recent events and use of processor and memory of one container, without its log.',
      input: z.object(name),
      run: async (input, signal) => tell(await readContainer(deps, input.name, signal)),
    }),
    tool({
      name: 'logs',
      description: 'The newest lines of the log of one container, or only those that look like errors.',
      input: z.object({
        ...name,
        lines: z.int().min(1).max(MAX_LOG_LINES),
        onlyErrors: z.boolean(),
      }),
      run: async (input, signal) => tell(await readLog(deps, input, signal)),
    }),
    tool({
      name: 'history',
      description: 'Processor, memory and restarts of one container over the last hours.',
      input: z.object({ ...name, hours: z.number().min(0.1).max(MAX_HOURS) }),
      run: async (input, signal) => tell(await readHistory(deps, input, signal)),
    }),
    tool({
      name: 'past_incidents',
      description: 'Earlier incidents with what caused them and what helped, of one container or of everything.',
      input: z.object({ name: ContainerName.nullable() }),
      run: async (input) => tell(await readIncidents(deps, input.name)),
    }),
    runbookTool(deps.runbooks, tell),
  ]
}

function runbookTool(runbooks: Runbooks, tell: (lines: readonly Told[]) => string): LoopTool {
  const known = [...runbooks.titles].map(([id, title]) => `${id} (${title})`).join(', ')
  return tool({
    name: 'runbook',
    description: `The operator's own notes. There are: ${known}`,
    input: z.object({ id: z.string() }),
    run: async (input) => tell(readRunbook(runbooks, input.id)),
  })
}

type Told = Pick<EvidenceLine, 'source' | 'text'>

async function openEngine(
  { findDocker }: ToolDeps,
  signal: AbortSignal,
): Promise<{ docker: Docker; containers: Container[] }> {
  const state = await findDocker()
  if (state.kind === 'absent') throw new Failure(state.reason, { code: 'unavailable' })
  return { docker: state.docker, containers: await state.docker.list(signal) }
}

async function findContainer(
  deps: ToolDeps,
  wish: string,
  signal: AbortSignal,
): Promise<{ docker: Docker; container: Container }> {
  const { docker, containers } = await openEngine(deps, signal)
  const found = findByName(containers, wish)
  if (found.kind === 'found') return { docker, container: found.container }
  throw new Failure('No container, or more than one, has that name. Use list_containers.', { code: 'bad_input' })
}

function stateOf({ clock, timeZone }: ToolDeps, container: Container): Told {
  return {
    source: 'state',
    text: `${container.name}: ${describeState(container, { at: clock.now(), timeZone })}; image ${container.image}`,
  }
}

const NOT_ASKED = /^(?:log:|sibling:|disk:|inodes:|memory$|load$|temperature$)/

async function readContainer(deps: ToolDeps, wish: string, signal: AbortSignal): Promise<Told[]> {
  const { container } = await findContainer(deps, wish, signal)
  const subject = { kind: 'container' as const, name: container.name, containerId: container.id }
  const gaps: Gap[] = []
  const read = createReader(gaps, COLLECT_LIMIT_MS, signal)
  const facts = await collectFacts(deps, { subject, findings: [], question: null }, read)
  return listLines({ ...facts, gaps }).filter(({ key }) => !NOT_ASKED.test(key))
}

async function readLog(
  deps: ToolDeps,
  input: { name: string; lines: number; onlyErrors: boolean },
  signal: AbortSignal,
): Promise<Told[]> {
  const { docker, container } = await findContainer(deps, input.name, signal)
  const wish = input.onlyErrors ? ({ kind: 'errors' } as const) : ({ kind: 'last', lines: input.lines } as const)
  const { lines } = await readContainerLogs({ docker, redact: deps.redact }, container, wish, signal)
  return lines.slice(-input.lines).map((text) => ({ source: 'log', text }))
}

async function readHistory(
  deps: ToolDeps,
  input: { name: string; hours: number },
  signal: AbortSignal,
): Promise<Told[]> {
  const { container } = await findContainer(deps, input.name, signal)
  const after = new Date(deps.clock.now().getTime() - input.hours * 60 * MINUTE_MS)
  const minutes = await listContainerMinutes(deps.db, container.name, after)
  const step = Math.max(1, Math.ceil(minutes.length / HISTORY_POINTS))
  // Counted from the end, so that the newest is there.
  const points = minutes.filter((_, index) => (minutes.length - 1 - index) % step === 0)
  return points.map(({ at, cpuPercent, memoryBytes, restarts }) => {
    const cpu = cpuPercent === null ? '?' : Math.round(cpuPercent)
    const memory = memoryBytes === null ? '?' : Math.round(memoryBytes / 1e6)
    const text = `${at.toISOString().slice(0, 16)}Z processor ${cpu} %, memory ${memory} MB, ${restarts} restarts`
    return { source: 'history', text: `${container.name} ${text}` }
  })
}

async function readIncidents(deps: ToolDeps, wish: string | null): Promise<Told[]> {
  const wanted = wish?.toLowerCase() ?? null
  const rows = await listPastIncidents(deps.db, MAX_LOOKED_AT)
  const found = rows.filter(({ subject }) => wanted === null || subject.toLowerCase() === wanted).slice(0, MAX_PAST)
  return found.map(({ subject, rootRule, openedAt, resolvedAt, diagnosis, helped }) => {
    const said = Diagnosis.safeParse(diagnosis).data
    const ended = resolvedAt === null ? 'not over' : `over after ${describeSpan((+resolvedAt - +openedAt) / 1000)}`
    const why = said ? `${said.cause}: ${said.summary}` : 'cause not known'
    const text = `${openedAt.toISOString().slice(0, 16)}Z ${rootRule} ${subject}, ${ended}; ${why}; ${helped === null ? 'nothing was done' : `helped: ${helped}`}`
    return { source: 'incident', text }
  })
}

function readRunbook(runbooks: Runbooks, id: string): Told[] {
  const text = runbooks.read(id)
  if (text === null) throw new Failure('There is no such runbook.', { code: 'bad_input' })
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  return lines.slice(0, MAX_RUNBOOK_LINES).map((line) => ({ source: 'runbook', text: line }))
}

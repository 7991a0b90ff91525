import { z } from 'zod'
import { COMPARED_WITH } from '../../ops/compare.ts'
import type { Diagnosis } from '../../ops/diagnose/types.ts'
import type { Incident } from '../../ops/incidents/types.ts'
import { compareText } from '../views/compare.ts'
import { containersText, pageOf } from '../views/containers.ts'
import { healthText } from '../views/health.ts'
import { reportText } from '../views/report.ts'
import { describeTime } from '../views/times.ts'
import { cutEnd, plainText } from './fence.ts'
import { findContainer } from './find-container.ts'
import type { TalkParts } from './in-scope.ts'
import { defineTool, type TalkTool } from './tools.ts'

/** Looking at the machine; in a private chat only. */

const Nothing = z.object({})
export const ContainerName = z.string().describe('Its name, or a part of it that no other one has.')

const MAX_LOG_CHARS = 5_000
const MAX_LINES = 200
const PAST_INCIDENTS = 10

export function listOpsReaders(parts: TalkParts): TalkTool[] {
  return [...listPresent(parts), ...listPast(parts)]
}

function listPresent(parts: TalkParts): TalkTool[] {
  const { deps } = parts
  return [
    defineTool({
      name: 'read_health',
      description: 'How the machine, its disks, memory and services, the database and the bot are now; what is wrong.',
      input: Nothing,
      doing: () => 'Looking at the machine',
      run: async () => {
        const report = await deps.ops.health.look()
        return plainText(healthText({ report, view: 'details', timeZone: deps.timeZone }))
      },
    }),
    defineTool({
      name: 'read_containers',
      description:
        'All containers: state, health, restarts, CPU and memory. 🔒 marks those that nothing may be done to.',
      input: Nothing,
      doing: () => 'Looking at the containers',
      run: (_, signal) => readContainers(parts, signal),
    }),
    defineTool({
      name: 'read_logs',
      description: 'The end of a container’s log.',
      input: z.object({
        container: ContainerName,
        only: z.enum(['all', 'errors']).describe('errors: only lines that look like one.'),
        lines: z.int().min(1).max(MAX_LINES),
      }),
      doing: ({ container }) => `Reading the log of ${container}`,
      run: (wish, signal) => readLogs(parts, wish, signal),
    }),
    defineTool({
      name: 'diagnose',
      description: 'Why something is wrong, by rules: cause, evidence, what helps. Null: the whole machine.',
      input: z.object({ container: ContainerName.nullable() }),
      doing: ({ container }) => `Looking for the cause${container === null ? '' : ` at ${container}`}`,
      run: ({ container }, signal) => diagnose(parts, container, signal),
    }),
  ]
}

function listPast(parts: TalkParts): TalkTool[] {
  const { deps } = parts
  return [
    defineTool({
      name: 'read_incidents',
      description: 'What is wrong at present and since when, and what was wrong before, how long, and what helped.',
      input: Nothing,
      doing: () => 'Looking at the incidents',
      run: () => readIncidents(parts),
    }),
    defineTool({
      name: 'read_changes',
      description: 'What is different now from an hour or a day ago, or from before the last deploy.',
      input: z.object({ since: z.enum(COMPARED_WITH) }),
      doing: ({ since }) => `Comparing with the last ${since}`,
      run: async ({ since }) => plainText(compareText(await deps.ops.history.compare(since), since, whenOf(parts))),
    }),
    defineTool({
      name: 'read_report',
      description: 'The last 24 h (daily) or seven days (weekly): problems, mean figures, carousels, money, backups.',
      input: z.object({ kind: z.enum(['daily', 'weekly']) }),
      doing: ({ kind }) => `Making the ${kind} report`,
      run: async ({ kind }) =>
        plainText(reportText({ report: await deps.ops.history.report(kind), timeZone: deps.timeZone })),
    }),
  ]
}

/** Times as people say them. */
function whenOf({ deps }: TalkParts): (at: Date) => string {
  const now = deps.clock.now()
  return (at) => describeTime(at, now, deps.timeZone)
}

async function readContainers({ deps }: TalkParts, signal: AbortSignal): Promise<string> {
  const listing = await deps.ops.containers.list(signal)
  if (listing.kind === 'absent') return listing.reason
  const { containers } = listing
  const running = containers
    .filter(({ container }) => container.state === 'running')
    .map(({ container }) => container.id)
  const figures = await deps.ops.containers.figures(running, signal)
  const pages: string[] = []
  for (let page = 0, shown = 0; shown < containers.length || page === 0; page++) {
    const input = { containers, page, figures, now: deps.clock.now() }
    shown += Math.max(1, pageOf(input).length)
    pages.push(plainText(containersText(input)))
  }
  return pages.join('\n')
}

async function readLogs(
  parts: TalkParts,
  wish: { container: string; only: 'all' | 'errors'; lines: number },
  signal: AbortSignal,
): Promise<string> {
  const found = await findContainer(parts, wish.container, signal)
  if (found.kind === 'unclear') return found.why
  const what = wish.only === 'errors' ? ({ kind: 'errors' } as const) : { kind: 'last' as const, lines: wish.lines }
  const { lines } = await parts.deps.ops.containers.logs(found.container, what, signal)
  if (lines.length === 0) return `${found.container.name}: no such lines`
  return `${found.container.name}, the newest line last:\n${cutEnd(lines.slice(-wish.lines).join('\n'), MAX_LOG_CHARS)}`
}

async function diagnose({ deps }: TalkParts, name: string | null, signal: AbortSignal): Promise<string> {
  const explained = await deps.ops.diagnosis.explain(name ?? '', signal)
  switch (explained.kind) {
    case 'well':
      return 'Nothing is wrong, as far as the rules see.'
    case 'none':
      return 'No container has this name. read_containers lists them.'
    case 'ambiguous':
      return `Several containers match: ${explained.candidates.map((one) => one.name).join(', ')}`
    case 'explained':
      return describeDiagnosis(explained.diagnosis)
  }
}

function describeDiagnosis(diagnosis: Diagnosis): string {
  const { summary, rootCause, severity, cause, confidence, evidence, actions, prevention, runbook } = diagnosis
  return [
    `${severity}, cause ${cause}, confidence ${confidence}: ${summary}`,
    rootCause,
    ...evidence.map(({ source, text }) => `${source}: ${text}`),
    ...actions.map(({ kind, containerName, why }) => `would help: ${kind} ${containerName ?? ''} (${why})`),
    ...(prevention === null ? [] : [`against it: ${prevention}`]),
    ...(runbook === null ? [] : [`runbook “${runbook.title}”: ${runbook.quote}`]),
    ...diagnosis.seenBefore.map(({ summary: then, helped }) => `seen before: ${then}; helped: ${helped ?? 'unknown'}`),
  ].join('\n')
}

async function readIncidents(parts: TalkParts): Promise<string> {
  const { deps } = parts
  const { incidents } = deps.ops
  const open = await incidents.listOpen(deps.db.pool)
  const past = await incidents.listPast(deps.db.pool, PAST_INCIDENTS)
  const when = whenOf(parts)
  return [
    open.length === 0 ? 'Nothing is wrong at present.' : 'At present:',
    ...open.map((incident) => describeIncident(incident, when)),
    past.length === 0 ? 'Nothing was wrong before.' : 'Before:',
    ...past.map((incident) => describeIncident(incident, when)),
  ].join('\n')
}

function describeIncident(incident: Incident, when: (at: Date) => string): string {
  const { members, openedAt, resolvedAt, severity, diagnosis, helped, status, acknowledgedBy } = incident
  const what = members.map(({ words, subject }) => words.replace('{}', () => subject)).join('; ')
  return [
    `- ${severity}: ${what || `${incident.rootRule} ${incident.subject}`}, since ${when(openedAt)}`,
    resolvedAt === null ? status : `over since ${when(resolvedAt)}`,
    ...(acknowledgedBy === null ? [] : [`seen by ${acknowledgedBy}`]),
    ...(diagnosis === null ? [] : [`cause: ${diagnosis.summary}`]),
    ...(helped === null ? [] : [`helped: ${helped}`]),
  ].join(', ')
}

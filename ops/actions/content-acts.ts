import { Failure } from '../../src/failure.ts'
import type { Act, Hands, Measure } from './act.ts'
import type { ContentHands } from './content-hands.ts'
import type { ActionRequest } from './definitions.ts'
import { quote } from './seen.ts'

/** What may be done to the work of the other half: a run, and the schedule. */

type RunRequest = Extract<ActionRequest, { runId: string }>
type ScheduleRequest = Extract<ActionRequest, { kind: 'pause-schedule' | 'resume-schedule' }>

const MINUTE_MS = 60_000
const NOT_HERE = 'Carousels are not made by this process.'

type RunState = NonNullable<Awaited<ReturnType<ContentHands['readRun']>>>

export const retryRun = createRunAct({
  risk: 'confirm',
  objection: ({ status, busy }) => {
    if (busy) return 'It is being made already.'
    return status === 'failed' ? null : `It has not failed: it is ${status.replaceAll('_', ' ')}.`
  },
  effect: 'It goes on where it stopped. What was paid for is not paid again; the rest may cost something.',
  run: (content, id, by) => content.retryRun(id, by),
  // Whether it comes to an end is told by its own messages.
  isDone: ({ status }) => status !== 'failed' && status !== 'cancelled',
  done: 'It is being made again.',
  overturned: ({ status }) => (status === 'failed' ? 'It has failed again.' : null),
})

export const cancelRun = createRunAct({
  risk: 'confirm',
  objection: ({ busy }) => (busy ? null : 'It is not being made just now.'),
  effect: 'What is being made of it ends. What was paid for is kept for the next time.',
  run: (content, id, by) => content.cancelRun(id, by),
  isDone: ({ busy }) => !busy,
  done: 'It is not being made any more.',
  overturned: () => null,
})

function createRunAct(what: {
  risk: 'confirm'
  objection(state: RunState): string | null
  effect: string
  run(content: ContentHands, id: string, by: { id: number; name: string }): Promise<string | null>
  isDone(state: RunState): boolean
  done: string
  overturned(state: RunState): string | null
}): Act<RunRequest> {
  return {
    undo: null,
    coolDownMs: MINUTE_MS / 6,
    limitMs: MINUTE_MS,
    target: ({ runId }) => `run:${runId}`,
    look: async (hands, { runId }) => {
      const state = await hands.content()?.readRun(runId)
      if (!state) return { kind: 'refused', reason: hands.content() ? 'This carousel is gone.' : NOT_HERE }
      const objection = what.objection(state)
      if (objection) return { kind: 'refused', reason: objection }
      return {
        kind: 'ready',
        effect: `${quote(state.title)}: ${what.effect}`,
        risk: what.risk,
        before: measureRun(state),
      }
    },
    run: async (hands, { runId }, { by }) => refuseWith(await what.run(getContent(hands), runId, requirePerson(by))),
    verify: async (hands, { runId }, { doubt }) => {
      const state = await getContent(hands).readRun(runId)
      if (!state) return { kind: 'unknown', reason: 'This carousel is gone.' }
      const after = measureRun(state)
      if (what.isDone(state)) return { kind: 'fixed', reason: what.done, after }
      return { kind: doubt === null ? 'not-fixed' : 'unknown', reason: doubt ?? `It is ${after.text}.`, after }
    },
    lookAgain: async (hands, { runId }) => {
      const state = await getContent(hands).readRun(runId)
      return state ? { seen: measureRun(state), overturned: what.overturned(state) } : null
    },
  }
}

function measureRun({ status }: RunState): Measure {
  return { text: status.replaceAll('_', ' '), amount: null }
}

export const pauseSchedule = createScheduleAct(true)
export const resumeSchedule = createScheduleAct(false)

function createScheduleAct(pauses: boolean): Act<ScheduleRequest> {
  const read = async (hands: Hands, { brand }: ScheduleRequest) => {
    const found = await getContent(hands).readSchedule(brand)
    if (!found) throw new Failure('There is no such brand any more.', { code: 'not_found' })
    const measure: Measure = { text: `${found.times}${found.paused ? ', paused' : ''}`, amount: null }
    return { ...found, measure }
  }
  return {
    undo: pauses ? 'resume-schedule' : 'pause-schedule',
    coolDownMs: 0,
    limitMs: MINUTE_MS,
    target: ({ brand }) => `schedule:${brand ?? ''}`,
    look: async (hands, request) => {
      if (!hands.content()) return { kind: 'refused', reason: NOT_HERE }
      const { brand, times, paused, measure } = await read(hands, request)
      if (times === 'off')
        return { kind: 'refused', reason: `Nothing is scheduled for ${brand}. /schedule sets times.` }
      if (paused === pauses) return { kind: 'refused', reason: pauses ? 'It is paused already.' : 'It is not paused.' }
      const effect = pauses
        ? `No carousel of ${brand} is made by itself (${times}) until the schedule is resumed.`
        : `Carousels of ${brand} are made by themselves again: ${times}. What was due meanwhile is not made up for.`
      return { kind: 'ready', effect, risk: 'safe', before: measure }
    },
    run: async (hands, request) => {
      const { brand } = await read(hands, request)
      await getContent(hands).setPaused(brand, pauses)
    },
    verify: async (hands, request, { doubt }) => {
      const { paused, measure } = await read(hands, request)
      if (paused === pauses) return { kind: 'fixed', reason: `The schedule: ${measure.text}.`, after: measure }
      return { kind: 'not-fixed', reason: doubt ?? `The schedule: ${measure.text}.`, after: measure }
    },
    lookAgain: async (hands, request) => ({ seen: (await read(hands, request)).measure, overturned: null }),
  }
}

function getContent({ content }: Hands): ContentHands {
  const hands = content()
  if (!hands) throw new Failure(NOT_HERE, { code: 'conflict' })
  return hands
}

/** Healing never decides about carousels. */
function requirePerson(by: { id: number; name: string } | null): { id: number; name: string } {
  if (by) return by
  throw new Failure('Only a person decides that.', { code: 'bad_input' })
}

function refuseWith(reason: string | null): void {
  if (reason !== null) throw new Failure(reason, { code: 'conflict' })
}

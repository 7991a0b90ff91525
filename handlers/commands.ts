import { listRuns } from '../pipeline/runs.ts'
import {
  describeSchedule,
  nextSlots,
  pauseSchedule,
  readSchedule,
  resumeSchedule,
  setScheduleTimes,
} from '../pipeline/schedule.ts'
import { addTopics, dropTopics, normalizeTopic, readTopicsWish } from '../pipeline/topics.ts'
import { cancel, describeCancel } from './cancel.ts'
import { findCurrentBrand } from './current.ts'
import { isEditing, stopEditing } from './edit-slide.ts'
import { generate } from './generate.ts'
import { actionCommand } from './ops/actions.ts'
import { auditCommand } from './ops/audit.ts'
import { cleanupCommand } from './ops/cleanup.ts'
import { compareCommand } from './ops/compare.ts'
import { containersCommand, logsCommand } from './ops/containers.ts'
import { diagnoseCommand } from './ops/diagnose.ts'
import { healCommand } from './ops/heal.ts'
import { healthCommand } from './ops/health.ts'
import { alertsCommand, incidentsCommand } from './ops/incidents.ts'
import { mutesCommand } from './ops/mutes.ts'
import { reportCommand } from './ops/reports.ts'
import { showPanel } from './panels.ts'
import { type BotContext, type Scope, say } from './scope.ts'
import { helpText, startText } from './views/help.ts'
import { type Html, html } from './views/html.ts'
import { tooManyText } from './views/progress.ts'
import { notUnderstoodText, scheduleChangedText, scheduleIsOffText, scheduleSavedText } from './views/schedule.ts'
import { describeTime } from './views/times.ts'
import { addedText, droppedText, whichTopicText } from './views/topics.ts'

/** What a command needs of an update: a plain sentence that means a command can give it, too. */
export type Asked = { scope: Scope; update: { update_id: number } }
/** One function a command; `args` is what stands behind it, as typed. */
export type Command = (asked: Asked, args: string) => Promise<void>

const reply = (scope: Scope, text: Html) => say(scope, { kind: 'text', html: text.html })

const start: Command = async ({ scope }) => {
  const { services, db, timeZone, clock, scheduleCron } = scope.deps
  const { kit } = await findCurrentBrand(scope.tx, scope.deps)
  const schedule = await readSchedule(scope.tx, kit.name, scheduleCron)
  const now = clock.now()
  const [next] = nextSlots(schedule, timeZone, now, 1)
  const text = startText({
    name: scope.userName,
    services,
    schedule: describeSchedule(schedule),
    next: next ? describeTime(next.dueAt, now, timeZone) : null,
    timeZone,
    embedded: db.kind === 'embedded',
  })
  await reply(scope, text)
}

const help: Command = ({ scope }) => reply(scope, helpText())

const generateCommand: Command = async ({ scope, update }, args) => {
  const cause = `update:${update.update_id}`
  const read = args.trim() === '' ? ({ kind: 'ok', topic: null } as const) : normalizeTopic(args)
  if (read.kind === 'rejected') return reply(scope, html`${read.reason}`)
  const started = await generate(scope, { topic: read.topic, cause })
  if (started.kind === 'too-many') await reply(scope, tooManyText(started.open))
}

const queue: Command = ({ scope, update }) => showPanel(scope, 'queue', update.update_id)
const brand: Command = ({ scope, update }) => showPanel(scope, 'brand', update.update_id)
const cost: Command = ({ scope, update }) => showPanel(scope, 'cost', update.update_id)
const settings: Command = ({ scope, update }) => showPanel(scope, 'settings', update.update_id)

const topics: Command = async ({ scope, update }, args) => {
  const { kit } = await findCurrentBrand(scope.tx, scope.deps)
  const wish = readTopicsWish(args)
  switch (wish.kind) {
    case 'list':
      return showPanel(scope, 'topics', update.update_id)
    case 'add': {
      const added = await addTopics(scope.tx, { brand: kit.name, text: wish.text, addedBy: scope.userId })
      return reply(scope, addedText(added))
    }
    case 'drop':
      return reply(scope, droppedText(await dropTopics(scope.tx, kit.name, wish.ids)))
    case 'drop-what':
      return reply(scope, whichTopicText(wish.asked))
  }
}

const schedule: Command = async ({ scope, update }, args) => {
  const { kit } = await findCurrentBrand(scope.tx, scope.deps)
  const now = scope.deps.clock.now()
  const wish = args.trim().toLowerCase()
  let note: Html | undefined
  if (wish === 'pause' || wish === 'resume') {
    const { times } = await readSchedule(scope.tx, kit.name, scope.deps.scheduleCron)
    if (times.length === 0) return showPanel(scope, 'schedule', update.update_id, scheduleIsOffText())
  }
  if (wish === 'pause') note = scheduleChangedText(await pauseSchedule(scope.tx, kit.name), 'pause')
  else if (wish === 'resume') note = scheduleChangedText(await resumeSchedule(scope.tx, kit.name, now), 'resume')
  else if (wish !== '' && wish !== 'show') {
    const outcome = await setScheduleTimes(scope.tx, kit.name, args, now)
    if (outcome.kind === 'not-understood') return reply(scope, notUnderstoodText(outcome.hint, scope.deps.timeZone))
    note = scheduleSavedText({ paused: outcome.schedule.paused && outcome.schedule.times.length > 0 })
  }
  await showPanel(scope, 'schedule', update.update_id, note)
}

/** Stops an edit first, then the only run there is; of several it asks which. */
const cancelCommand = async (ctx: BotContext): Promise<void> => {
  const { scope, update } = ctx
  if (isEditing(ctx)) {
    await stopEditing(ctx, 'below')
    return
  }
  const [only, ...others] = await listRuns(scope.tx, null, ['queued', 'running'], 2)
  if (!only || others.length > 0) return showPanel(scope, 'cancel', update.update_id)
  const outcome = await cancel(scope, only.id)
  // It may have been finished between the list and here.
  if (outcome.kind !== 'done' && outcome.kind !== 'put-back')
    await reply(scope, html`${describeCancel(outcome).text ?? ''}`)
}

/** All but /cancel, which has to know of a conversation. */
export const COMMAND_TABLE: ReadonlyMap<string, Command> = new Map([
  // Telegram's own command, unless it names a container.
  ['start', (ctx, args) => (args.trim() === '' ? start(ctx, args) : actionCommand('start')(ctx, args))],
  ['help', help],
  ['generate', generateCommand],
  ['queue', queue],
  ['topics', topics],
  ['schedule', schedule],
  ['brand', brand],
  ['settings', settings],
  ['cost', cost],
  ['health', healthCommand],
  ['compare', compareCommand],
  ['report', reportCommand],
  ['diagnose', diagnoseCommand],
  ['alerts', alertsCommand],
  ['incidents', incidentsCommand],
  ['mutes', mutesCommand],
  ['containers', containersCommand],
  ['logs', logsCommand],
  ['heal', healCommand],
  ['audit', auditCommand],
  ['cleanup', cleanupCommand],
  ['restart', actionCommand('restart')],
  ['stop', actionCommand('stop')],
])

export function findCommand(name: string): ((ctx: BotContext, args: string) => Promise<void>) | undefined {
  return name === 'cancel' ? cancelCommand : COMMAND_TABLE.get(name)
}

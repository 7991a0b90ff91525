import { listRuns } from '../pipeline/runs.ts'
import {
  describeSchedule,
  pauseSchedule,
  readSchedule,
  resumeSchedule,
  setScheduleTimes,
} from '../pipeline/schedule.ts'
import { addTopics, dropTopic, normalizeTopic } from '../pipeline/topics.ts'
import { cancel } from './cancel.ts'
import { findCurrentBrand } from './current.ts'
import { isEditing, stopEditing } from './edit-slide.ts'
import { generate } from './generate.ts'
import { showPanel } from './panels.ts'
import { type BotContext, type Scope, say } from './scope.ts'
import { cancelChoiceKeyboard, cancelChoiceText, nothingToCancelText } from './views/cancel.ts'
import { helpText, startText } from './views/help.ts'
import { type Html, html } from './views/html.ts'
import { notUnderstoodText } from './views/schedule.ts'
import { addedText, droppedText } from './views/topics.ts'

/** One function a command; `args` is what stands behind it, as typed. */
export type Command = (ctx: BotContext, args: string) => Promise<void>

const reply = (scope: Scope, text: Html) => say(scope, { kind: 'text', html: text.html })

const start: Command = async ({ scope }) => {
  const { kit } = await findCurrentBrand(scope.tx, scope.deps)
  const schedule = describeSchedule(await readSchedule(scope.tx, kit.name, scope.deps.scheduleCron))
  const { services, db } = scope.deps
  await reply(scope, startText({ name: scope.userName, services, schedule, embedded: db.kind === 'embedded' }))
}

const help: Command = ({ scope }) => reply(scope, helpText())

const generateCommand: Command = async ({ scope, update }, args) => {
  const cause = `update:${update.update_id}`
  if (args.trim() === '') {
    await generate(scope, { topic: null, cause })
    return
  }
  const read = normalizeTopic(args)
  if (read.kind === 'rejected') return reply(scope, html`${read.reason}`)
  await generate(scope, { topic: read.topic, cause })
}

const queue: Command = ({ scope, update }) => showPanel(scope, 'queue', update.update_id)
const brand: Command = ({ scope, update }) => showPanel(scope, 'brand', update.update_id)
const settings: Command = ({ scope, update }) => showPanel(scope, 'settings', update.update_id)

const topics: Command = async ({ scope, update }, args) => {
  const { kit } = await findCurrentBrand(scope.tx, scope.deps)
  const drop = /^(?:drop|remove|delete)\s+(.+)$/i.exec(args.trim())?.[1]
  if (drop !== undefined) return reply(scope, droppedText(await dropTopic(scope.tx, kit.name, Number(drop)), drop))
  const text = args.replace(/^\s*add\s+/i, '')
  if (text.trim() !== '')
    return reply(scope, addedText(await addTopics(scope.tx, { brand: kit.name, text, addedBy: scope.userId })))
  await showPanel(scope, 'topics', update.update_id)
}

const schedule: Command = async ({ scope, update }, args) => {
  const { kit } = await findCurrentBrand(scope.tx, scope.deps)
  const wish = args.trim().toLowerCase()
  if (wish === 'pause') await pauseSchedule(scope.tx, kit.name)
  else if (wish === 'resume') await resumeSchedule(scope.tx, kit.name, scope.deps.clock.now())
  else if (wish !== '') {
    const outcome = await setScheduleTimes(scope.tx, kit.name, args, scope.deps.clock.now())
    if (outcome.kind === 'not-understood') return reply(scope, notUnderstoodText(outcome.hint))
  }
  await showPanel(scope, 'schedule', update.update_id)
}

/** Stops an edit first, then the only run there is; of several it asks which. */
const cancelCommand: Command = async (ctx) => {
  const { scope } = ctx
  if (isEditing(ctx)) {
    await stopEditing(ctx)
    return
  }
  const { kit } = await findCurrentBrand(scope.tx, scope.deps)
  const open = await listRuns(scope.tx, kit.name, ['queued', 'running'], 10)
  const [only] = open
  if (!only) return reply(scope, nothingToCancelText())
  if (open.length === 1) {
    await cancel(scope, only.id)
    return
  }
  await say(scope, { kind: 'text', html: cancelChoiceText(open.length).html, keyboard: cancelChoiceKeyboard(open) })
}

export const COMMAND_TABLE: ReadonlyMap<string, Command> = new Map([
  ['start', start],
  ['help', help],
  ['generate', generateCommand],
  ['queue', queue],
  ['topics', topics],
  ['schedule', schedule],
  ['brand', brand],
  ['cancel', cancelCommand],
  ['settings', settings],
])

import { changeChatSettings, readChatSettings } from '../pipeline/chat-settings.ts'
import { countRunsIn, listRuns } from '../pipeline/runs.ts'
import {
  bufferDays,
  describeSchedule,
  nextSlots,
  pauseSchedule,
  readSchedule,
  restartSchedule,
  resumeSchedule,
} from '../pipeline/schedule.ts'
import { dropTopic, listTopics } from '../pipeline/topics.ts'
import type { Keyboard } from '../src/messaging/outbox.ts'
import type { Action } from './actions.ts'
import { findCurrentBrand } from './current.ts'
import { type Scope, say } from './scope.ts'
import type { Answer } from './tap-draft.ts'
import { brandKeyboard, brandText } from './views/brand.ts'
import { cancelChoiceKeyboard, cancelChoiceText, nothingToCancelText } from './views/cancel.ts'
import { clip, type Html, html, lines } from './views/html.ts'
import { queueKeyboard, queueText } from './views/queue.ts'
import { scheduleKeyboard, scheduleText } from './views/schedule.ts'
import { settingsKeyboard, settingsText } from './views/settings.ts'
import { topicsKeyboard, topicsText } from './views/topics.ts'

/** Messages that show a state and change it by buttons; after a tap the same message shows the new state. */

const PANELS = ['queue', 'schedule', 'topics', 'brand', 'settings', 'cancel'] as const
export type PanelName = (typeof PANELS)[number]
/** More than a person reads on a phone; the count says how many there are. */
const RUNS_SHOWN = 20

type Panel = { text: Html; keyboard: Keyboard }

/** `note` stands above it: what has just come of a command. */
export async function showPanel(scope: Scope, name: PanelName, cause: number, note?: Html): Promise<void> {
  const { text, keyboard } = await renderPanel(scope, name)
  const whole = note ? lines(note, html``, text) : text
  await say(scope, { kind: 'text', html: whole.html, keyboard }, { ref: `panel:${name}:${cause}` })
}

/** Shows the present state in a panel that is there already; nothing when `ref` names no panel. */
export async function refreshPanel(scope: Scope, ref: string | null): Promise<void> {
  const name = PANELS.find((panel) => ref?.startsWith(`panel:${panel}:`))
  if (ref === null || name === undefined) return
  const { text, keyboard } = await renderPanel(scope, name)
  await say(scope, { kind: 'edit', html: text.html, keyboard }, { ref })
}

async function renderPanel(scope: Scope, name: PanelName): Promise<Panel> {
  switch (name) {
    case 'queue':
      return renderQueue(scope)
    case 'schedule':
      return renderSchedule(scope)
    case 'topics':
      return renderTopics(scope)
    case 'brand':
      return renderBrand(scope)
    case 'settings':
      return renderSettings(scope)
    case 'cancel':
      return renderCancel(scope)
  }
}

async function renderQueue(scope: Scope): Promise<Panel> {
  const { kit } = await findCurrentBrand(scope.tx, scope.deps)
  const schedule = await readSchedule(scope.tx, kit.name, scope.deps.scheduleCron)
  // What is in hand is shown whatever brand it wears; the buffer is the brand's own.
  const open = await listRuns(scope.tx, null, ['queued', 'running'], RUNS_SHOWN)
  const waiting = await listRuns(scope.tx, null, ['awaiting_review'], RUNS_SHOWN)
  const approved = await countRunsIn(scope.tx, kit.name, ['approved', 'delivered'])
  const topics = await listTopics(scope.tx, kit.name)
  const now = scope.deps.clock.now()
  const [next] = nextSlots(schedule, scope.deps.timeZone, now, 1)
  const input = {
    brand: kit.name,
    brandTitle: scope.deps.pipeline.brands.size > 1 ? kit.title : null,
    open,
    openCount: await countRunsIn(scope.tx, null, ['queued', 'running']),
    waiting,
    waitingCount: await countRunsIn(scope.tx, null, ['awaiting_review']),
    approved,
    bufferDays: bufferDays(approved, schedule),
    topics: topics.length,
    next: next?.dueAt ?? null,
    paused: schedule.paused,
    timeZone: scope.deps.timeZone,
    now,
  }
  return { text: queueText(input), keyboard: queueKeyboard(input) }
}

async function renderSchedule(scope: Scope): Promise<Panel> {
  const { kit } = await findCurrentBrand(scope.tx, scope.deps)
  const schedule = await readSchedule(scope.tx, kit.name, scope.deps.scheduleCron)
  const next = nextSlots(schedule, scope.deps.timeZone, scope.deps.clock.now(), 3).map((slot) => slot.dueAt)
  const input = {
    brandTitle: scope.deps.pipeline.brands.size > 1 ? kit.title : null,
    described: describeSchedule({ ...schedule, paused: false }),
    paused: schedule.paused,
    now: scope.deps.clock.now(),
    next,
    timeZone: scope.deps.timeZone,
    off: schedule.times.length === 0,
  }
  return { text: scheduleText(input), keyboard: scheduleKeyboard(input) }
}

async function renderTopics(scope: Scope): Promise<Panel> {
  const { kit } = await findCurrentBrand(scope.tx, scope.deps)
  const topics = await listTopics(scope.tx, kit.name)
  return { text: topicsText(topics), keyboard: topicsKeyboard(topics) }
}

async function renderBrand(scope: Scope): Promise<Panel> {
  const current = (await findCurrentBrand(scope.tx, scope.deps)).kit
  const kits = [...scope.deps.pipeline.brands.values()].map((brand) => brand.kit)
  return { text: brandText(current, kits.length), keyboard: brandKeyboard(kits, current.name) }
}

async function renderSettings(scope: Scope): Promise<Panel> {
  const settings = await readChatSettings(scope.tx)
  const { kit } = await findCurrentBrand(scope.tx, scope.deps)
  const { deps } = scope
  const input = {
    documents: settings.documents,
    brand: kit.title,
    timeZone: deps.timeZone,
    owners: deps.access.ownerIds.length,
    database: deps.db.kind,
    services: deps.services,
    budget: deps.budget,
    spend: await deps.spend(scope.tx),
  }
  return { text: settingsText(input), keyboard: settingsKeyboard(input) }
}

async function renderCancel(scope: Scope): Promise<Panel> {
  const open = await listRuns(scope.tx, null, ['queued', 'running'], RUNS_SHOWN)
  if (open.length === 0) return { text: nothingToCancelText(), keyboard: [] }
  return { text: cancelChoiceText(open.length), keyboard: cancelChoiceKeyboard(open) }
}

type PanelAction = Extract<Action, { kind: 'schedule' | 'brand' | 'setting' | 'drop-topic' }>

export async function tapOnPanel(scope: Scope, action: PanelAction, ref: string | null): Promise<Answer> {
  const answer = await change(scope, action)
  await refreshPanel(scope, ref)
  return answer
}

async function change(scope: Scope, action: PanelAction): Promise<Answer> {
  const { kit } = await findCurrentBrand(scope.tx, scope.deps)
  switch (action.kind) {
    case 'schedule': {
      if (action.change === 'pause') await pauseSchedule(scope.tx, kit.name)
      else await resumeSchedule(scope.tx, kit.name, scope.deps.clock.now())
      return { text: action.change === 'pause' ? 'Paused until you resume it.' : 'Running again.' }
    }
    case 'brand': {
      if (!scope.deps.pipeline.brands.has(action.name))
        return { text: `The brand kit “${action.name}” is gone.`, alert: true }
      if (action.name !== kit.name) await restartSchedule(scope.tx, action.name, scope.deps.clock.now())
      await changeChatSettings(scope.tx, { brand: action.name })
      return { text: 'New carousels wear this brand.' }
    }
    case 'setting':
      await changeChatSettings(scope.tx, { [action.name]: action.value })
      return { text: 'Saved.' }
    case 'drop-topic': {
      const dropped = await dropTopic(scope.tx, kit.name, action.id)
      return { text: dropped ? `Dropped “${clip(dropped.text, 80)}”.` : 'That topic is not in the list any more.' }
    }
  }
}

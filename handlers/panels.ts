import { changeChatSettings, readChatSettings } from '../pipeline/chat-settings.ts'
import { listRuns } from '../pipeline/runs.ts'
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
import type { Html } from './views/html.ts'
import { queueKeyboard, queueText } from './views/queue.ts'
import { scheduleKeyboard, scheduleText } from './views/schedule.ts'
import { settingsKeyboard, settingsText } from './views/settings.ts'
import { topicsKeyboard, topicsText } from './views/topics.ts'

/** Messages that show a state and change it by buttons; after a tap the same message shows the new state. */

export type PanelName = 'queue' | 'schedule' | 'topics' | 'brand' | 'settings'
type Panel = { text: Html; keyboard: Keyboard }

export async function showPanel(scope: Scope, name: PanelName, cause: number): Promise<void> {
  const { text, keyboard } = await renderPanel(scope, name)
  await say(scope, { kind: 'text', html: text.html, keyboard }, { ref: `panel:${name}:${cause}` })
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
  }
}

async function renderQueue(scope: Scope): Promise<Panel> {
  const { kit } = await findCurrentBrand(scope.tx, scope.deps)
  const schedule = await readSchedule(scope.tx, kit.name, scope.deps.scheduleCron)
  const open = await listRuns(scope.tx, kit.name, ['queued', 'running'], 20)
  const waiting = await listRuns(scope.tx, kit.name, ['awaiting_review'], 20)
  const approved = await listRuns(scope.tx, kit.name, ['approved', 'delivered'], 200)
  const topics = await listTopics(scope.tx, kit.name)
  const now = scope.deps.clock.now()
  const [next] = nextSlots(schedule, scope.deps.timeZone, now, 1)
  const input = {
    open,
    waiting,
    approved: approved.length,
    bufferDays: bufferDays(approved.length, schedule),
    topics: topics.length,
    next: next?.dueAt ?? null,
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
    described: describeSchedule(schedule),
    paused: schedule.paused,
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

type PanelAction = Extract<Action, { kind: 'schedule' | 'brand' | 'setting' | 'drop-topic' }>

export async function tapOnPanel(scope: Scope, action: PanelAction, ref: string | null): Promise<Answer> {
  const answer = await change(scope, action)
  const name = ref?.split(':')[1] as PanelName | undefined
  if (ref !== null && name !== undefined) {
    const { text, keyboard } = await renderPanel(scope, name)
    await say(scope, { kind: 'edit', html: text.html, keyboard }, { ref })
  }
  return answer
}

async function change(scope: Scope, action: PanelAction): Promise<Answer> {
  const { kit } = await findCurrentBrand(scope.tx, scope.deps)
  switch (action.kind) {
    case 'schedule': {
      if (action.change === 'pause') await pauseSchedule(scope.tx, kit.name)
      else await resumeSchedule(scope.tx, kit.name, scope.deps.clock.now())
      return { text: action.change === 'pause' ? 'Paused. Slots that come due are skipped.' : 'Running again.' }
    }
    case 'brand': {
      if (!scope.deps.pipeline.brands.has(action.name))
        return { text: `The brand kit “${action.name}” is gone.`, alert: true }
      if (action.name !== kit.name) await restartSchedule(scope.tx, action.name, scope.deps.clock.now())
      await changeChatSettings(scope.tx, { brand: action.name })
      return { text: 'New carousels use this brand.' }
    }
    case 'setting':
      await changeChatSettings(scope.tx, { [action.name]: action.value })
      return { text: 'Saved.' }
    case 'drop-topic': {
      const dropped = await dropTopic(scope.tx, kit.name, action.id)
      return { text: dropped ? `Dropped “${dropped.text}”.` : 'That topic is not in the list any more.' }
    }
  }
}

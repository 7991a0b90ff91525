import type { BrandKit } from '../pipeline/brand.ts'
import { changeChatSettings, readChatSettings } from '../pipeline/chat-settings.ts'
import { countRunsIn, listRuns } from '../pipeline/runs.ts'
import {
  bufferDays,
  describeSchedule,
  nextSlots,
  parseCronTimes,
  pauseSchedule,
  readSchedule,
  resetSchedule,
  restartSchedule,
  resumeSchedule,
} from '../pipeline/schedule.ts'
import { dropTopic, listTopics } from '../pipeline/topics.ts'
import { readTitles } from '../pipeline/waiting.ts'
import type { Keyboard } from '../src/messaging/outbox.ts'
import type { Action } from './actions.ts'
import { findCurrentBrand, findNamedBrand } from './current.ts'
import { type Scope, say } from './scope.ts'
import type { Answer } from './tap-draft.ts'
import { brandGoneToast, brandKeyboard, brandText } from './views/brand.ts'
import { cancelChoiceKeyboard, cancelChoiceText, nothingToCancelText } from './views/cancel.ts'
import { costKeyboard, costText } from './views/cost.ts'
import { clip, type Html, html, lines } from './views/html.ts'
import { queueKeyboard, queueText } from './views/queue.ts'
import { scheduleKeyboard, scheduleText } from './views/schedule.ts'
import { settingsKeyboard, settingsText } from './views/settings.ts'
import { topicsKeyboard, topicsText } from './views/topics.ts'

/** Messages that show a state and change it by buttons; after a tap the same message shows the new state. */

const PANELS = ['queue', 'schedule', 'topics', 'brand', 'settings', 'cancel', 'cost'] as const
export type PanelName = (typeof PANELS)[number]
/** More than a person reads on a phone; the count says how many there are. */
const RUNS_SHOWN = 20

type Panel = { text: Html; keyboard: Keyboard }

/** `note` stands above it: what has just come of a command. */
export async function showPanel(scope: Scope, name: PanelName, cause: number, note?: Html): Promise<void> {
  const { kit } = await findCurrentBrand(scope.tx, scope.deps)
  const { text, keyboard } = await renderPanel(scope, name, kit)
  const whole = note ? lines(note, html``, text) : text
  await say(scope, { kind: 'text', html: whole.html, keyboard }, { ref: `panel:${name}:${cause}:${kit.name}` })
}

/**
 * Shows the present state in a panel that is there already; nothing when `ref` names no panel. It stays with the brand it
 * was opened for, whichever one was chosen since; one whose kit is gone turns to the current brand.
 */
export async function refreshPanel(scope: Scope, ref: string | null): Promise<void> {
  const name = PANELS.find((panel) => ref?.startsWith(`panel:${panel}:`))
  if (ref === null || name === undefined) return
  const own = scope.deps.pipeline.brands.get(ref.split(':')[3] ?? '')
  const { kit } = own ?? (await findCurrentBrand(scope.tx, scope.deps))
  const { text, keyboard } = await renderPanel(scope, name, kit)
  await say(scope, { kind: 'edit', html: text.html, keyboard }, { ref })
}

/** What a panel is made from: an update's transaction, or any other. */
type Source = Pick<Scope, 'tx' | 'deps'>

export async function renderPanel(scope: Source, name: PanelName, kit: BrandKit): Promise<Panel> {
  switch (name) {
    case 'queue':
      return renderQueue(scope, kit)
    case 'schedule':
      return renderSchedule(scope, kit)
    case 'topics':
      return renderTopics(scope, kit)
    case 'brand':
      return renderBrand(scope)
    case 'settings':
      return renderSettings(scope)
    case 'cancel':
      return renderCancel(scope)
    case 'cost':
      return renderCost(scope)
  }
}

async function renderQueue(scope: Source, kit: BrandKit): Promise<Panel> {
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
    brandTitle: titleAmongSeveral(scope, kit),
    titles: await readTitles(scope.tx, [...open, ...waiting]),
    open,
    openCount: await countRunsIn(scope.tx, null, ['queued', 'running']),
    waiting,
    waitingCount: await countRunsIn(scope.tx, null, ['awaiting_review']),
    approved,
    bufferDays: bufferDays(approved, schedule),
    topics: topics.length,
    next: next?.dueAt ?? null,
    paused: schedule.paused && schedule.times.length > 0,
    timeZone: scope.deps.timeZone,
    now,
  }
  return { text: queueText(input), keyboard: queueKeyboard(input) }
}

function titleAmongSeveral(scope: Source, kit: BrandKit): string | null {
  return scope.deps.pipeline.brands.size > 1 ? kit.title : null
}

async function renderSchedule(scope: Source, kit: BrandKit): Promise<Panel> {
  const schedule = await readSchedule(scope.tx, kit.name, scope.deps.scheduleCron)
  const next = nextSlots(schedule, scope.deps.timeZone, scope.deps.clock.now(), 3).map((slot) => slot.dueAt)
  const configured = parseCronTimes(scope.deps.scheduleCron)
  const input = {
    brand: kit.name,
    brandTitle: titleAmongSeveral(scope, kit),
    configured: configured.length === 0 ? null : describeSchedule({ times: configured, paused: false }),
    described: describeSchedule({ ...schedule, paused: false }),
    paused: schedule.paused,
    now: scope.deps.clock.now(),
    next,
    timeZone: scope.deps.timeZone,
    off: schedule.times.length === 0,
  }
  return { text: scheduleText(input), keyboard: scheduleKeyboard(input) }
}

async function renderTopics(scope: Source, kit: BrandKit): Promise<Panel> {
  const topics = await listTopics(scope.tx, kit.name)
  return { text: topicsText(topics, titleAmongSeveral(scope, kit)), keyboard: topicsKeyboard(topics, kit.name) }
}

async function renderBrand(scope: Source): Promise<Panel> {
  const current = (await findCurrentBrand(scope.tx, scope.deps)).kit
  const kits = [...scope.deps.pipeline.brands.values()].map((brand) => brand.kit)
  const state = {
    schedule: describeSchedule(await readSchedule(scope.tx, current.name, scope.deps.scheduleCron)),
    timeZone: scope.deps.timeZone,
    approved: await countRunsIn(scope.tx, current.name, ['approved', 'delivered']),
    topics: (await listTopics(scope.tx, current.name)).length,
  }
  return { text: brandText(current, kits.length, state), keyboard: brandKeyboard(kits, current.name) }
}

async function renderSettings(scope: Source): Promise<Panel> {
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

async function renderCancel(scope: Source): Promise<Panel> {
  const open = await listRuns(scope.tx, null, ['queued', 'running'], RUNS_SHOWN)
  if (open.length === 0) return { text: nothingToCancelText(), keyboard: [] }
  return { text: cancelChoiceText(open.length), keyboard: cancelChoiceKeyboard(open) }
}

async function renderCost({ tx, deps }: Source): Promise<Panel> {
  const { costs } = await readChatSettings(tx)
  const hasModel = deps.converse !== null
  const input = {
    steps: await deps.spendBySteps(tx),
    spend: await deps.spend(tx),
    budget: deps.budget,
    costs,
    hasModel,
  }
  return { text: costText(input), keyboard: costKeyboard(input) }
}

type PanelAction = Extract<Action, { kind: 'schedule' | 'brand' | 'setting' | 'drop-topic' }>

export async function tapOnPanel(scope: Scope, action: PanelAction, ref: string | null): Promise<Answer> {
  const answer = await change(scope, action)
  await refreshPanel(scope, ref)
  return answer
}

async function change(scope: Scope, action: PanelAction): Promise<Answer> {
  const asked = 'brand' in action ? action.brand : undefined
  const named = await findNamedBrand(scope.tx, scope.deps, asked)
  if (!named) return { text: brandGoneToast(asked ?? ''), alert: true }
  const { kit } = named
  switch (action.kind) {
    case 'schedule':
      return changeSchedule(scope, kit, action.change)
    case 'brand': {
      const current = await findCurrentBrand(scope.tx, scope.deps)
      if (!scope.deps.pipeline.brands.has(action.name)) return { text: brandGoneToast(action.name), alert: true }
      if (action.name !== current.kit.name) await restartSchedule(scope.tx, action.name, scope.deps.clock.now())
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

async function changeSchedule(
  scope: Scope,
  kit: BrandKit,
  change: Extract<Action, { kind: 'schedule' }>['change'],
): Promise<Answer> {
  const now = scope.deps.clock.now()
  if (change === 'configured') {
    await resetSchedule(scope.tx, kit.name, now)
    return { text: 'Back to the configured times.' }
  }
  const { times } = await readSchedule(scope.tx, kit.name, scope.deps.scheduleCron)
  // An old button; a pause nobody sees would hold back the times of tomorrow.
  if (times.length === 0) return { text: 'The schedule is off, so there is nothing to pause or resume.', alert: true }
  if (change === 'pause') await pauseSchedule(scope.tx, kit.name)
  else await resumeSchedule(scope.tx, kit.name, now)
  return { text: change === 'pause' ? 'Paused until you resume it.' : 'Running again.' }
}

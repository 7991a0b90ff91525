import { randomUUID } from 'node:crypto'
import { readSchedule } from '../../pipeline/schedule.ts'
import { normalizeTopic } from '../../pipeline/topics.ts'
import { findCurrentBrand } from '../current.ts'
import { showPanel } from '../panels.ts'
import { type Scope, say } from '../scope.ts'
import { press } from '../views/card.ts'
import { plainTextText } from '../views/help.ts'
import { type Html, html, lines } from '../views/html.ts'
import { offerNextText, offerTopicsText, scheduleHintText } from '../views/talk.ts'

/** Cards that offer what a sentence asked for. Nothing happens before a tap. */

const OFFER_HOURS = 24

/** `cause` makes the message one of its own. `hint` stands below it. Gives the reason when the text is no topic. */
export async function offerTopic(
  scope: Scope,
  text: string,
  { cause = randomUUID() as string | number, hint }: { cause?: string | number; hint?: Html } = {},
): Promise<string | null> {
  const read = normalizeTopic(text)
  if (read.kind === 'rejected') return read.reason
  const words = hint ? lines(plainTextText(read.topic), hint) : plainTextText(read.topic)
  const keyboard = [[makeButton(read.topic)]]
  await say(scope, { kind: 'text', html: words.html, keyboard }, { ref: `offer:${cause}` })
  return null
}

export function makeButton(topic: string | null) {
  return press('🛠 Make a carousel', { kind: 'generate', topic }, OFFER_HOURS)
}

export async function offerNext(scope: Scope): Promise<void> {
  const keyboard = [[makeButton(null)]]
  await say(scope, { kind: 'text', html: offerNextText().html, keyboard }, { ref: `offer:${randomUUID()}` })
}

/** Gives the reason when none of them is a topic. */
export async function offerTopics(scope: Scope, texts: readonly string[]): Promise<string | null> {
  const { kit } = await findCurrentBrand(scope.tx, scope.deps)
  const read = texts.map(normalizeTopic)
  const topics = read.flatMap((one) => (one.kind === 'ok' ? [one.topic] : []))
  if (topics.length === 0) return read.find((one) => one.kind === 'rejected')?.reason ?? 'There is no topic in it.'
  const action = { kind: 'add-topics', text: topics.join('\n'), brand: kit.name } as const
  const keyboard = [[press('💭 Add', action, OFFER_HOURS)]]
  await say(scope, { kind: 'text', html: offerTopicsText(topics).html, keyboard }, { ref: `card:${randomUUID()}` })
  return null
}

/** The panel with the button that does it; gives the reason when there is nothing to pause or to resume. */
export async function offerScheduleChange(
  scope: Scope,
  change: 'pause' | 'resume',
  cause: number,
): Promise<string | null> {
  const { tx, deps } = scope
  const { kit } = await findCurrentBrand(tx, deps)
  const { times, paused } = await readSchedule(tx, kit.name, deps.scheduleCron)
  const reason = times.length === 0 ? OFF : paused === (change === 'pause') ? AS_IT_IS[change] : null
  await showPanel(scope, 'schedule', cause, reason === null ? scheduleHintText(change) : html`${reason}`)
  return reason
}

const OFF = 'The schedule is off, so there is nothing to pause or resume.'
const AS_IT_IS = { pause: 'The schedule is paused already.', resume: 'The schedule is not paused.' }

/** For a text that is no topic. */
export async function sayNoTopic(scope: Scope, reason: string): Promise<void> {
  await say(scope, { kind: 'text', html: html`${reason} /help lists what I can do.`.html })
}

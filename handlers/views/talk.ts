import { ARC, type ArcRole, type SlideCopy } from '../../src/content.ts'
import type { LoopLimits } from '../../src/converse.ts'
import type { FailureCode } from '../../src/failure.ts'
import type { Keyboard } from '../../src/messaging/outbox.ts'
import { toVisible } from '../../src/messaging/visible-text.ts'
import type { CourtesyKind } from '../talk/courtesies.ts'
import { press, SLIDE_NAMES } from './card.ts'
import { COMMANDS } from './help.ts'
import { clip, type Html, html, lines, withoutEnd } from './html.ts'

/** An answer in plain sentences, while it is written and afterwards. What a model says is somebody else's words, too. */

/** Commands that only show something: these may stay alive in a model's words. A tap sends a command as it stands. */
const READING_COMMANDS: ReadonlySet<string> = new Set([
  'help',
  'health',
  'containers',
  'logs',
  'alerts',
  'incidents',
  'diagnose',
  'queue',
  'topics',
  'schedule',
  'cost',
  'report',
  'compare',
  'settings',
  'audit',
  'mutes',
  'heal',
  'cleanup',
])

/** What a model marks up, and single words. Linear in the length of the text. */
const TOKEN = /```[^\n`]*\n([\s\S]*?)\n?```|`([^`\n]+)`|\*\*([^*\n]+)\*\*|[^\s<>"'()[\]{}`*]+/g
/** What Telegram makes a link of: names with a dot and letters behind it, addresses, mail. */
const LINK = /[\p{L}\p{N}_-]\.\p{L}[\p{L}\p{N}]|\d\.\d+\.\d+\.\d|:\/\/|\S@\S|^[@#$][\p{L}_]/u
const COMMAND = /(?<![\p{L}\p{N}/])\/([A-Za-z][A-Za-z0-9_]*)/u
const END_MARKS = /[.,;:!?…]+$/

/** A model's words: paragraphs, bold and code stay; whatever could be tapped is dead, but commands that only show. */
export function modelText(text: string): Html {
  // First without signs that nobody sees: one of them in the middle of an address would hide it from the rules below.
  const tidy = toVisible(text)
    .trim()
    .replace(/\n{3,}/g, '\n\n')
    .replace(/^#{1,6} +(.+)$/gm, '**$1**')
    .replace(/^( *)[*-] +/gm, '$1• ')
  return markUp(tidy)
}

function markUp(text: string): Html {
  const parts: Html[] = []
  let at = 0
  for (const match of text.matchAll(TOKEN)) {
    parts.push(html`${text.slice(at, match.index)}`, tokenText(match))
    at = match.index + match[0].length
  }
  return html`${[...parts, html`${text.slice(at)}`]}`
}

function tokenText([whole, block, code, bold]: RegExpExecArray): Html {
  if (block !== undefined) return html`<pre>${block}</pre>`
  if (code !== undefined) return html`<code>${code}</code>`
  if (bold !== undefined) return html`<b>${markUp(bold)}</b>`
  const end = END_MARKS.exec(whole)?.[0] ?? ''
  const word = whole.slice(0, whole.length - end.length)
  const command = COMMAND.exec(word)?.[1]
  const isHarmless = command === undefined ? !LINK.test(word) : word === `/${command}` && isReading(command)
  return isHarmless ? html`${whole}` : html`<code>${word}</code>${end}`
}

function isReading(name: string): boolean {
  return READING_COMMANDS.has(name) && COMMANDS.some(({ command }) => command === name)
}

export function queuedText(): Html {
  return html`💭 One moment: your question before comes first.`
}

export function thinkingText(): Html {
  return html`💭 …`
}

/** While it is written. `doing`: what is being looked at. */
export function streamingText(soFar: string, doing: string | null): Html {
  const status = doing === null ? html`💭 …` : html`🔎 ${doing}…`
  return soFar.trim() === '' ? status : lines(modelText(soFar), html``, status)
}

export function stopKeyboard(turnId: number): Keyboard {
  return [[press('⏹ Stop', { kind: 'stop-talk', turnId }, 24)]]
}

export function againKeyboard(turnId: number): Keyboard {
  return [[press('🔁 Ask again', { kind: 'ask-again', turnId }, 24)]]
}

export type TalkCost = { costUsd: number; todayUsd: number; dailyUsd: number }

/** `cost`: null unless somebody wants to see it under each answer. */
export function answerText(text: string, cost: TalkCost | null): Html {
  const said = text.trim() === '' ? html`I have nothing to say to that. /help lists what I can do.` : modelText(text)
  return cost === null ? said : lines(said, html``, footer(cost))
}

function footer({ costUsd, todayUsd, dailyUsd }: TalkCost): Html {
  return html`<i>💵 ${cents(costUsd)} · today $${todayUsd.toFixed(2)} of $${dailyUsd.toFixed(2)}</i>`
}

/** One answer costs a cent or two: two digits would show nothing. */
function cents(usd: number): string {
  return `$${usd.toFixed(usd < 0.1 ? 4 : 2)}`
}

/** Below whatever there was until then. */
export function endedText(soFar: string, why: Html, cost: TalkCost | null): Html {
  return lines(soFar.trim() === '' ? null : lines(modelText(soFar), html``), why, cost && html``, cost && footer(cost))
}

export function stoppedText(): Html {
  return html`⏹ Stopped, as you asked. Nothing was changed.`
}

export function limitText(limit: keyof LoopLimits, limits: LoopLimits): Html {
  const what = {
    turns: `after ${limits.turns} steps`,
    seconds: `after ${limits.seconds} s`,
    outputTokens: 'because the answer became too long',
    usd: `at $${limits.usd.toFixed(2)}, the most that one answer may cost`,
  }[limit]
  return html`⏱ I stopped ${what}. Ask for less at a time, or look yourself: /health`
}

export function interruptedText(): Html {
  return html`⚠️ I was interrupted in the middle of this: I restarted. Nothing was changed. Shall I answer it anew?`
}

export function resumedText(): Html {
  return html`💭 I restarted. The answer comes now.`
}

export function askedAgainText(): Html {
  return html`🔁 Asked again below.`
}

const AWAY: Partial<Record<FailureCode, string>> = {
  timeout: 'Claude took too long',
  rate_limited: 'Claude is busy just now',
  unauthorized: 'Claude does not accept the key (ANTHROPIC_API_KEY)',
  not_found: 'Claude does not know the model (ANTHROPIC_MODEL)',
  bad_model_output: 'Claude gave an answer that cannot be used',
}

/** Then the rules answer, below. */
export function withoutModelText(code: FailureCode): Html {
  if (code === 'budget_exceeded')
    return html`💵 The budget for paid answers is spent (/cost), so I do not ask Claude. What I can say by myself:`
  return html`🔌 ${AWAY[code] ?? 'Claude does not answer just now'}. What I can say by myself:`
}

export function declinedText(): Html {
  return html`🚫 Claude declined to answer that. Ask in other words, or take a command: /help`
}

export function brokenText(): Html {
  return html`⚠️ Something in me failed, and nothing was changed. Please ask again.`
}

const COURTESIES: Record<CourtesyKind, string> = {
  thanks: '🙂 Any time.',
  greeting: '🙂 Hello. /health says how things are, /queue what waits.',
  parting: '🙂 I keep watch.',
}

export function courtesyText(kind: CourtesyKind): Html {
  return html`${COURTESIES[kind]}`
}

/** Below the offer of a carousel: what else a sentence may ask. */
export function askMeHint(isPrivate: boolean): Html {
  return isPrivate
    ? html`<i>Or ask me: “is everything ok?”, “what is wrong?”, “what is in the queue?” · /help</i>`
    : html`<i>Or ask me: “what is in the queue?”, “when is the next one?” · /help</i>`
}

export function offerNextText(): Html {
  return html`Shall I make a carousel? It takes the next topic of the backlog, else a fresh fact.`
}

const TOPICS_SHOWN = 10

export function offerTopicsText(topics: readonly string[]): Html {
  const shown = topics.slice(0, TOPICS_SHOWN)
  if (topics.length === 1) return html`💭 Shall I add <b>${withoutEnd(topics[0] ?? '')}</b> to the topics?`
  return lines(
    html`💭 Shall I add these ${topics.length} topics?`,
    ...shown.map((topic) => html`• ${clip(topic, 100)}`),
    topics.length > shown.length && html`• and ${topics.length - shown.length} more`,
  )
}

export function scheduleHintText(change: 'pause' | 'resume'): Html {
  return change === 'pause' ? html`⏸ pauses it, below:` : html`▶️ starts it again, below:`
}

export function dropTopicText(topic: string): Html {
  return html`🗑 Shall I drop <b>${withoutEnd(topic)}</b> from the topics?`
}

export function cancelCardText(topic: string | null): Html {
  return topic === null
    ? html`✖️ Shall I cancel the carousel that is being made?`
    : html`✖️ Shall I cancel the carousel about <b>${withoutEnd(topic)}</b>?`
}

export function wordsCardText(input: { slide: ArcRole; title: string; now: SlideCopy; copy: SlideCopy }): Html {
  const { slide, title, now, copy } = input
  return lines(
    html`✏️ <b>Slide ${ARC.indexOf(slide) + 1} · ${SLIDE_NAMES[slide]}</b> of “${clip(title, 80)}”`,
    html`Now: ${shown(now)}`,
    html`New: <b>${shown(copy)}</b>`,
  )
}

function shown({ title, body }: SlideCopy): string {
  return body === '' ? title : `${title} / ${body}`
}

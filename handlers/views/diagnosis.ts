import { ActionRequest } from '../../ops/actions/definitions.ts'
import { findHelp } from '../../ops/diagnose/similar.ts'
import type { Confidence, Diagnosis, Subject } from '../../ops/diagnose/types.ts'
import type { Container } from '../../src/docker/container.ts'
import type { Keyboard } from '../../src/messaging/outbox.ts'
import { toVisible } from '../../src/messaging/visible-text.ts'
import { proposeButton } from './action.ts'
import { press } from './card.ts'
import { nameOf } from './containers.ts'
import { clip, type Html, html, lines } from './html.ts'

/** A diagnosis in the chat: what it is, what it rests on, what to do. */

const HEADS: Record<Confidence, string> = { high: 'Why', medium: 'Most likely', low: 'Perhaps' }
const SIGNS: Record<Diagnosis['severity'], string> = { info: '🟢', warning: '⚠️', critical: '🔴' }
const EVIDENCE_IN_ALERT = 2
const EVIDENCE_CHARS = 160
const ROOM = { summary: 300, rootCause: 700, quote: 300 }

/** For an alert, below what has happened. */
export function diagnosisLines(diagnosis: Diagnosis): Html[] {
  return [
    html`🔎 <b>${headOf(diagnosis)}:</b> ${prose(diagnosis.summary, ROOM.summary)}`,
    prose(diagnosis.rootCause, ROOM.rootCause),
    ...evidenceLines(diagnosis, EVIDENCE_IN_ALERT),
    ...helpLines(diagnosis),
    ...byModel(diagnosis),
  ]
}

function helpLines(diagnosis: Diagnosis): Html[] {
  const help = findHelp(diagnosis)
  if (help === null) return []
  const whose = help.other === null ? html`` : html` with <code>${clip(toVisible(help.other), 60)}</code>`
  return [html`🕘 Seen before${whose}; what helped: ${prose(help.helped, 120)}`]
}

export type DiagnosisInput = {
  diagnosis: Diagnosis
  subject: Subject
  /** A model is still thinking. */
  isOpen: boolean
  when: (at: Date) => string
}

export function diagnosisText({ diagnosis, subject, isOpen, when }: DiagnosisInput): Html {
  const { evidence, prevention, runbook, seenBefore } = diagnosis
  return lines(
    html`${SIGNS[diagnosis.severity]} <b>Diagnosis</b> · ${titleOf(subject)}`,
    html`<b>${headOf(diagnosis)}:</b> ${prose(diagnosis.summary, ROOM.summary)}`,
    prose(diagnosis.rootCause, ROOM.rootCause),
    evidence.length > 0 && html`\n<b>Seen</b>`,
    ...evidenceLines(diagnosis, evidence.length),
    diagnosis.actions.length > 0 && html`\n<b>What helps</b>`,
    ...diagnosis.actions.map(({ why, kind }) => html`• ${kind.replaceAll('-', ' ')}: ${prose(why, 200)}`),
    prevention !== null && html`\n🛡 ${prose(prevention, 300)}`,
    runbook !== null && html`📖 ${runbook.title}: <i>${clip(runbook.quote, ROOM.quote)}</i>`,
    ...seenBefore.slice(0, 2).map(({ at, summary, helped }) => {
      const end = helped === null ? html`` : html` Then: ${prose(helped, 120)}`
      return html`🕘 Seen before, ${when(at)}: ${prose(summary, 160)}${end}`
    }),
    ...byModel(diagnosis),
    isOpen && html`<i>Claude looks at it, too…</i>`,
  )
}

function titleOf(subject: Subject): Html {
  if (subject.kind === 'container') return nameOf(subject)
  return subject.kind === 'machine' ? html`the machine` : html`my own work`
}

function headOf({ cause, confidence, severity }: Diagnosis): string {
  if (cause === 'unknown' || severity === 'info') return 'What I see'
  return HEADS[confidence]
}

function evidenceLines({ evidence }: Diagnosis, most: number): Html[] {
  return evidence
    .slice(0, most)
    .map(({ text }) => html`<code>${clip(toVisible(text).replaceAll(/\s+/g, ' '), EVIDENCE_CHARS)}</code>`)
}

function byModel({ madeBy }: Diagnosis): Html[] {
  return madeBy.kind === 'model'
    ? [html`<i>In the words of Claude (</i><code>${clip(madeBy.model, 40)}</code><i>), from what was seen.</i>`]
    : []
}

/** What Telegram would make alive: links, commands, mentions, tags. */
const LIVE = /[\w-]\.\p{L}{2}|\d\.\d+\.\d|:\/\/|(?:^|[^\w<])[/#$]\p{L}|@/u

/**
 * Sentences with foreign names in them. What stands between marks (\`name\` or “words”), and what could become a link, a
 * command or a mention, is shown as code.
 */
export function prose(text: string, maxChars: number): Html {
  const parts = clip(toVisible(text).replaceAll(/\s+/g, ' ').trim(), maxChars).split(/(`[^`]+`|“[^”]+”)/)
  return html`${parts.map((part, index) => (index % 2 === 1 ? html`<code>${part.slice(1, -1)}</code>` : plain(part)))}`
}

function plain(text: string): Html {
  const words = text.split(/(\s+)/)
  return html`${words.map((word) => (LIVE.test(word) ? html`<code>${word}</code>` : html`${word}`))}`
}

const MAX_BUTTONS = 4
const BUTTON_HOURS = 24

/** A button for each suggestion, bound to the container that was seen. */
export function suggestionButtons({ actions }: Pick<Diagnosis, 'actions'>): Keyboard {
  const requests = actions.flatMap(({ kind, containerId, containerName }) => {
    const read = ActionRequest.safeParse({ kind, ...(containerId === undefined ? {} : { containerId, containerName }) })
    return read.success ? [read.data] : []
  })
  return requests.slice(0, MAX_BUTTONS).map((request) => [proposeButton(request)])
}

export function diagnosisKeyboard(diagnosis: Diagnosis, subject: Subject): Keyboard {
  const id = subject.kind === 'container' ? subject.containerId : ''
  // Of one that vanished meanwhile there is no log to show.
  const logs = /^[0-9a-f]{64}$/.test(id)
    ? [[press('📜 Errors in its log', { kind: 'container-logs', containerId: id, wish: 'error' }, BUTTON_HOURS)]]
    : []
  return [...suggestionButtons(diagnosis), ...logs]
}

const CANDIDATES_SHOWN = 10

export function whichDiagnosisKeyboard(candidates: readonly Pick<Container, 'id' | 'name'>[]): Keyboard {
  return candidates
    .slice(0, CANDIDATES_SHOWN)
    .map(({ id, name }) => [
      press(`🩺 ${clip(name, 40)}`, { kind: 'diagnose', about: 'worst', containerId: id }, BUTTON_HOURS),
    ])
}

export function diagnoseHelpText(): Html {
  return html`I read <code>/diagnose name</code> (a part of a container’s name), <code>/diagnose machine</code>, <code>/diagnose bot</code>, or <code>/diagnose</code> alone for the worst that I see.`
}

export function allWellText(): Html {
  return html`✅ I see nothing wrong just now. <code>/diagnose name</code> looks closer at one container.`
}

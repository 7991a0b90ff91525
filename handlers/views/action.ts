import { type ActionKind, type ActionRequest, isContainerKind } from '../../ops/actions/definitions.ts'
import type { AfterSample } from '../../ops/actions/index.ts'
import { type Proposal, readRequest } from '../../ops/actions/proposal.ts'
import { ACTS } from '../../ops/actions/registry.ts'
import { describeLoad, type Evidence, readSeen } from '../../ops/actions/seen.ts'
import { describeSpan } from '../../ops/words.ts'
import type { Keyboard, KeyboardButton } from '../../src/messaging/outbox.ts'
import { redactSecrets } from '../../src/redact-secrets.ts'
import { press } from './card.ts'
import { nameOf, shortName, withForeignWords } from './containers.ts'
import { clip, type Html, html, lines } from './html.ts'

/** The card of one action, from the question to its end. */

/** About a container its name follows; the others are whole. */
const WORDS: Record<ActionKind, { sign: string; ask: string; doing: string; done: string }> = {
  restart: { sign: '🔄', ask: 'Restart', doing: 'Restarting', done: 'restarted, and it stays up' },
  stop: { sign: '⏹', ask: 'Stop', doing: 'Stopping', done: 'stopped, and it stays off' },
  start: { sign: '▶️', ask: 'Start', doing: 'Starting', done: 'started, and it stays up' },
  'shrink-log': { sign: '✂️', ask: 'Empty the log of', doing: 'Emptying the log of', done: 'rid of its old log' },
  'prune-images': {
    sign: '🧹',
    ask: 'Remove unused images',
    doing: 'Removing unused images',
    done: 'unused images are gone',
  },
  'prune-build-cache': {
    sign: '🧹',
    ask: 'Clear the build cache',
    doing: 'Clearing the build cache',
    done: 'the build cache is cleared',
  },
  'clear-outputs': {
    sign: '🧹',
    ask: 'Remove old carousels and caches',
    doing: 'Removing old carousels and caches',
    done: 'old carousels and caches are gone',
  },
  'trim-data': {
    sign: '🧹',
    ask: 'Trim my own data',
    doing: 'Trimming my own data',
    done: 'my old data is gone',
  },
  vacuum: {
    sign: '🗄',
    ask: 'Vacuum the database',
    doing: 'Vacuuming the database',
    done: 'the database is vacuumed',
  },
  backup: { sign: '💾', ask: 'Make a backup', doing: 'Making a backup', done: 'a backup is made' },
  'retry-run': { sign: '🔁', ask: 'Make it again', doing: 'Taking it up again', done: 'it is in the making' },
  'cancel-run': { sign: '✖️', ask: 'Stop making it', doing: 'Stopping it', done: 'it has stopped' },
  'pause-schedule': {
    sign: '⏸',
    ask: 'Pause the schedule',
    doing: 'Pausing the schedule',
    done: 'the schedule is paused',
  },
  'resume-schedule': {
    sign: '▶️',
    ask: 'Resume the schedule',
    doing: 'Resuming the schedule',
    done: 'the schedule goes on',
  },
}

const UNDO: Partial<Record<ActionKind, string>> = {
  start: '/start',
  stop: '/stop',
  'resume-schedule': '/schedule resume',
  'pause-schedule': '/schedule pause',
}
const VALID_MINUTES = 10
const BUTTON_HOURS = 24

type Shown = Pick<Proposal, 'id' | 'kind' | 'target' | 'containerName' | 'containerId' | 'args' | 'risk' | 'effect'>

function kindOf(proposal: Pick<Proposal, 'kind' | 'containerId' | 'containerName' | 'args'>): ActionKind | null {
  return readRequest(proposal)?.kind ?? null
}

function wordsOf(proposal: Shown) {
  const kind = kindOf(proposal)
  return kind === null ? { sign: '❔', ask: 'Something unknown', doing: 'Doing', done: 'done' } : WORDS[kind]
}

/** "Restart shop (0123456789ab)". */
function titleOf(proposal: Shown, verb: string): Html {
  const { containerName, containerId } = proposal
  if (containerName === null || containerId === null) return html`${verb}`
  return html`${verb === '' ? '' : `${verb} `}${nameOf({ name: containerName })} (<code>${containerId.slice(0, 12)}</code>)`
}

function subjectOf(proposal: Shown): Html {
  return proposal.containerName === null ? html`${wordsOf(proposal).ask}` : titleOf(proposal, '')
}

/** "Remove unused images": of what needs no name. */
export function actionTitle(kind: ActionKind): string {
  return WORDS[kind].ask
}

/** What the button of an action is called elsewhere, and what a tap on it asks for: a card, nothing more. */
export function proposeButton(request: ActionRequest, label?: string): KeyboardButton {
  const { sign, ask } = WORDS[request.kind]
  const about = 'containerName' in request ? ` ${shortName(request.containerName, 20)}` : ''
  // The name is looked up again at the tap.
  const { kind: action, containerName: _, ...stored } = { containerName: '', ...request }
  return press(label ?? `${sign} ${ask}${about}`, { kind: 'propose-action', action, ...stored }, BUTTON_HOURS)
}

export function actionCardText(proposal: Shown): Html {
  return lines(
    html`<b>${titleOf(proposal, wordsOf(proposal).ask)}</b>?`,
    quoted(proposal.effect),
    riskLine(proposal),
    html`The button is good for ${VALID_MINUTES} minutes. I watch afterwards and say what became of it.`,
  )
}

function riskLine(proposal: Shown): Html {
  const [risk, undo] = [riskOf(proposal), undoOf(proposal)]
  return html`${risk}${risk !== '' && undo.html !== '' ? ' ' : ''}${undo}`
}

function riskOf({ kind, risk }: Shown): string {
  if (risk === 'safe') return 'Risk: none to speak of.'
  if (risk === 'two-taps') return 'I ask twice.'
  if (kind === 'stop') return 'Risk: it is away until it is started.'
  return isContainerKind(kind) ? 'Risk: it is away for a moment, or for longer if it does not come back.' : ''
}

/** To be copied: a bare command would be a link that leaves the name behind. */
function undoOf(proposal: Shown): Html {
  const kind = kindOf(proposal)
  const undo = kind === null ? null : ACTS[kind].undo
  if (undo === null) return html`${proposal.risk === 'safe' ? '' : 'It cannot be undone.'}`
  const name = proposal.containerName === null ? '' : ` ${redactSecrets(proposal.containerName)}`
  return html`To undo: <code>${UNDO[undo] ?? undo}${name}</code>.`
}

export function actionCardKeyboard(proposal: Shown): Keyboard {
  const { id: proposalId } = proposal
  const { ask } = wordsOf(proposal)
  const yes = proposal.containerName === null ? `✅ ${ask}` : `✅ ${ask} it`
  return [
    [press(yes, { kind: 'confirm-action', proposalId }), press('✖️ Leave it', { kind: 'drop-action', proposalId })],
  ]
}

/** The second question, of what takes two taps. */
export function reallyText(proposal: Shown): Html {
  return lines(html`❗️ <b>Really?</b> ${titleOf(proposal, wordsOf(proposal).ask)}.`, quoted(proposal.effect))
}

export function reallyKeyboard({ id: proposalId }: Shown): Keyboard {
  return [
    [
      press('✅ Yes, do it', { kind: 'confirm-action', proposalId, second: true }),
      press('✖️ Leave it', { kind: 'drop-action', proposalId }),
    ],
  ]
}

export function actionRunningText(proposal: Shown & Pick<Proposal, 'claimedByName' | 'claimedBy'>): Html {
  const { sign, doing } = wordsOf(proposal)
  const long = isContainerKind(proposal.kind) ? 'I watch until it is steady: up to a minute.' : 'It may take a while.'
  return lines(html`${sign} ${titleOf(proposal, doing)}…`, html`Asked for by ${clientOf(proposal)}. ${long}`)
}

function clientOf({ claimedByName, claimedBy }: Pick<Proposal, 'claimedByName' | 'claimedBy'>): string {
  return claimedBy === null ? 'healing' : clip(claimedByName ?? 'an owner', 40)
}

export function lookingAgainText(proposal: Shown): Html {
  return html`🔎 Looking at ${subjectOf(proposal)}…`
}

export function actionDroppedText(proposal: Shown): Html {
  return html`✖️ Left as it is: ${subjectOf(proposal)}.`
}

export function actionNotValidText(proposal: Shown, reason: string): Html {
  return lines(html`✖️ Not done: ${titleOf(proposal, wordsOf(proposal).ask)}.`, quoted(reason))
}

export function actionRefusedText(request: ActionRequest, reason: string): Html {
  const verb = WORDS[request.kind].ask
  const about = 'containerName' in request ? html` ${nameOf({ name: request.containerName })}` : html``
  return lines(html`🔒 Not now: ${verb}${about}.`, quoted(reason))
}

export function outcomeText(proposal: Proposal, samples: readonly AfterSample[] = []): Html {
  const { ask, done } = wordsOf(proposal)
  const title = titleOf(proposal, ask)
  const reason = quoted(proposal.outcome?.reason ?? '')
  const healing = proposal.claimedBy === null && proposal.claimedAt !== null ? html` (healing)` : html``
  const evidence = [
    seenLine('Before', proposal.before),
    seenLine('After', proposal.after),
    ...samples.map((sample) => sampleLine(sample, proposal.finishedAt)),
  ]
  switch (proposal.outcome?.kind) {
    case 'fixed':
      return lines(
        html`✅ <b>Done</b>${healing}: ${doneOf(proposal, done)}.`,
        reason,
        ...evidence,
        proposal.containerName !== null && samples.length === 0 && html`I look again after 30 s and after 5 min.`,
      )
    case 'not-fixed': {
      const more = proposal.containerName === null ? null : html`/logs says more.`
      return lines(html`❌ <b>Not fixed</b>${healing}: ${title}.`, reason, ...evidence, more)
    }
    case 'refused':
      return lines(html`🚫 <b>Not done</b>${healing}: ${title}.`, reason)
    default:
      return lines(
        html`❔ <b>Unknown</b>${healing}: ${title}.`,
        reason,
        ...evidence,
        html`I do not do it again by myself.`,
      )
  }
}

/** Said anew, because nobody looks at an edited card: it was called done, and is not. */
export function overturnedText(proposal: Proposal): Html {
  return lines(
    html`❌ <b>Not fixed after all</b>: ${titleOf(proposal, wordsOf(proposal).ask)}.`,
    quoted(proposal.outcome?.reason ?? ''),
  )
}

function doneOf(proposal: Shown, done: string): Html {
  return proposal.containerName === null ? html`${done}` : html`${subjectOf(proposal)} is ${done}`
}

export function outcomeKeyboard(proposal: Proposal): Keyboard {
  const { id: proposalId, containerId, outcome } = proposal
  const logs =
    containerId === null ? [] : [press('📜 Logs', { kind: 'container-logs', containerId, wish: '' } as const)]
  if (outcome?.kind === 'unknown') return [[press('🔎 Look again', { kind: 'look-again', proposalId }), ...logs]]
  return outcome?.kind === 'not-fixed' && logs.length > 0 ? [logs] : []
}

function sampleLine({ takenAt, seen }: AfterSample, finishedAt: Date | null): Html | null {
  if (takenAt === null || finishedAt === null || seen === null) return null
  return seenLine(`${describeSpan((takenAt.getTime() - finishedAt.getTime()) / 1000)} later`, seen)
}

function seenLine(label: string, stored: unknown): Html | null {
  const seen = readSeen(stored)
  if (!seen) return null
  return seen.kind === 'measure'
    ? html`${label}: ${seen.measure.text}`
    : html`${label}: ${evidenceWords(seen.evidence)}`
}

function evidenceWords({ state, health, restarts, exitCode, oomKilled, load = [] }: Evidence): string {
  const end = state === 'running' ? '' : oomKilled ? ' (out of memory)' : ` (code ${exitCode})`
  const often = restarts > 0 ? `, ${restarts} ${restarts === 1 ? 'restart' : 'restarts'}` : ''
  const takes = load.length === 0 ? '' : `, ${describeLoad(load)}`
  return `${state}${end}${health === null ? '' : `, ${health}`}${often}${takes}`
}

/** Names in a sentence stand between back-ticks, and stay names: nothing in them becomes a link or a command. */
export function quoted(text: string): Html {
  const [own = '', ...said] = text.split('Docker says: ')
  const parts = own
    .split('`')
    .map((part, index) => (index % 2 === 1 ? html`<code>${redactSecrets(part)}</code>` : html`${part}`))
  if (said.length === 0) return html`${parts}`
  return html`${parts}${withForeignWords(`Docker says: ${said.join('Docker says: ')}`)}`
}

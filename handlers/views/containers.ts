import type { ContainerKind } from '../../ops/actions/definitions.ts'
import type { Logs, LogsWish } from '../../ops/container-logs.ts'
import type { ListedContainer } from '../../ops/index.ts'
import type { Container } from '../../src/docker/container.ts'
import type { ContainerId } from '../../src/docker/container-id.ts'
import type { ContainerStats } from '../../src/docker/stats.ts'
import type { Keyboard } from '../../src/messaging/outbox.ts'
import { redactSecrets } from '../../src/redact-secrets.ts'
import { press } from './card.ts'
import { clip, type Html, html, lines } from './html.ts'

/** Names, labels and outputs of containers are somebody else's words: always in code marks, so that nothing becomes a link. */

const CONTAINERS_A_PAGE = 8
const NAME_SHOWN = 60
const BUTTON_NAME = 20

export type ContainersInput = {
  /** All of them. */
  containers: readonly ListedContainer[]
  page: number
  figures: ReadonlyMap<ContainerId, ContainerStats>
  now: Date
}

function clampPage(page: number, count: number): number {
  return Math.max(0, Math.min(page, Math.ceil(count / CONTAINERS_A_PAGE) - 1))
}

export function pageOf(input: Pick<ContainersInput, 'containers' | 'page'>): readonly ListedContainer[] {
  const page = clampPage(input.page, input.containers.length)
  return input.containers.slice(page * CONTAINERS_A_PAGE, (page + 1) * CONTAINERS_A_PAGE)
}

export function containersText(input: ContainersInput): Html {
  const { containers, figures, now } = input
  if (containers.length === 0) return html`<b>Containers</b>\nDocker is there, but it has no containers.`
  const up = containers.filter(({ container }) => container.state === 'running').length
  const shown = pageOf(input)
  const pages = Math.ceil(containers.length / CONTAINERS_A_PAGE)
  const place = pages > 1 ? ` · page ${clampPage(input.page, containers.length) + 1} of ${pages}` : ''
  return lines(
    html`<b>Containers</b> · ${up} of ${containers.length} running${place}`,
    ...shown.map((listed) => containerLine(listed, figures.get(listed.container.id), now)),
    shown.some(({ hindrance }) => hindrance !== null) &&
      html`🔒 Look only: not mine to touch. docs/containers.md says why.`,
  )
}

function containerLine({ container, hindrance }: ListedContainer, stats: ContainerStats | undefined, now: Date): Html {
  const lock = hindrance === null ? '' : ' 🔒'
  const restarts = container.restarts > 0 ? ` · ${container.restarts} ${plural(container.restarts, 'restart')}` : ''
  const usage = stats && container.state === 'running' ? ` · ${describeUsage(stats)}` : ''
  return html`${iconOf(container)} ${nameOf(container)}${lock} · ${describeState(container, now)}${restarts}${usage}`
}

/** A name may hold somebody's key: hidden before it is cut, since a part of one has no shape. */
export function shortName(name: string, maxChars: number): string {
  return clip(redactSecrets(name), maxChars)
}

export function nameOf(container: { name: string }): Html {
  return html`<code>${shortName(container.name, NAME_SHOWN)}</code>`
}

function iconOf({ state, health, exitCode }: Container): string {
  if (state === 'running') return health === 'unhealthy' ? '🔴' : health === 'starting' ? '🟡' : '🟢'
  if (state === 'restarting' || state === 'dead') return '🔴'
  return state === 'exited' ? (exitCode === 0 ? '⚪' : '🔴') : '🟡'
}

function describeState(container: Container, now: Date): string {
  const { state, health, exitCode, oomKilled, startedAt, finishedAt } = container
  if (state === 'running') {
    const since = startedAt ? ` ${age(startedAt, now)}` : ''
    return `up${since}${health === null ? '' : `, ${health}`}`
  }
  if (state !== 'exited' && state !== 'restarting') return state
  const how = oomKilled ? 'out of memory' : `code ${exitCode}`
  return `${state} (${how})${finishedAt ? ` ${age(finishedAt, now)} ago` : ''}`
}

function describeUsage({ cpuPercent, memoryBytes, memoryLimitBytes }: ContainerStats): string {
  const limit = memoryLimitBytes === null ? '' : ` of ${size(memoryLimitBytes)}`
  return `CPU ${cpuPercent < 10 ? cpuPercent.toFixed(1) : Math.round(cpuPercent)} % · ${size(memoryBytes)}${limit}`
}

function size(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.round(bytes / 1e6)} MB`
}

const UNITS = [
  [86_400, 'd'],
  [3_600, 'h'],
  [60, 'min'],
  [1, 's'],
] as const

/** "3 d", "5 min". */
function age(from: Date, now: Date): string {
  const seconds = Math.max(0, Math.round((now.getTime() - from.getTime()) / 1000))
  const [length, unit] = UNITS.find(([unitLength]) => seconds >= unitLength) ?? [1, 's']
  return `${Math.floor(seconds / length)} ${unit}`
}

function plural(count: number, word: string): string {
  return count === 1 ? word : `${word}s`
}

const BUTTON_HOURS = 24
const ACTION_LABELS: Record<ContainerKind, string> = {
  restart: '🔄 Restart',
  stop: '⏹ Stop',
  start: '▶️ Start',
  'shrink-log': '✂️ Empty the log of',
}

export function containersKeyboard(input: Pick<ContainersInput, 'containers' | 'page'>): Keyboard {
  const { containers } = input
  const page = clampPage(input.page, containers.length)
  const turn = (text: string, to: number) => press(text, { kind: 'containers', page: Math.max(0, to) }, BUTTON_HOURS)
  const hasNext = (page + 1) * CONTAINERS_A_PAGE < containers.length
  return [
    ...pageOf(input).map(({ container, hindrance }) => {
      const name = shortName(container.name, BUTTON_NAME)
      const containerId = container.id
      const logs = press(`📜 ${name}`, { kind: 'container-logs', containerId, wish: '' }, BUTTON_HOURS)
      if (hindrance !== null) return [logs]
      const action: ContainerKind = container.state === 'exited' || container.state === 'created' ? 'start' : 'restart'
      return [logs, press(ACTION_LABELS[action], { kind: 'propose-action', action, containerId }, BUTTON_HOURS)]
    }),
    [
      ...(page > 0 ? [turn('‹ Back', page - 1)] : []),
      turn('↻ Look again', page),
      ...(hasNext ? [turn('More ›', page + 1)] : []),
    ],
  ]
}

export function noDockerText(reason: string): Html {
  return html`🐳 No containers here. ${reason}`
}

export function failureText(message: string): Html {
  return html`⚠️ ${withForeignWords(message)}`
}

/** What Docker itself says may hold names and addresses: those stay words. */
export function withForeignWords(message: string): Html {
  const [own = '', ...rest] = clip(redactSecrets(message), 800).split('Docker says: ')
  return rest.length === 0 ? html`${own}` : html`${own}Docker says: <code>${rest.join('Docker says: ')}</code>`
}

export function notPrivateText(): Html {
  return html`🔒 The machine and its containers are for a private chat with me: write to me there.`
}

const CANDIDATES_SHOWN = 10

export function whichContainerText(wish: string, count: number): Html {
  return html`${count} containers have <code>${clip(wish.trim(), NAME_SHOWN)}</code> in their names. Which one?`
}

/** `action` null: their logs. */
export function whichContainerKeyboard(
  candidates: readonly Container[],
  action: ContainerKind | null,
  wish = '',
): Keyboard {
  return candidates.slice(0, CANDIDATES_SHOWN).map(({ id: containerId, name }) => {
    const text = shortName(name, 40)
    return [
      action === null
        ? press(`📜 ${text}`, { kind: 'container-logs', containerId, wish }, BUTTON_HOURS)
        : press(`${ACTION_LABELS[action]} ${text}`, { kind: 'propose-action', action, containerId }, BUTTON_HOURS),
    ]
  })
}

export function noSuchContainerText(wish: string): Html {
  if (wish.trim() === '') return html`Which container? A part of its name is enough; /containers lists them.`
  return html`No container has <code>${clip(wish.trim(), NAME_SHOWN)}</code> in its name. /containers lists them.`
}

export function containerGoneText(): Html {
  return html`This container is gone. /containers shows what is there now.`
}

export function logsHelpText(): Html {
  return html`I read <code>/logs name</code>, <code>/logs name 200</code> or <code>/logs name error</code>.`
}

/** What fits into one message beside its head. */
const INLINE_UNITS = 3_500

export function fitsInline(logs: Pick<Logs, 'lines'>): boolean {
  return logs.lines.join('\n').length <= INLINE_UNITS
}

export function logsHead({ container, lines: rows, cut }: Logs, wish: LogsWish): Html {
  const what = wish.kind === 'errors' ? 'lines that look like errors' : plural(rows.length, 'line')
  return html`📜 ${nameOf(container)} · ${rows.length} ${what}${cut ? ' (only the end of it: there was more)' : ''}`
}

export function logsText(logs: Logs, wish: LogsWish): Html {
  const head = logsHead(logs, wish)
  if (logs.lines.length > 0) return lines(head, html`<pre>${logs.lines.join('\n')}</pre>`)
  const nothing =
    wish.kind === 'errors' ? html`Nothing in the last lines looks like an error.` : html`The log is empty.`
  return lines(html`📜 ${nameOf(logs.container)}`, nothing)
}

export function logsKeyboard(container: Pick<Container, 'id'>, wish: LogsWish): Keyboard {
  const button = (text: string, what: string) =>
    press(text, { kind: 'container-logs', containerId: container.id, wish: what }, BUTTON_HOURS)
  return [
    wish.kind === 'errors'
      ? [button('📜 Last 50', '')]
      : [button('⚠️ Errors only', 'error'), button('📜 Last 200', '200')],
  ]
}

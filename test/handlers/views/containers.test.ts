import { describe, expect, it } from 'vitest'
import { parseHtml } from '../../../demo/bot-api/html.ts'
import { Action } from '../../../handlers/actions.ts'
import * as action from '../../../handlers/views/action.ts'
import * as view from '../../../handlers/views/containers.ts'
import { sentence, tidy } from '../../../handlers/views/foreign.ts'
import type { Html } from '../../../handlers/views/html.ts'
import type { Proposal } from '../../../ops/actions/proposal.ts'
import type { Evidence } from '../../../ops/actions/watch.ts'
import { type Container, parseContainer } from '../../../src/docker/container.ts'
import type { Keyboard } from '../../../src/messaging/outbox.ts'
import { describeContainer } from '../../support/docker-server.ts'

const NASTY =
  '<b>x</b>&lt;<a href="https://evil.example">\u202Ehttps://evil.example @evil /stop\u0000\u001b[31m</pre></code>'
const NOW = new Date('2026-01-02T05:00:00Z')
const create = (name: string, more: Partial<Container> = {}): Container => ({
  ...parseContainer(describeContainer('a'.repeat(64), name)),
  ...more,
})
const listed = (container: Container) => ({ container, hindrance: null })
const seen: Evidence = { state: 'exited', health: null, restarts: 6, exitCode: 137, oomKilled: true, startedAt: null }

const proposal: Proposal = {
  id: '2f0c1a52-3f7e-4d84-9c1b-0f6f3c1d2e4b',
  kind: 'restart',
  target: 'a'.repeat(64),
  args: {},
  risk: 'two-taps',
  effect: `It starts again. What needs it: \`${NASTY}\`.`,
  actorKind: 'person',
  firstTapAt: null,
  containerId: 'a'.repeat(64),
  containerName: NASTY,
  chatId: 1,
  proposedBy: 1,
  expiresAt: NOW,
  status: 'done',
  claimedBy: 1,
  claimedByName: 'Ana',
  claimedAt: NOW,
  outcome: { kind: 'unknown', reason: `It failed. Docker says: ${NASTY}` },
  before: seen,
  after: { ...seen, state: 'running', health: 'healthy' },
  finishedAt: NOW,
}

type Shown = { name: string; text: Html; keyboard?: Keyboard }

function showAll(name: string): Shown[] {
  const one = create(name)
  const many = Array.from({ length: 30 }, () => listed(one))
  const page = { containers: many, page: 2, figures: new Map(), now: NOW }
  const logs = { container: one, lines: [name, name], cut: true }
  const wish = { kind: 'last', lines: 50 } as const
  const outcomes = ['fixed', 'not-fixed', 'unknown', 'refused'].map((kind) => {
    const settled = { ...proposal, outcome: { kind, reason: `It failed. Docker says: ${name}` } }
    return { name: kind, text: action.outcomeText(settled), keyboard: action.outcomeKeyboard(settled) }
  })
  return [
    { name: 'list', text: view.containersText(page), keyboard: view.containersKeyboard(page) },
    { name: 'none', text: view.containersText({ ...page, containers: [] }) },
    {
      name: 'which',
      text: view.whichContainerText(name, 2),
      keyboard: view.whichContainerKeyboard([one, one], 'stop'),
    },
    {
      name: 'which log',
      text: view.whichContainerText(name, 2),
      keyboard: view.whichContainerKeyboard([one], null, name),
    },
    { name: 'no such', text: view.noSuchContainerText(name) },
    { name: 'no name', text: view.noSuchContainerText('') },
    { name: 'gone', text: view.containerGoneText() },
    { name: 'logs', text: view.logsText(logs, wish), keyboard: view.logsKeyboard(one, wish) },
    {
      name: 'errors',
      text: view.logsText(logs, { kind: 'errors' }),
      keyboard: view.logsKeyboard(one, { kind: 'errors' }),
    },
    { name: 'empty', text: view.logsText({ ...logs, lines: [] }, wish) },
    { name: 'failure', text: view.failureText(`Docker failed. Docker says: ${name}`) },
    {
      name: 'refused',
      text: action.actionRefusedText({ kind: 'stop', containerId: 'a'.repeat(64), containerName: name }, 'No.'),
    },
    { name: 'card', text: action.actionCardText(proposal), keyboard: action.actionCardKeyboard(proposal) },
    { name: 'really', text: action.reallyText(proposal), keyboard: action.reallyKeyboard(proposal) },
    { name: 'overturned', text: action.overturnedText(proposal) },
    { name: 'running', text: action.actionRunningText(proposal) },
    { name: 'looking', text: action.lookingAgainText(proposal) },
    { name: 'dropped', text: action.actionDroppedText(proposal) },
    { name: 'not valid', text: action.actionNotValidText(proposal, 'Too late.') },
    ...outcomes,
  ]
}

describe.each([
  ['a plain', 'shop'],
  ['a hostile', NASTY],
  ['an endless hostile', NASTY.repeat(50)],
])('%s name', (_, name) => {
  it.each(showAll(name).map((shown) => [shown.name, shown] as const))('%s is one message of good HTML', (_, shown) => {
    const { text, entities } = parseHtml(shown.text.html)
    const units = shown.name === 'logs' || shown.name === 'errors' ? 20_000 : 4096
    expect(text.length).toBeLessThanOrEqual(units)
    expect(['\u0000', '\u001b', '\u202E'].filter((sign) => text.includes(sign))).toEqual([])
    expect(entities.map(({ type }) => type)).not.toContain('text_link')
    // What looks like a link, a name or a command is harmless only inside code marks.
    const marked = entities.filter(({ type }) => type === 'code' || type === 'pre')
    for (const found of text.matchAll(/https:\/\/evil|@evil/g)) {
      const inCode = marked.some(({ offset, length }) => offset <= found.index && found.index < offset + length)
      expect(inCode, `${shown.name}: ${text.slice(Math.max(0, found.index - 40), found.index + 20)}`).toBe(true)
    }
    for (const button of shown.keyboard?.flat() ?? []) {
      expect([...button.text].length).toBeLessThanOrEqual(64)
      if ('action' in button) expect(Action.safeParse(button.action).success).toBe(true)
    }
  })
})

it('a line says at a glance how a container is', () => {
  const show = (container: Container, hindrance: null | 'protected' = null) =>
    view
      .containersText({ containers: [{ container, hindrance }], page: 0, figures: new Map(), now: NOW })
      .html.split('\n')[1]
  const name = '<code>app</code>'
  expect(show(create('app'))).toBe(`🟢 ${name} · up 5 h`)
  expect(show(create('app', { health: 'unhealthy' }))).toBe(`🔴 ${name} · up 5 h, unhealthy`)
  expect(show(create('app', { health: 'starting' }), 'protected')).toBe(`🟡 ${name} 🔒 · up 5 h, starting`)
  const ended = { state: 'exited', finishedAt: new Date('2026-01-02T04:57:00Z') } as const
  expect(show(create('app', { ...ended, exitCode: 0 }))).toBe(`⚪ ${name} · exited (code 0) 3 min ago`)
  expect(show(create('app', { ...ended, exitCode: 137, oomKilled: true }))).toBe(
    `🔴 ${name} · exited (out of memory) 3 min ago`,
  )
  expect(show(create('app', { state: 'restarting', exitCode: 1, restarts: 9 }))).toBe(
    `🔴 ${name} · restarting (code 1) · 9 restarts`,
  )
})

it('a key in the name of a container is not shown, nor the half of one that is cut off', () => {
  const container = create(`web-ghp_${'aB3'.repeat(12)}`)
  const keyboard = view.containersKeyboard({ containers: [listed(container)], page: 0 })
  const shown = view.containersText({ containers: [listed(container)], page: 0, figures: new Map(), now: NOW })
  const told = sentence('Container {} ended', container.name)
  for (const text of [shown.html, JSON.stringify(keyboard), told.html, tidy(container.name, 20)]) {
    expect(text).toContain('web-[secret]')
    expect(text).not.toContain('aB3')
  }
})

it('many containers come in pages, and a page that is gone shows the last one', () => {
  const containers = Array.from({ length: 17 }, (_, n) => listed(create(`c${n}`)))
  const labels = (page: number) =>
    view
      .containersKeyboard({ containers, page })
      .at(-1)
      ?.map(({ text }) => text)
  expect(labels(0)).toEqual(['↻ Look again', 'More ›'])
  expect(labels(1)).toEqual(['‹ Back', '↻ Look again', 'More ›'])
  expect(labels(99)).toEqual(['‹ Back', '↻ Look again'])
  expect(view.pageOf({ containers, page: 99 })).toHaveLength(1)
})

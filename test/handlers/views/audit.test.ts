import { describe, expect, it } from 'vitest'
import { parseHtml } from '../../../demo/bot-api/html.ts'
import { Action } from '../../../handlers/actions.ts'
import * as action from '../../../handlers/views/action.ts'
import { auditText } from '../../../handlers/views/audit.ts'
import { cleanupKeyboard, cleanupText } from '../../../handlers/views/cleanup.ts'
import * as heal from '../../../handlers/views/heal.ts'
import { ActionKind, ActionRequest } from '../../../ops/actions/definitions.ts'
import type { AuditLine } from '../../../ops/actions/index.ts'
import type { Proposal } from '../../../ops/actions/proposal.ts'
import { quote } from '../../../ops/actions/seen.ts'

const NOW = new Date('2026-01-02T05:00:00Z')
const NASTY = '<b>x</b>&lt;\u202Ehttps://evil.example @evil /stop\u0000\u001b[31m`</code>'
const ID = '2f0c1a52-3f7e-4d84-9c1b-0f6f3c1d2e4b'

const line = (more: Partial<AuditLine> = {}): AuditLine => ({
  at: NOW,
  event: 'outcome',
  actorKind: 'person',
  actor: 1,
  actorName: 'Ana',
  kind: 'restart',
  target: 'x',
  containerName: 'shop',
  reason: 'fixed: Seen steady for 8 s.',
  ...more,
})

const proposalOf = (request: ActionRequest): Proposal => ({
  ...{ id: ID, kind: request.kind, target: 't', risk: 'two-taps', effect: `It goes: ${quote(NASTY)}.` },
  ...{ containerId: null, containerName: null, args: {}, ...request },
  ...('runId' in request ? { args: { runId: request.runId } } : {}),
  ...{ actorKind: 'healing', chatId: 1, proposedBy: null, expiresAt: NOW, firstTapAt: null, status: 'done' },
  ...{ claimedBy: null, claimedByName: 'healing', claimedAt: NOW, outcome: { kind: 'fixed', reason: 'It holds.' } },
  ...{ before: { text: '1.2 GB in 7 images', amount: 1 }, after: null, finishedAt: NOW },
})

const requests = ActionKind.options.map((kind) =>
  ActionRequest.parse({ kind, containerId: 'a'.repeat(64), containerName: NASTY, runId: ID }),
)

function expectDead(name: string, html: string) {
  const { text, entities } = parseHtml(html)
  expect(text.length).toBeLessThanOrEqual(4096)
  const marked = entities.filter(({ type }) => type === 'code' || type === 'pre')
  for (const found of text.matchAll(/https:\/\/evil|@evil/g)) {
    const inCode = marked.some(({ offset, length }) => offset <= found.index && found.index < offset + length)
    expect(inCode, `${name}: ${text}`).toBe(true)
  }
}

describe('the audit in the chat', () => {
  it('is a short line each: when, who, what, and what came of it', () => {
    const rows = [
      line(),
      line({ actorKind: 'healing', actor: null, actorName: null, event: 'tapped', reason: null }),
      line({ actorKind: null, actor: null, actorName: null, event: 'refused', reason: 'It is gone.' }),
      line({ kind: 'vacuum', containerName: null, event: 'proposed', reason: 'long words' }),
      line({ kind: 'heal', containerName: null, event: 'policy', reason: 'healing turned on' }),
      line({ reason: 'not-fixed: It keeps restarting.' }),
    ]
    expect(parseHtml(auditText(rows, NOW, 'UTC').html).text.split('\n')).toEqual([
      'The last 6, newest first',
      expect.stringMatching(/^✅ .* · Ana · Restart shop: Seen steady for 8 s\.$/),
      expect.stringMatching(/^👆 .* · healing · Restart shop$/),
      expect.stringMatching(/^🚫 .* · the bot · Restart shop: It is gone\.$/),
      expect.stringMatching(/^📝 .* · Ana · Vacuum the database$/),
      expect.stringMatching(/^⚙️ .* · Ana · healing turned on$/),
      expect.stringMatching(/^❌ .* · Ana · Restart shop: It keeps restarting\.$/),
      '📝 asked for · 👆 tapped · 🚫 refused · ✅ done · ❌ not fixed · ⚙️ healing',
    ])
    expect(auditText([], NOW, 'UTC').html).toContain('Nothing')
  })

  it('lets nothing in a name or a reason come alive, and stays in its limits', () => {
    const rows = Array.from({ length: 60 }, () =>
      line({ containerName: NASTY, reason: NASTY.repeat(9), actorName: 'A' }),
    )
    const { entities } = parseHtml(auditText(rows, NOW, 'UTC').html)
    expect(entities.map(({ type }) => type)).not.toContain('text_link')
    expectDead('audit', auditText(rows.slice(0, 15), NOW, 'UTC').html)
  })
})

describe.each(requests.map((request) => [request.kind, request] as const))('the card of %s', (_kind, request) => {
  const proposal = proposalOf(request)
  it('is good HTML with the right buttons from the question to the end, whatever the names', () => {
    const texts = {
      card: action.actionCardText(proposal),
      really: action.reallyText(proposal),
      running: action.actionRunningText(proposal),
      fixed: action.outcomeText(proposal),
      unknown: action.outcomeText({ ...proposal, outcome: { kind: 'unknown', reason: `Docker says: ${NASTY}` } }),
      overturned: action.overturnedText(proposal),
      refused: action.actionRefusedText(request, `${quote(NASTY)} is in the way.`),
      offer: heal.offerStopText(proposal),
      again: heal.offerStartText(proposal),
      starting: heal.startingAgainText(proposal),
      begun: heal.healBegunText(proposal, 1, 'Container {} is unwell'),
      call: heal.healCallText(NASTY, 'It does not stay well.'),
    }
    for (const [name, { html }] of Object.entries(texts)) expectDead(name, html)
    const keyboards = [
      action.actionCardKeyboard(proposal),
      action.reallyKeyboard(proposal),
      heal.offerStopKeyboard(proposal),
      action.outcomeKeyboard({ ...proposal, outcome: { kind: 'unknown', reason: '' } }),
      [[action.proposeButton(request)]],
    ]
    for (const button of keyboards.flat(2)) {
      expect([...button.text].length).toBeLessThanOrEqual(64)
      expect('action' in button && Action.safeParse(button.action).success, button.text).toBe(true)
    }
  })
})

it('a card says how to take it back, as words to be copied, and what can not be taken back', () => {
  const about = { containerId: 'a'.repeat(64), containerName: 'shop-db' }
  const cardOf = (request: ActionRequest, risk: Proposal['risk']) =>
    parseHtml(action.actionCardText({ ...proposalOf(request), risk, effect: 'It goes.' }).html)
  const stop = cardOf({ kind: 'stop', ...about }, 'confirm')
  expect(stop.text).toContain('Risk: it is away until it is started. To undo: /start shop-db.')
  const code = stop.entities.find(({ type, offset }) => type === 'code' && offset === stop.text.indexOf('/start'))
  expect(code?.length).toBe('/start shop-db'.length)
  expect(cardOf({ kind: 'start', ...about }, 'safe').text).toContain('To undo: /stop shop-db.')
  expect(cardOf({ kind: 'pause-schedule' }, 'safe').text).toContain('To undo: /schedule resume.')
  expect(cardOf({ kind: 'prune-images' }, 'two-taps').text).toContain('I ask twice. It cannot be undone.')
  expect(cardOf({ kind: 'backup' }, 'safe').text.split('\n')).toContain('Risk: none to speak of.')
  expect(cardOf({ kind: 'restart', ...about }, 'confirm').text).toMatch(/does not come back\. It cannot be undone\.$/m)
})

it('/cleanup has a button for what can be done and a reason for what cannot', () => {
  const looked = [
    { request: { kind: 'vacuum' as const }, kind: 'ready' as const, effect: 'Clears `x`.', risk: 'safe' as const },
    { request: { kind: 'backup' as const }, kind: 'refused' as const, reason: 'Not set up.' },
  ]
  expect(parseHtml(cleanupText(looked).html).text).toContain('Vacuum the database: Clears x.')
  expect(cleanupText(looked).html).toContain('Make a backup: Not set up.')
  expect(
    cleanupKeyboard(looked)
      .flat()
      .map(({ text }) => text),
  ).toEqual(['🗄 Vacuum the database'])
})

it('/heal says who turned it on, what it did, and who is needed', () => {
  const status = {
    setting: { on: true, by: 'Ana', at: NOW.toISOString(), haltedAt: NOW.toISOString() },
    restarts: 6,
    limit: 6,
    calls: [{ containerId: 'a', containerName: NASTY, calledAt: NOW, wellSince: null }],
  }
  const { text } = parseHtml(heal.healStatusText(status, NOW, 'UTC').html)
  for (const part of ['Healing is on (turned on by Ana', 'It has stopped', '6 of 6', 'needs you', '/heal off'])
    expect(text).toContain(part)
  expectDead('status', heal.healStatusText(status, NOW, 'UTC').html)
})

it('/heal says nothing of a past that does not count while it is off', () => {
  const status = {
    setting: { on: false, by: 'Ana', at: NOW.toISOString(), haltedAt: null },
    restarts: 6,
    limit: 6,
    calls: [{ containerId: 'a', containerName: 'shop', calledAt: NOW, wellSince: null }],
  }
  const { text } = parseHtml(heal.healStatusText(status, NOW, 'UTC').html)
  expect(text).toMatch(/^🩹 Healing is off\.\nWhen it is on, I restart what .*\n\/heal on begins it\.$/)
})

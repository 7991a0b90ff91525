import { describe, expect, it } from 'vitest'
import {
  diagnosisKeyboard,
  diagnosisLines,
  diagnosisText,
  prose,
  suggestionButtons,
} from '../../../handlers/views/diagnosis.ts'
import type { Diagnosis } from '../../../ops/diagnose/types.ts'
import type { KeyboardButton } from '../../../src/messaging/outbox.ts'

/** What a tap on it means; null for a link. */
const meaning = (button: KeyboardButton) => ('action' in button ? button.action : null)

const ID = 'ab'.repeat(32)
const AT = new Date('2026-11-21T03:00:00Z')

function diagnosis(more: Partial<Diagnosis> = {}): Diagnosis {
  return {
    severity: 'critical',
    cause: 'oom-kill',
    summary: '`db` needed more memory than it may take, and was killed.',
    rootCause: 'It may take 256 MB. Give it a higher limit.',
    confidence: 'high',
    evidence: [
      { ref: 'E1', source: 'state', text: 'db: exited at 03:12:44 with code 137 (out of memory)' },
      { ref: 'E2', source: 'log', text: '<b>FATAL</b> see https://evil.example & run /stop db' },
      { ref: 'E3', source: 'event', text: '03:12:44 it ran out of memory' },
    ],
    actions: [{ kind: 'start', containerName: 'db', containerId: ID, why: 'It runs until it needs as much again.' }],
    prevention: 'Watch its memory.',
    runbook: { id: 'out-of-memory', title: 'Killed for its memory', quote: 'Start it again.' },
    seenBefore: [{ incidentId: 'i', at: AT, summary: '`db` was killed.', helped: 'restart of db by Ana' }],
    madeBy: { kind: 'rules' },
    ...more,
  }
}

const subject = { kind: 'container', name: 'db', containerId: ID } as const
const text = (more: Partial<Diagnosis> = {}, isOpen = false) =>
  diagnosisText({ diagnosis: diagnosis(more), subject, isOpen, when: () => 'yesterday 04:00' }).html

describe('a diagnosis in the chat', () => {
  it('says what, why, what was seen, what helps and what helped before', () => {
    expect(text().split('\n')).toEqual([
      '🔴 <b>Diagnosis</b> · <code>db</code>',
      '<b>Why:</b> <code>db</code> needed more memory than it may take, and was killed.',
      'It may take 256 MB. Give it a higher limit.',
      '',
      '<b>Seen</b>',
      '<code>db: exited at 03:12:44 with code 137 (out of memory)</code>',
      '<code>&lt;b&gt;FATAL&lt;/b&gt; see https://evil.example &amp; run /stop db</code>',
      '<code>03:12:44 it ran out of memory</code>',
      '',
      '<b>What helps</b>',
      '• start: It runs until it needs as much again.',
      '',
      '🛡 Watch its memory.',
      '📖 Killed for its memory: <i>Start it again.</i>',
      '🕘 Seen before, yesterday 04:00: <code>db</code> was killed. Then: restart of db by Ana',
    ])
  })

  it('says how sure it is', () => {
    expect(text({ confidence: 'medium' })).toContain('<b>Most likely:</b>')
    expect(text({ confidence: 'low' })).toContain('<b>Perhaps:</b>')
    expect(text({ severity: 'info' })).toContain('<b>What I see:</b>')
    expect(text({ cause: 'unknown', confidence: 'low' })).toContain('<b>What I see:</b>')
  })

  it('shows a model’s words as those of the model, and that one is still thinking', () => {
    expect(text({}, true)).toContain('Claude looks at it, too')
    expect(text({ madeBy: { kind: 'model', model: 'claude-x', costUsd: 0.01 } })).toContain('In the words of Claude (')
    expect(text()).not.toContain('Claude')
  })

  it('leaves out what there is not', () => {
    const bare = text({ evidence: [], actions: [], prevention: null, runbook: null, seenBefore: [] })
    expect(bare.split('\n')).toHaveLength(3)
  })

  it('is short in an alert: the cause, two lines of evidence, and what helped before', () => {
    const lines = diagnosisLines(diagnosis()).map(({ html }) => html)
    expect(lines).toHaveLength(5)
    expect(lines.at(-1)).toBe('🕘 Seen before; what helped: restart of db by Ana')
  })

  const start = { kind: 'start', containerName: 'db', containerId: ID, why: 'w' } as const
  const prune = { kind: 'prune-images', containerName: null, why: 'w' } as const
  const SAME = '`db` was killed.'
  const OTHER = '`shop` was killed.'
  it.each<[string, string, string, Diagnosis['actions'], string | null]>([
    ['the same container', SAME, 'restart of db by Ana', [], 'Seen before; what helped: restart of db by Ana'],
    ['no container', 'No memory left.', 'restart of db', [], 'Seen before; what helped: restart of db'],
    ['another one', OTHER, 'start of shop', [start], 'Seen before with <code>shop</code>; what helped: start of shop'],
    ['another one, with more than a start', OTHER, 'start of shop, then stop of old', [prune], 'then stop of old'],
    ['another one, of which the start is of no use here', OTHER, 'start of shop by Ana', [], null],
    ['another one, with starts alone', OTHER, 'restart of shop, then start of db', [prune], null],
  ])('of what helped before, of %s, says what is of use', (_, summary, helped, actions, words) => {
    const seenBefore = [{ incidentId: 'i', at: AT, summary, helped }]
    const last = diagnosisLines(diagnosis({ seenBefore, actions })).at(-1)?.html
    if (words === null) expect(last).not.toContain('Seen before')
    else expect(last).toContain(words)
  })

  it('fits into one message, whatever a model writes', () => {
    const long = '&<>'.repeat(5_000)
    const all = diagnosis({
      summary: long,
      rootCause: long,
      prevention: long,
      evidence: Array.from({ length: 6 }, (_, n) => ({ ref: `E${n}`, source: 'log' as const, text: long })),
      seenBefore: Array.from({ length: 3 }, () => ({ incidentId: 'i', at: AT, summary: long, helped: long })),
    })
    const { html } = diagnosisText({ diagnosis: all, subject, isOpen: true, when: () => 'today' })
    // Telegram counts 4,096 characters after the marks are taken out.
    const shown = html.replaceAll(/<[^>]*>/g, '').replaceAll(/&(?:amp|lt|gt|quot);/g, 'x')
    expect(shown.length).toBeLessThan(4_096)
  })

  it.each([
    ['see evil.example now', 'see <code>evil.example</code> now'],
    ['ask @admin or (http://x.y/z)', 'ask <code>@admin</code> or <code>(http://x.y/z)</code>'],
    ['type /stop db', 'type <code>/stop</code> db'],
    ['run “rm -rf x.y” on `a.b`', 'run <code>rm -rf x.y</code> on <code>a.b</code>'],
    ['<b>bold</b>\n\u202Eturned', '&lt;b&gt;bold&lt;/b&gt; turned'],
    ['It ended. Then 3.5 GB were free, e.g. for 0.2 s.', 'It ended. Then 3.5 GB were free, e.g. for 0.2 s.'],
  ])('nothing in its sentences comes alive: %s', (words, html) => expect(prose(words, 200).html).toBe(html))

  it('has a button for each suggestion, bound to the container that was seen, and the log', () => {
    const rows = diagnosisKeyboard(diagnosis(), subject).map((row) =>
      row.map((button) => [button.text, meaning(button)]),
    )
    expect(rows).toEqual([
      [['▶️ Start db', { kind: 'propose-action', action: 'start', containerId: ID }]],
      [['📜 Errors in its log', { kind: 'container-logs', containerId: ID, wish: 'error' }]],
    ])
  })

  it('has none for a container that nobody saw, nor for a run that nobody named', () => {
    const buttons = suggestionButtons({
      actions: [
        { kind: 'restart', containerName: 'db', why: '' },
        { kind: 'retry-run', containerName: null, why: '' },
        { kind: 'prune-images', containerName: null, why: '' },
      ],
    })
    expect(buttons.flat().map(meaning)).toEqual([{ kind: 'propose-action', action: 'prune-images' }])
    expect(diagnosisKeyboard(diagnosis({ actions: [] }), { kind: 'container', name: 'db', containerId: '' })).toEqual(
      [],
    )
  })
})

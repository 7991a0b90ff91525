import { describe, expect, it } from 'vitest'
import { parseHtml } from '../../../demo/bot-api/html.ts'
import { compareText } from '../../../handlers/views/compare.ts'
import { compareMoments, type Moment } from '../../../ops/compare.ts'
import { finding, NOW } from '../../ops/sample-snapshot.ts'

const ago = (hours: number) => new Date(NOW.getTime() - hours * 3_600_000)

describe('a comparison', () => {
  const moment = (parts: Partial<Moment> = {}): Moment => ({
    at: NOW,
    figures: { cpu: 12.9, memory: 45, swap: null, temperature: 52 },
    disks: new Map([['/', { percent: 42, usedBytes: 42e9 }]]),
    containers: new Map([['web', { state: 'running', restarts: 0, image: 'app:1\nsha256:1' }]]),
    findings: [],
    version: { version: '1.0.0', commit: 'a'.repeat(40) },
    ...parts,
  })
  const tell = (before: Moment, after: Moment) => {
    const comparison = compareMoments(before, after)
    const text = compareText({ kind: 'compared', comparison, deploy: null }, 'day', () => 'then')
    return parseHtml(text.html).text.split('\n')
  }

  it('of two equal moments says that nothing has changed', () => {
    expect(
      tell(moment(), moment({ at: ago(24), figures: { cpu: 12.1, memory: 45.9, swap: 3, temperature: null } })),
    ).toEqual([
      'Now, against a day ago (then)',
      '',
      '🖥 Processor 12 %',
      '🧠 Memory 45 %',
      '💾 / 42 %',
      '',
      'Otherwise nothing has changed.',
    ])
  })

  it('tells each kind of change', () => {
    const after = moment({
      disks: new Map([['/', { percent: 40, usedBytes: 40e9 }]]),
      containers: new Map([
        ['web', { state: 'exited', restarts: 1, image: 'app:1\nsha256:2' }],
        ['new', { state: 'running', restarts: 0, image: null }],
      ]),
      findings: [finding({ rule: 'memory', subject: '', words: 'Memory is 86 % used' })],
      version: { version: '1.1.0', commit: null },
    })
    const before = moment({
      containers: new Map([
        ['web', { state: 'running', restarts: 0, image: 'app:1\nsha256:1' }],
        ['old', { state: 'running', restarts: 0, image: null }],
      ]),
      findings: [finding()],
    })
    expect(tell(before, after).slice(5)).toEqual([
      '💾 / 42 → 40 % (−2.0 GB)',
      '',
      '🤖 Nexus 1.0.0 (aaaaaaa) → 1.1.0',
      '⚠️ New: Memory is 86 % used',
      '✅ Over: Disk / is 84 % full',
      '🆕 new is there',
      '🗑 old is gone',
      '📦 web running → exited',
      '🔄 web restarted once',
      '🚀 web has a newer app:1',
    ])
  })

  it('without Docker then or now does not call every container new or gone', () => {
    expect(tell(moment({ containers: null }), moment()).at(-1)).toBe('Otherwise nothing has changed.')
    expect(tell(moment(), moment({ containers: null })).at(-1)).toBe('Otherwise nothing has changed.')
  })
  it('with a time that it knows nothing of says from when it will', () => {
    const say = (knownFrom: Date | null) =>
      compareText({ kind: 'nothing-then', at: ago(24), knownFrom }, 'day', (at) => at.toISOString().slice(5, 16)).html
    expect(say(ago(-20))).toMatch(/^I have no sample from \S+: I was not at work yet\. Ask again from \S+ on\.$/)
    expect(say(null)).toMatch(/: I was not at work then\.$/)
  })
})

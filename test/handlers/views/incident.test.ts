import { describe, expect, it } from 'vitest'
import {
  alertsText,
  awayDigestText,
  historyText,
  openKeyboard,
  quietDigestText,
} from '../../../handlers/views/alerts.ts'
import {
  allClearText,
  type IncidentInput,
  incidentKeyboard,
  incidentText,
  mergedText,
} from '../../../handlers/views/incident.ts'
import { ignoreText, mutesKeyboard, mutesText } from '../../../handlers/views/mutes.ts'
import { splitHtml } from '../../../handlers/views/split.ts'
import type { Incident, Mute } from '../../../ops/incidents/index.ts'
import { RULES, type Rule } from '../../../ops/rules.ts'
import { createWatch, down, finding, MINUTE, muteOf, NOON, snoozeOf } from '../../ops/incidents/samples.ts'

/** Names that want to be links, formatting, commands, mentions, or something else than they are. */
const HOSTILE = [
  '<b>bold</b>',
  '</code><a href="https://evil.example">x</a>',
  'https://evil.example',
  '@somebody',
  '/stop_db',
  'a\u202Egnp.exe',
  'x'.repeat(300),
  'a\nb\n\nc',
  '{}{}',
  '',
]

function incidentOf(name: string, given: Partial<Incident> = {}): Incident {
  const watch = createWatch()
  watch.look({
    at: 0,
    findings: [down(name), finding('container-restarts', name), down(`${name}-2`)],
    dependsOn: { [`${name}-2`]: [name] },
  })
  const [incident] = watch.open()
  if (!incident) throw new Error('no incident')
  return { ...incident, ...given }
}

const input = (incident: Incident, given: Partial<IncidentInput> = {}): IncidentInput => ({
  incident,
  now: new Date(NOON.getTime() + 10 * MINUTE),
  timeZone: 'Europe/Madrid',
  snoozedUntil: null,
  ...given,
})

const over = (name: string) =>
  incidentOf(name, {
    status: 'resolved',
    ending: 'recovered',
    resolvedAt: new Date(NOON.getTime() + 4 * MINUTE),
    helped: `restart of ${name} by Ana`,
    flaps: 2,
  })

describe('an alert', () => {
  it('is read in a glance', () => {
    expect(incidentText(input(incidentOf('db'))).html).toBe(
      [
        '🔴 <b>container-down <code>db</code></b>, since today 13:00',
        '· container-restarts <code>db</code>',
        'Also in trouble because of it: <code>db-2</code>',
        '👉 Its last lines may say why: <code>/logs db</code>',
      ].join('\n'),
    )
    expect(incidentText(input(over('db'))).html).toBe(
      [
        '✅ <b>Resolved after 4 min</b> · container-down <code>db</code>',
        'Well since today 13:04.',
        'With 1 more that hung on it.',
        '🛠 What helped: <code>restart of db by Ana</code>',
        '🔁 It came back 2 times meanwhile.',
      ].join('\n'),
    )
  })

  it('says that its cause is in trouble no more when only followers are left', () => {
    const incident = incidentOf('db')
    const left = { ...incident, members: incident.members.filter(({ subject }) => subject === 'db-2') }
    expect(incidentText(input(left)).html).toContain(
      'It began with <code>db</code>, which is not in trouble any more.\n',
    )
    const two = { ...left, members: [down('db-2'), down('db-3')] }
    expect(incidentText(input(two)).html).toContain('any more. Still in trouble, too: <code>db-3</code>')
    expect(openKeyboard({ incidents: [left] })[0]?.[0]?.text).toBe('🔎 db-2')
  })

  it('shows the line that raised it, and no rule of thumb beside a cause', () => {
    const watch = createWatch()
    const quote = 'fatal: cannot write spool'
    watch.look({ at: 0, findings: [finding('log-pattern', 'mailer', { severity: 'warning', quote })] })
    const [incident] = watch.open()
    expect(incident && incidentText(input(incident)).html).toContain(`\n<code>${quote}</code>\n👉 Read what it says`)
    watch.explain()
    const [known] = watch.open()
    expect(known && incidentText(input(known)).html).not.toContain('👉')
  })

  it('says what became of what did not recover', () => {
    const endings = {
      removed: ['🗑 <b>Ended after 4 min</b>', 'It was removed; that is an end, but no recovery.'],
      stopped: ['⏹ <b>Ended after 4 min</b>', 'Somebody stopped it, and it is off.'],
    } as const
    for (const ending of ['removed', 'stopped'] as const) {
      const { html } = incidentText(input({ ...over('db'), ending }))
      for (const part of endings[ending]) expect(html).toContain(part)
    }
    const list = { now: NOON, timeZone: 'Europe/Madrid' }
    const muted = historyText({ ...list, incidents: [{ ...over('db'), ending: 'muted' }] }).html
    expect(muted).toContain('🔕 today 13:00')
    expect(muted).toContain('muted after 4 min · 🔁 came back 2 times')
  })

  it('says how long it was to the second while that is short', () => {
    const lasted = (seconds: number) =>
      incidentText(input({ ...over('db'), resolvedAt: new Date(NOON.getTime() + seconds * 1000) })).html.split(
        '</b>',
      )[0]
    expect([45, 60, 114, 136, 600, 640].map(lasted)).toEqual(
      ['45 s', '1 min', '1 min 54 s', '2 min 16 s', '10 min', '10 min'].map((span) => `✅ <b>Resolved after ${span}`),
    )
  })

  it('in a list names how many others are in trouble with it now', () => {
    const list = { now: NOON, timeZone: 'Europe/Madrid', mutes: 0 }
    const both = incidentOf('db')
    expect(alertsText({ ...list, incidents: [both] }).html).toContain('<code>db</code>, with 1 more · since')
    const alone = { ...both, members: [down('db')] }
    expect(alertsText({ ...list, incidents: [alone] }).html).toContain('<code>db</code> · since')
  })

  it('has no buttons once it is over, no second snooze while it is snoozed, and Acknowledge while nobody has it', () => {
    const labels = (one: IncidentInput) =>
      incidentKeyboard(one)
        .flat()
        .map(({ text }) => text)
    expect(labels(input(over('db')))).toEqual([])
    expect(labels(input(incidentOf('db')))).toEqual(['✅ Acknowledge', '🩺 Diagnose', '😴 1 h', '😴 8 h', '🔕 Mute'])
    const held = input(incidentOf('db', { status: 'acknowledged' }), { snoozedUntil: NOON })
    expect(labels(held)).toEqual(['🩺 Diagnose', '🔕 Mute'])
    const watch = createWatch()
    watch.look({ at: 0, findings: [finding('log-pattern', 'web', { containerId: 'a'.repeat(64) })] })
    const [chatty] = watch.open()
    expect(chatty && labels(input(chatty))).toEqual(expect.arrayContaining(['📜 Logs', '🙈 Ignore lines like this']))
  })

  it('has words for each rule', () => {
    for (const rule of RULES) {
      const watch = createWatch()
      watch.look({ at: 0, findings: [finding(rule, 'thing')] })
      const [incident] = watch.open()
      expect(incident && incidentText(input(incident)).html).toMatch(/👉 \S+/)
    }
  })
})

describe('what is not heard', () => {
  const mute = (rule: Rule, subject: string, id: number): Mute => ({ ...muteOf(rule, subject), id })
  const mutes = [
    mute('container-died', 'looper', 1),
    mute('container-loop', 'looper', 2),
    mute('container-oom', 'looper', 3),
    mute('swap', '', 4),
    { ...snoozeOf('container:db'), id: 5, subject: 'db' },
  ]

  it('has one line and one button for each thing, since when, until when and by whom', () => {
    const text = mutesText({ mutes, quietHours: null, now: NOON, timeZone: 'Europe/Madrid' }).html
    expect(text.split('\n').slice(1, -1)).toEqual([
      '1. 🔕 <code>looper</code>: does not stay up, out of memory · since today 13:00 until it is lifted, by Ana',
      '2. 🔕 Swap: used · since today 13:00 until it is lifted, by Ana',
      '3. 😴 <code>db</code> · snoozed until today 14:00, by Ana',
    ])
    expect(mutesKeyboard({ mutes }).map((row) => row.map((button) => button.text))).toEqual([
      ['🔔 1. looper'],
      ['🔔 2. Swap'],
      ['🔔 3. db'],
    ])
  })
})

describe('names of others', () => {
  const mute = (subject: string): Mute => ({
    ...snoozeOf(`container:${subject}`),
    kind: 'ignore',
    subject,
    pattern: `${subject} *`,
    rule: 'log-pattern',
    createdByName: 'Ana',
  })

  it.each(HOSTILE)('stay words wherever they are shown: %j', (name) => {
    const incidents = [incidentOf(name), over(name)]
    const list = { incidents, now: NOON, timeZone: 'Europe/Madrid' }
    const all = [
      ...incidents.flatMap((incident) => [
        incidentText(input(incident)),
        allClearText(input(incident)),
        mergedText(incident, incident),
      ]),
      incidentText(input(incidentOf(name, { status: 'acknowledged', acknowledgedAt: NOON, acknowledgedBy: 'Ana' }))),
      alertsText({ ...list, mutes: 1 }),
      quietDigestText(list),
      awayDigestText(list),
      historyText(list),
      mutesText({ mutes: [mute(name)], quietHours: null, now: NOON, timeZone: 'Europe/Madrid' }),
      ignoreText({ container: name, pattern: name, hidden: 1, lookedAt: 2, examples: [name, name] }),
    ]
    for (const { html } of all) {
      // Outside of code marks nothing of it is left that a client could bring to life.
      const outside = html.replaceAll(/<code>[^<]*<\/code>/g, '')
      expect(outside).not.toMatch(/<a |href|evil\.example|@somebody|\/stop_db|\u202E/)
      expect(outside.replaceAll(/<\/?(?:b|i)>/g, '')).not.toMatch(/<[a-z/]/)
      expect(splitHtml(html)).toHaveLength(1)
    }
    const keyboards = [...openKeyboard({ incidents }), ...mutesKeyboard({ mutes: [mute(name)] })]
    for (const { text } of keyboards.flat()) expect(text.length).toBeLessThan(64)
  })

  it('fit into one message, however many there are', () => {
    const incidents = Array.from({ length: 300 }, (_, index) => incidentOf(`${'n'.repeat(200)}${index}`))
    const list = { incidents, now: NOON, timeZone: 'Europe/Madrid' }
    for (const { html } of [alertsText({ ...list, mutes: 0 }), quietDigestText(list), awayDigestText(list)])
      expect(splitHtml(html)).toHaveLength(1)
    const members = Array.from({ length: 300 }, (_, index) => down(`${'m'.repeat(200)}${index}`))
    expect(splitHtml(incidentText(input({ ...incidentOf('db'), members })).html)).toHaveLength(1)
    const mutes = Array.from({ length: 300 }, (_, index) => mute(`${'p'.repeat(300)}${index}`))
    expect(
      splitHtml(mutesText({ mutes, quietHours: null, now: NOON, timeZone: 'UTC' }).html).length,
    ).toBeLessThanOrEqual(2)
  })
})

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
import { RULES } from '../../../ops/rules.ts'
import { createWatch, down, finding, MINUTE, NOON, snoozeOf } from '../../ops/incidents/samples.ts'

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
        '👉 See why, then start it: <code>/logs db</code>',
      ].join('\n'),
    )
    expect(incidentText(input(over('db'))).html).toBe(
      [
        '✅ <b>Resolved after 4 min</b> · container-down <code>db</code>',
        'With 1 more that hung on it.',
        '🛠 What helped: <code>restart of db by Ana</code>',
        '🔁 It came back 2 times meanwhile.',
      ].join('\n'),
    )
  })

  it('says that its cause is well again when only followers are left', () => {
    const incident = incidentOf('db')
    const left = { ...incident, members: incident.members.filter(({ subject }) => subject === 'db-2') }
    expect(incidentText(input(left)).html).toContain('It began with <code>db</code>, which is well again.')
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

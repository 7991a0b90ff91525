import { describe, expect, it } from 'vitest'
import { chooseSubject } from '../../../ops/diagnose/choose.ts'
import { finding } from '../sample-snapshot.ts'
import { container } from './sample-facts.ts'

const containers = ['nexus-n8n', 'nexus-postgres', 'nexus-redis', 'db', 'shop-web'].map((name) => container(name))
const [n8n] = containers
const findings = [
  finding({ rule: 'container-unhealthy', severity: 'critical', subject: 'nexus-n8n', containerId: n8n?.id }),
  finding({ rule: 'disk', subject: '/' }),
  finding({ rule: 'spend-day', subject: '' }),
]

const choose = (words: string, seen = { containers, findings }) => {
  const choice = chooseSubject(words, seen)
  if (choice.kind === 'ambiguous') return choice.candidates.map(({ name }) => name)
  if (choice.kind !== 'chosen') return choice.kind
  const { subject, findings: own, question } = choice.request
  return {
    about: subject.kind === 'container' ? subject.name : subject.kind,
    rules: own.map(({ rule }) => rule),
    question,
  }
}

describe('what somebody asks about', () => {
  it.each<[string, unknown]>([
    ['n8n', { about: 'nexus-n8n', rules: ['container-unhealthy'], question: null }],
    ['machine', { about: 'machine', rules: ['disk'], question: null }],
    ['Bot', { about: 'bot', rules: ['spend-day'], question: null }],
    ['', { about: 'nexus-n8n', rules: ['container-unhealthy'], question: null }],
    ['nexus-', ['nexus-n8n', 'nexus-postgres', 'nexus-redis']],
    ['mongo', 'none'],
    [
      'why does n8n keep restarting?',
      { about: 'nexus-n8n', rules: ['container-unhealthy'], question: 'why does n8n keep restarting?' },
    ],
    ['what is wrong with the db', { about: 'db', rules: [], question: 'what is wrong with the db' }],
    ['do redis and n8n talk to each other', ['nexus-n8n', 'nexus-redis']],
    ['why is the disk so full', { about: 'machine', rules: ['disk'], question: 'why is the disk so full' }],
    [
      'why are there no carousels today',
      { about: 'bot', rules: ['spend-day'], question: 'why are there no carousels today' },
    ],
    [
      'what is going on here',
      { about: 'nexus-n8n', rules: ['container-unhealthy'], question: 'what is going on here' },
    ],
  ])('“%s”', (words, expected) => expect(choose(words)).toEqual(expected))

  it('a container that is called like a keyword is meant by its whole name', () => {
    const own = [...containers, container('machine')]
    expect(choose('machine', { containers: own, findings: [] })).toMatchObject({ about: 'machine', rules: [] })
    expect(chooseSubject('machine', { containers: own, findings: [] })).toMatchObject({
      request: { subject: { kind: 'container' } },
    })
  })

  it('nothing named and nothing wrong is well', () => {
    expect(choose('', { containers, findings: [] })).toBe('well')
  })

  it('ids, paths and patterns mean nothing', () => {
    for (const words of ['../../etc', `${n8n?.id}`, '.*', 'a/kill?signal=KILL']) expect(choose(words)).toBe('none')
  })
})

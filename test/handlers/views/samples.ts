import type { CardInput } from '../../../handlers/views/card.ts'
import type { QueueInput } from '../../../handlers/views/queue.ts'
import type { ScheduleInput } from '../../../handlers/views/schedule.ts'
import type { BrandKit } from '../../../pipeline/brand.ts'
import type { Run } from '../../../pipeline/runs.ts'
import type { Topic } from '../../../pipeline/topics.ts'
import { type Carousel, SLIDE_ROLES } from '../../../pipeline/types.ts'

/** Data for views: as it usually is, as little as there can be, and as much and as hostile as may come. */

export type Samples = {
  name: string
  topic: string | null
  text: string
  card: CardInput
  runs: Run[]
  queue: QueueInput
  kits: BrandKit[]
  topicList: Topic[]
  services: { name: string; purpose: string; ready: boolean; standIn: string; variable: string }[]
  timeTable: ScheduleInput
}

const RUN_ID = '2f0c1a52-3f7e-4d84-9c1b-0f6f3c1d2e4b'
const NOW = new Date('2026-11-20T09:00:00Z')
const NASTY = '<b>&"\'</b><script>\u202E\u0000\u200B{{x}} <a href="x">'

export function createSamples(kind: 'typical' | 'sparse' | 'extreme'): Samples {
  const count = { typical: 2, sparse: 0, extreme: 20 }[kind]
  const text = { typical: 'Three hearts beat in an octopus', sparse: 'x', extreme: NASTY.repeat(5).slice(0, 200) }[kind]
  const topic = { typical: 'octopus hearts', sparse: null, extreme: NASTY.repeat(6).slice(0, 200) }[kind]
  const name = { typical: 'Ana', sparse: 'A', extreme: NASTY.slice(0, 64) }[kind]
  const runs = Array.from({ length: Math.max(1, count) }, () => createRun(topic, name))
  const topicList = Array.from({ length: count * 10 }, (_, n) => ({ id: n + 1, text, addedBy: null, createdAt: NOW }))
  return {
    name,
    topic,
    text,
    card: createCard(kind, text, topic),
    runs,
    queue: createQueue(kind, count === 0 ? [] : runs),
    kits: createKits(text),
    topicList,
    services: [
      { name: 'Groq', purpose: 'Facts', ready: true, standIn: 'the built-in bank', variable: 'GROQ_API_KEY' },
      { name: 'Claude', purpose: 'Words', ready: false, standIn: text, variable: 'ANTHROPIC_API_KEY' },
    ],
    timeTable: {
      brand: 'factsmind',
      configured: kind === 'extreme' ? text.repeat(30) : null,
      brandTitle: kind === 'extreme' ? text : null,
      described: kind === 'extreme' ? text.repeat(30) : '18:30 every day',
      paused: kind === 'extreme',
      off: kind === 'sparse',
      next: kind === 'sparse' ? [] : [NOW, new Date(NOW.getTime() + 86_400_000), new Date('2027-01-01T00:00:00Z')],
      timeZone: 'Europe/Madrid',
      now: NOW,
    },
  }
}

function createRun(topic: string | null, name: string): Run {
  return {
    id: RUN_ID,
    brand: 'factsmind',
    source: 'command',
    chatId: 1,
    requestedBy: 1,
    topic,
    allowRepeat: false,
    status: 'queued',
    revision: 1,
    request: { redo: 'everything' },
    contentHash: null,
    failure: null,
    decidedBy: 1,
    decidedByName: name,
    decidedAt: NOW,
    rejectReason: null,
    outputDir: null,
    createdAt: NOW,
    startedAt: null,
    readyAt: null,
  }
}

function createQueue(kind: string, runs: Run[]): QueueInput {
  const extreme = kind === 'extreme'
  return {
    brand: extreme ? 'marginalia' : 'factsmind',
    brandTitle: extreme ? 'Marginalia' : null,
    titles: new Map(extreme ? runs.map((run) => [run.id, NASTY.repeat(4)]) : []),
    open: runs,
    openCount: runs.length * 3,
    waiting: runs,
    waitingCount: runs.length * 3,
    approved: extreme ? 123_456 : 1,
    bufferDays: kind === 'sparse' ? null : 1,
    topics: runs.length,
    next: kind === 'typical' ? new Date('2026-11-20T17:30:00Z') : null,
    paused: extreme,
    timeZone: 'Europe/Madrid',
    now: NOW,
  }
}

function createCard(kind: string, text: string, topic: string | null): CardInput {
  const file = { path: 'runs/x/slide.png', sha256: 'a'.repeat(64), bytes: 1 }
  const failed = [
    { provider: 'groq', code: 'rate_limited' as const },
    { provider: 'gemini', code: 'internal' as const },
  ]
  const madeBy = { provider: 'local' as const, model: 'bank', passedOver: kind === 'extreme' ? failed : [] }
  const status = ({ typical: 'source-agrees', sparse: 'source-silent', extreme: 'not-checked' } as const)[
    kind as 'typical'
  ]
  const carousel: Carousel = {
    fact: {
      text: text.slice(0, 200),
      why: text,
      category: 'biology',
      sourceUrl: 'https://example.org/a?b=1&c="d"',
      sourceName: text.slice(0, 80),
    },
    category: 'biology',
    bankId: null,
    onTopic: kind !== 'extreme',
    proof: { status, reason: kind === 'extreme' ? text.repeat(20) : 'no network' },
    edited: kind === 'extreme',
    slides: SLIDE_ROLES.map((role) => ({ role, title: text.slice(0, 100), body: text, png: file, jpg: file })),
    story: file,
    caption: kind === 'extreme' ? NASTY.repeat(60).slice(0, 2200) : text,
    hashtags: ['octopus'],
    madeBy: { fact: madeBy, words: madeBy, pictures: [madeBy, { ...madeBy, provider: 'gemini' }] },
    credits: [],
  }
  const ref = { runId: RUN_ID, revision: kind === 'typical' ? 1 : 12, contentHash: 'f'.repeat(64) }
  return { ref, carousel, brandTitle: 'FactsMind', topic, source: kind === 'extreme' ? 'schedule' : 'command' }
}

function createKits(text: string): BrandKit[] {
  const kit = {
    name: 'factsmind',
    title: text.slice(0, 60),
    handle: '@factsmind',
    tagline: text.slice(0, 80),
    colours: { base: '#020308', text: '#FFFFFF' },
    emojis: ['🧠', '⚡'],
    hashtags: ['factsmind'],
  }
  // Views read only these fields of a kit.
  return [kit, { ...kit, name: 'other' }] as unknown as BrandKit[]
}

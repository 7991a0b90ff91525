import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createDiagnoser, type DiagnoserDeps } from '../../../ops/diagnose/index.ts'
import { Diagnosis, type DiagnosisRequest } from '../../../ops/diagnose/types.ts'
import { openDocker } from '../../../src/docker/open-docker.ts'
import { redactSecrets } from '../../../src/redact-secrets.ts'
import { type DockerServer, describeContainer, type Reaction, startDockerServer } from '../../support/docker-server.ts'
import { createTestLog } from '../../support/log.ts'
import { NOW, snapshotWith } from '../sample-snapshot.ts'

const ID = 'ab'.repeat(32)
const DOWN = {
  Status: 'exited',
  OOMKilled: false,
  ExitCode: 127,
  StartedAt: '2026-11-22T11:59:00Z',
  FinishedAt: '2026-11-22T11:59:01Z',
  Error: '',
}
const REQUEST: DiagnosisRequest = {
  subject: { kind: 'container', name: 'app', containerId: ID },
  findings: [],
  question: null,
}

/** What the engine does with each kind of request; the rest is answered well. */
type Odd = Partial<Record<'list' | 'inspect' | 'logs' | 'stats' | 'events' | 'image' | 'ping', Reaction>>

function answer(odd: Odd, state: object): (method: string, path: string) => Reaction {
  const well = {
    ping: { status: 200, body: 'OK' },
    list: { status: 200, body: [{ Id: ID }] },
    inspect: { status: 200, body: describeContainer(ID, 'app', { State: state, Image: `sha256:${'1'.repeat(64)}` }) },
    image: { status: 404, body: { message: 'no such image' } },
    logs: { status: 200, body: {} },
    stats: { status: 500, body: {} },
    events: { status: 200, body: {} },
  } satisfies Record<string, Reaction>
  return (_, path) => {
    const kind = path.includes('/_ping')
      ? 'ping'
      : path.includes('/containers/json')
        ? 'list'
        : path.includes('/events')
          ? 'events'
          : path.includes('/images/')
            ? 'image'
            : path.includes('/logs')
              ? 'logs'
              : path.includes('/stats')
                ? 'stats'
                : 'inspect'
    return odd[kind] ?? well[kind]
  }
}

describe('diagnosis by rules', () => {
  let server: DockerServer
  beforeEach(async () => {
    server = await startDockerServer()
  })
  afterEach(() => server.close())

  const open = (more: Partial<DiagnoserDeps> = {}) =>
    createDiagnoser({
      findDocker: openDocker({ host: server.host, log: createTestLog().log }),
      health: { look: async () => ({ snapshot: snapshotWith(), findings: [], fullInDays: new Map() }) },
      redact: redactSecrets,
      clock: { now: () => NOW },
      timeZone: 'Europe/Berlin',
      readPast: async () => [],
      readProviders: async () => [],
      guard: async () => ({ managedLabel: 'nexus.managed=true', ownId: null, database: null }),
      runbooks: [],
      similar: null,
      ...more,
    })
  const never = () => new Promise<never>(() => undefined)
  const { signal } = new AbortController()

  it.each<keyof Odd>(['logs', 'events', 'image', 'stats'])('is made without the %s when those hang', async (part) => {
    server.react(answer({ [part]: 'hang' }, DOWN))
    expect((await open().byRules(REQUEST, signal)).cause).toBe('command-not-found')
    server.react(answer({ [part]: 'stall' }, { ...DOWN, Status: 'running' }))
    expect((await open().byRules(REQUEST, signal)).cause).toBe('unknown')
  })

  it('says what it could not see, and why, where it finds nothing', async () => {
    const gone = { status: 404, body: { message: 'no such container' } }
    server.react(answer({ logs: 'hang', image: 'hang', stats: gone }, { ...DOWN, Status: 'running' }))
    const { rootCause } = await open().byRules(REQUEST, signal)
    expect(rootCause).toContain('I could not read its log')
    expect(rootCause).toMatch(/its image: no answer in time\./)
    expect(rootCause).toContain('I could not read how busy it is: it is gone.')
  })

  it.each<[string, Odd]>([
    ['the list hangs', { list: 'hang' }],
    ['the list stalls in the middle', { list: 'stall' }],
    ['a container cannot be read', { inspect: 'hang' }],
    ['Docker fails', { list: { status: 500, body: { message: 'boom' } } }],
  ])('names Docker when %s', async (_, odd) => {
    server.react(answer(odd, DOWN))
    expect(await open().byRules(REQUEST, signal)).toMatchObject({ cause: 'docker-silent', actions: [] })
    expect(await open().explain('app', signal)).toMatchObject({
      kind: 'explained',
      diagnosis: { cause: 'docker-silent' },
    })
  })

  it('is made without the machine, the past and earlier incidents when those hang', async () => {
    server.react(answer({}, DOWN))
    const diagnoser = open({
      health: { look: never },
      readPast: never,
      similar: { db: { query: never } as never, embed: never },
    })
    expect(await diagnoser.byRules(REQUEST, signal)).toMatchObject({ cause: 'command-not-found', seenBefore: [] })
  })

  it('ends when its caller ends', async () => {
    server.react(answer({ list: 'hang' }, DOWN))
    const stopping = new AbortController()
    const ending = open().byRules(REQUEST, stopping.signal)
    stopping.abort()
    await expect(ending).rejects.toMatchObject({ code: 'cancelled' })
  })

  it('believes those who saw a stop, when the engine has forgotten it', async () => {
    const ended = { ...DOWN, ExitCode: 0 }
    server.react(answer({ image: { status: 200, body: {} } }, ended))
    const wasStopped = ({ id }: { id: string }) => id === ID
    expect((await open({ wasStopped }).byRules(REQUEST, signal)).cause).toBe('stopped-by-hand')
    expect((await open({ wasStopped: () => false }).byRules(REQUEST, signal)).cause).toBe('clean-exit')
    expect((await open().byRules(REQUEST, signal)).cause).toBe('clean-exit')
  })

  it('a stop of one that runs again is over', async () => {
    server.react(answer({}, { ...DOWN, Status: 'running' }))
    const found = await open({ wasStopped: () => true }).byRules(REQUEST, signal)
    expect(JSON.stringify(found)).not.toContain('stopped from outside')
  })

  it('finds what was made anew by its name, and what is gone is not made up', async () => {
    server.react(answer({}, DOWN))
    const subject = { kind: 'container', name: 'app', containerId: 'f'.repeat(64) } as const
    expect((await open().byRules({ ...REQUEST, subject }, signal)).cause).toBe('command-not-found')
    expect((await open().byRules({ ...REQUEST, subject: { ...subject, name: 'other' } }, signal)).cause).toBe('unknown')
  })

  it('offers nothing that may not be done, and says so', async () => {
    const crashed = { ...DOWN, ExitCode: 139 }
    server.react(answer({}, crashed))
    const well = await open().byRules(REQUEST, signal)
    expect(well.actions).toMatchObject([{ kind: 'start', containerName: 'app', containerId: ID }])
    const guard = async () => ({ managedLabel: 'team.managed', ownId: null, database: null })
    const kept = await open({ guard }).byRules(REQUEST, signal)
    expect(kept.actions).toEqual([])
    expect(kept.rootCause).toContain('I may not start `app`. It does not have the label')
  })

  it('only looks: nothing but GET reaches Docker', async () => {
    server.react(answer({}, DOWN))
    await open().byRules(REQUEST, signal)
    await open().explain('app', signal)
    expect(server.requests.length).toBeGreaterThan(5)
    expect(server.changes()).toEqual([])
  })

  it('survives being stored', async () => {
    server.react(answer({}, DOWN))
    const made = await open().byRules(REQUEST, signal)
    const full = { ...made, seenBefore: [{ incidentId: 'a', at: NOW, summary: 's', helped: null }] }
    expect(Diagnosis.parse(JSON.parse(JSON.stringify(full)))).toEqual(full)
  })

  it('never shows the value of a setting, nor a secret in a command', async () => {
    const body = describeContainer(ID, 'app', {
      State: DOWN,
      Path: 'app',
      Args: ['--password=hunter2hunter2'],
      Config: { Image: 'app', Tty: false, Labels: {}, Env: ['DB_PASSWORD=correct-horse-battery'] },
    })
    server.react(answer({ inspect: { status: 200, body } }, DOWN))
    const told = JSON.stringify(await open().byRules(REQUEST, signal))
    expect(told).toContain('app --password=')
    expect(told).not.toMatch(/correct-horse|hunter2/)
  })
})

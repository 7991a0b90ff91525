import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createActions } from '../../ops/actions/index.ts'
import { inTransaction } from '../../src/db/pool.ts'
import { openDocker } from '../../src/docker/open-docker.ts'
import { ANA, createActWorld } from '../support/act-world.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { type DockerServer, describeContainer, startDockerServer } from '../support/docker-server.ts'

/** What Docker says of an action is kept in a record that nobody can change, and goes into every backup. */

const ID = 'a'.repeat(64)
const DOWN = { Status: 'exited', OOMKilled: false, ExitCode: 143, StartedAt: '2026-01-02T00:00:00Z' }

let db: TestDatabase
let server: DockerServer
beforeEach(async () => {
  db = await createTestDatabase()
  server = await startDockerServer()
})
afterEach(async () => {
  await server.close()
  await db.close()
})

/** A start that the engine answers like this. */
async function startWith(message: string, name = 'shop') {
  server.react((method, path) => {
    if (path.startsWith('/_ping')) return { status: 200, body: 'OK', raw: true }
    if (path.includes('/containers/json')) return { status: 200, body: [{ Id: ID }] }
    if (method === 'POST') return { status: 500, body: { message } }
    return {
      status: 200,
      body: describeContainer(ID, name, { State: { ...DOWN, FinishedAt: '2026-01-03T00:00:00Z' } }),
    }
  })
  const world = createActWorld(db)
  const findDocker = openDocker({ host: server.host, log: world.log })
  const state = await findDocker()
  if (state.kind === 'absent') throw new Error(state.reason)
  const [container] = await state.docker.list()
  const actions = createActions({ ...world.hands, findDocker })
  const request = { kind: 'start' as const, containerId: ID, containerName: container?.name ?? '' }
  const looked = await actions.look(request, world.never)
  const proposed = await inTransaction(db.pool, (tx) => actions.propose(tx, looked, ANA))
  if (proposed.kind === 'refused') throw new Error(proposed.reason)
  const { id } = proposed.proposal
  const claim = await inTransaction(db.pool, (tx) => actions.claim(tx, id, ANA, { isSecondTap: false }))
  if (claim.kind !== 'claimed') throw new Error(claim.kind)
  await actions.execute(claim.proposal, { report: world.report, actor: ANA }, world.never)
  const after = await actions.find(db.pool, id)
  const audit = (await world.audit()).map(({ reason }) => reason).join('\n')
  return { status: after?.status, reason: after?.outcome?.reason ?? '', audit }
}

describe('an action comes to its end, whatever Docker says of it', () => {
  it.each([
    ['a NUL', 'bad\u0000thing', 'badthing'],
    ['half an emoji', 'bad \ud83d thing', 'bad \ufffd thing'],
    ['an emoji at the place where it is cut', `${'x'.repeat(299)}😀 and more`, 'x'.repeat(299)],
    ['nothing but controls', '\u0000\u0001\u0002', 'start'],
  ])('%s', async (_, said, kept) => {
    const { status, reason, audit } = await startWith(said)
    expect(status).toBe('done')
    expect(reason + audit).toContain(kept)
  })

  it('a name that no database takes', async () => {
    expect(await startWith('no', 'sh\u0000op\ud83d')).toMatchObject({ status: 'done' })
  })
})

it('what looks like a secret in the words of Docker is not kept', async () => {
  const { reason, audit } = await startWith(
    'exec failed: unable to start "app --password hunter22secret": postgres://app:topsecret9@db/shop',
  )
  expect(reason + audit).toContain('exec failed')
  expect(reason + audit).not.toMatch(/hunter22secret|topsecret9/)
})

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Finding } from '../../ops/rules.ts'
import { inTransaction } from '../../src/db/pool.ts'
import { Failure } from '../../src/failure.ts'
import { ANA } from '../support/act-world.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { createHealWorld, type HealWorld } from '../support/heal-world.ts'

let db: TestDatabase
let world: HealWorld
beforeEach(async () => {
  db = await createTestDatabase()
  world = createHealWorld(db)
})
afterEach(() => db.close())

describe('memory under pressure', () => {
  const spare = (priority?: string) => ({
    labels: {
      'nexus.managed': 'true',
      'nexus.expendable': 'true',
      ...(priority === undefined ? {} : { 'nexus.priority': priority }),
    },
  })
  const short = (severity: Finding['severity'] = 'critical'): Finding => ({
    rule: 'memory',
    severity,
    subject: '',
    words: 'Memory is 94 % used',
    value: 94,
    since: world.clock.now(),
  })
  const stopIt = async (startAgain: boolean) => {
    const offer = world.news.at(-1)
    if (offer?.kind !== 'offer-stop') throw new Error('no offer')
    const claim = await world.claim(offer.proposal.id)
    if (claim.kind !== 'claimed') throw new Error(claim.kind)
    if (startAgain) await world.noteStartAgain(offer.proposal.id)
    await world.actions.execute(claim.proposal, { report: world.report, actor: ANA }, world.never)
  }
  beforeEach(() => {
    world.docker.add('games', spare('5'))
    world.docker.add('cache', spare('-1'))
    world.docker.add('shop')
  })

  it('offers the least important that may be spared, one at a time, and stops nothing by itself', async () => {
    await world.see([short('warning')])
    expect(world.news).toEqual([])
    await world.see([short()])
    await world.see([short()])
    expect(world.news).toMatchObject([{ kind: 'offer-stop', proposal: { containerName: 'cache' } }])
    const [first] = world.news
    expect(first?.kind === 'offer-stop' && first.proposal.effect).toMatch(
      /^Memory is 94 % used; this one takes 310 MB\. /,
    )
    for (let n = 0; n < 4; n++) {
      world.pass(180)
      world.reopen()
      await world.see([short()])
    }
    expect(world.news.map((one) => one.kind === 'offer-stop' && one.proposal.containerName)).toEqual(['cache', 'games'])
    expect(world.docker.done).toEqual([])
  })

  it('leaves what the person leaves, and asks for the next', async () => {
    await world.see([short()])
    const [offer] = world.news
    if (offer?.kind !== 'offer-stop') throw new Error('no offer')
    await inTransaction(db.pool, (tx) => world.actions.drop(tx, offer.proposal.id, ANA))
    world.pass(200)
    await world.see([short()])
    expect(world.news.at(-1)).toMatchObject({ kind: 'offer-stop', proposal: { containerName: 'games' } })
    await world.see([])
    expect(world.docker.done).toEqual([])
    expect(world.kinds()).toEqual(['offer-stop', 'offer-stop'])
  })

  it('starts again what was stopped so, once there is room, also after a restart of the bot', async () => {
    await world.see([short()])
    await stopIt(true)
    world.reopen()
    await world.see([short('warning')])
    expect(world.docker.done).toEqual(['stop cache'])
    world.pass(60)
    await world.see([])
    await world.see([])
    expect(world.docker.done).toEqual(['stop cache', 'start cache'])
    expect(world.kinds()).toEqual(['offer-stop', 'starting'])
  })

  it('offers the start where nothing was said, and none where somebody was faster', async () => {
    await world.see([short()])
    await stopIt(false)
    world.pass(60)
    await world.see([])
    await world.see([])
    expect(world.kinds()).toEqual(['offer-stop', 'offer-start'])
    expect(world.docker.done).toEqual(['stop cache'])
    world.docker.change('cache', { state: 'running' })
    world.pass(7200)
    await world.see([short()])
    await stopIt(true)
    world.docker.change('cache', { state: 'running' })
    world.pass(60)
    await world.see([])
    expect(world.docker.done).toEqual(['stop cache', 'stop cache'])
    expect(world.news).toHaveLength(3)
  })

  it('keeps its word when Docker does not answer at the moment at which there is room again', async () => {
    const away = new Failure('Docker did not answer within 8 s.', { code: 'timeout', retryable: true })
    await world.see([short()])
    await stopIt(true)
    const { findDocker } = world.docker
    const state = await findDocker()
    if (state.kind !== 'ready') throw new Error(state.reason)
    const { list } = state.docker
    for (const trouble of [
      () => {
        state.docker.list = () => Promise.reject(away)
      },
      () => {
        world.hands.findDocker = async () => ({ kind: 'absent', reason: 'There is no Docker socket.' })
        world.reopen()
      },
    ]) {
      trouble()
      world.pass(60)
      await world.see([])
      expect(world.docker.done).toEqual(['stop cache'])
    }
    state.docker.list = list
    world.hands.findDocker = findDocker
    world.reopen()
    world.pass(60)
    await world.see([])
    expect(world.docker.done).toEqual(['stop cache', 'start cache'])
    expect(world.kinds()).toEqual(['offer-stop', 'starting'])
  })

  it('does not heal what was stopped for it', async () => {
    await world.turn(true)
    await world.see([short()])
    await stopIt(true)
    world.pass(400)
    await world.see([short(), world.finding('container-down', 'cache', 400)])
    expect(world.docker.done).toEqual(['stop cache'])
  })
})

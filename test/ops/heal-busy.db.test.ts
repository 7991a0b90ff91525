import { afterEach, beforeEach, expect, it } from 'vitest'
import { createErrands } from '../../handlers/errands.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { createHealWorld, type HealWorld } from '../support/heal-world.ts'
import { createTestLog } from '../support/log.ts'

/** Healing watches each container for up to a minute: meanwhile the world goes on. */

let db: TestDatabase
let world: HealWorld
beforeEach(async () => {
  db = await createTestDatabase()
  world = createHealWorld(db)
  await world.turn(true)
})
afterEach(() => db.close())

/** Runs once, in the middle of the restart of `name`. */
function during(name: string, happen: () => void) {
  let isOver = false
  world.docker.onChange = (_what, restarted) => {
    if (restarted === name && !isOver) {
      isOver = true
      happen()
    }
    return 'as usual'
  }
}

it('while it is at work, no later tick takes the place of what a person waits for', async () => {
  world.docker.add('shop')
  world.die('shop')
  const watching = Promise.withResolvers<void>()
  const goOn = Promise.withResolvers<void>()
  const { pause } = world.hands.timing
  world.hands.timing.pause = async (ms, signal) => {
    watching.resolve()
    await goOn.promise
    await pause(ms, signal)
  }
  const errands = createErrands(createTestLog().log)
  const findings = [world.finding('container-died', 'shop', 60)]
  errands.run(() => world.see(findings))
  await watching.promise
  for (let tick = 0; tick < 40; tick++) errands.run(() => world.see(findings))
  await new Promise<void>((resolve) => errands.run(async () => resolve()))
  goOn.resolve()
  await errands.stop()
  expect(world.docker.done).toEqual(['restart shop'])
})

it('what somebody stops meanwhile stays stopped, and what is well again is left alone', async () => {
  for (const name of ['first', 'stopped', 'well']) world.docker.add(name)
  for (const name of ['first', 'stopped', 'well']) world.die(name)
  const findings = ['first', 'stopped', 'well'].map((name) => world.finding('container-died', name, 60))
  during('first', () => {
    world.docker.change('stopped', { exitCode: 137 })
    void world.see([])
  })
  await world.see(findings)
  expect(world.docker.done).toEqual(['restart first'])
})

it('one that was unhealthy and is off now is left to the next observation', async () => {
  world.docker.add('shop', { health: 'unhealthy' })
  const findings = [world.finding('container-unhealthy', 'shop', 60)]
  world.docker.change('shop', { state: 'exited', exitCode: 137, health: null })
  await world.see(findings)
  expect(world.docker.done).toEqual([])
  await world.see([world.finding('container-down', 'shop', 60)])
  expect(world.docker.done).toEqual(['restart shop'])
})

it('what falls ill meanwhile is healed in the next round', async () => {
  for (const name of ['first', 'second']) world.docker.add(name)
  world.die('first')
  during('first', () => {
    world.die('second')
    void world.see([world.finding('container-died', 'second', 60)])
  })
  await world.see([world.finding('container-died', 'first', 60)])
  expect(world.docker.done).toEqual(['restart first'])
  await world.tick()
  expect(world.docker.done).toEqual(['restart first', 'restart second'])
})

import { describe, expect, it } from 'vitest'
import { createWorld } from './world.ts'

/** The same every time: a test must not fail on some days only. */
function createDice(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

const HOUR = 3_600
const CORES_BUSY = 390

describe('a day on a machine on which all is well', () => {
  it.each([1, 2, 3])(
    'is a day without a finding (%i)',
    async (seed) => {
      const roll = createDice(seed)
      const world = createWorld()
      const limit = { memoryLimitBytes: 1_000_000_000 }
      world.make('db', { health: 'healthy', ...limit })
      world.make('web', { health: 'healthy' })
      world.make('backup', { state: 'exited', finished: true, exitCode: 0 })
      world.make('hourly')
      let burstLeft = 0
      let spikeLeft = 0
      await world.pass(24 * HOUR, (second) => {
        // Somebody is at hard work for up to eight minutes, and memory is short for less than a look lasts.
        burstLeft = burstLeft > 0 ? burstLeft - 1 : roll(2 * HOUR) === 0 ? 60 + roll(420) : 0
        if (second < 12 * HOUR || second > 12 * HOUR + 2)
          world.set('web', { cpuPercent: burstLeft > 0 ? CORES_BUSY : roll(80) })
        spikeLeft = spikeLeft > 0 ? spikeLeft - 1 : roll(HOUR) === 0 ? 1 + roll(20) : 0
        world.setMemory(spikeLeft > 0 ? 88 + roll(8) : 40 + roll(44))
        world.setTemperature(45 + roll(24))
        world.set('db', { memoryBytes: (500 + roll(340)) * 1_000_000 })
        if (second % 600 === 5) world.start('backup')
        if (second % 600 === 25) world.end('backup', 0)
        // Docker brings it back; that is how it works every hour.
        if (second % HOUR === 1_000) {
          world.end('hourly', 0)
          world.start('hourly', { restarts: Math.floor(second / HOUR) + 1 })
        }
        if (second === 3 * HOUR) world.restart('db', { health: 'starting' })
        if (second === 3 * HOUR + 90) {
          world.set('db', { health: 'healthy' })
          world.tell('db', 'health_status', { health: 'healthy' })
        }
        if (second === 12 * HOUR) world.remove('web')
        if (second === 12 * HOUR + 2) world.make('web', { health: 'starting' })
        if (second === 12 * HOUR + 40) world.set('web', { health: 'healthy' })
        // What somebody tries out and throws away.
        if (second === 14 * HOUR) world.make('try')
        if (second === 14 * HOUR + 3) world.end('try', 1)
        if (second === 14 * HOUR + 3) world.remove('try')
        if (second === 16 * HOUR) world.setDocker(false)
        if (second === 16 * HOUR + 21) world.setDocker(true)
        if (second === 20 * HOUR) world.stop('hourly', 137)
        if (second === 22 * HOUR) world.restartBot()
      })
      expect(world.story()).toEqual([])
      expect(world.observations.length).toBeGreaterThan(24 * 60)
    },
    60_000,
  )
})

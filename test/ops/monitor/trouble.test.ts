import { describe, expect, it } from 'vitest'
import { createWorld } from './world.ts'

describe('a value at its edge', () => {
  it('is one finding, however long it dances there', async () => {
    const world = createWorld()
    await world.pass(3_600, (second) => world.setMemory(second % 120 < 60 ? 84.9 : 86))
    expect(world.story()).toEqual(['memory'])
  })

  it('is told within two minutes, and not before it has lasted', async () => {
    for (const offset of [0, 13, 29, 45, 59]) {
      const world = createWorld()
      await world.pass(120 + offset)
      world.setMemory(93)
      const from = world.clock.now().getTime()
      await world.pass(120)
      const told = world.observations.find(({ findings }) => findings.length > 0)
      const afterMs = (told?.at.getTime() ?? Number.NaN) - from
      expect(afterMs).toBeLessThanOrEqual(120_000)
      expect(afterMs).toBeGreaterThanOrEqual(45_000)
      expect(told?.findings[0]).toMatchObject({ rule: 'memory', severity: 'critical' })
    }
  })

  it('becomes critical only when that has lasted too', async () => {
    const world = createWorld()
    world.setMemory(86)
    await world.pass(300)
    await world.pass(300, (second) => world.setMemory(second % 60 === 20 ? 93 : 86))
    expect(new Set(world.observations.flatMap(({ findings }) => findings.map(({ severity }) => severity)))).toEqual(
      new Set(['warning']),
    )
    world.setMemory(93)
    await world.pass(120)
    expect(world.observations.at(-1)?.findings).toMatchObject([{ rule: 'memory', severity: 'critical' }])
  })

  it('of a processor without a label counts after ten minutes, with one after less than two', async () => {
    const world = createWorld()
    world.make('labelled', { cpuPercent: 95, labels: { 'nexus.cpu-percent': '80' } })
    world.make('free', { cpuPercent: 390 })
    await world.pass(120)
    expect(world.last()).toEqual(['container-cpu labelled'])
    await world.pass(600)
    expect(world.last().toSorted()).toEqual(['container-cpu free', 'container-cpu labelled'])
  })
})

describe('a container that ended by itself', () => {
  it('is told at once, and is over when it has been up for a minute', async () => {
    const world = createWorld()
    world.make('web')
    await world.pass(100)
    world.end('web', 3)
    await world.pass(2)
    expect(world.observations.at(-1)?.findings).toMatchObject([{ rule: 'container-died', subject: 'web', value: 3 }])
    world.start('web')
    await world.pass(50)
    expect(world.last()).toEqual(['container-died web'])
    await world.pass(50)
    expect(world.last()).toEqual([])
    expect(world.story()).toEqual(['container-died web'])
  })

  it('and is brought back at once is no recovery, nor is a health check that has not spoken', async () => {
    const world = createWorld()
    world.make('web', { health: 'healthy' })
    await world.pass(100)
    world.end('web', 1)
    world.start('web', { health: 'starting' })
    await world.pass(170)
    expect(world.last()).toEqual(['container-died web'])
    world.set('web', { health: 'healthy' })
    world.tell('web', 'health_status', { health: 'healthy' })
    await world.pass(100)
    expect(world.last()).toEqual([])
  })

  it('three times in ten minutes is a loop until it has held for ten minutes', async () => {
    const world = createWorld()
    world.make('web')
    for (let times = 0; times < 3; times++) {
      await world.pass(90)
      world.end('web', 1)
      world.start('web')
    }
    await world.pass(100)
    expect(world.last()).toEqual(['container-loop web'])
    expect(world.words()).toEqual(['Container {} keeps crashing: 3 times in ten minutes'])
    await world.pass(480)
    expect(world.last()).toEqual(['container-loop web'])
    // Fewer are left of it by now, which nobody has to hear.
    expect(world.words()).toEqual(['Container {} keeps crashing'])
    await world.pass(120)
    expect(world.last()).toEqual([])
    expect(world.story()).toEqual([
      'container-died web',
      'container-died web',
      'container-died web',
      'container-loop web',
    ])
  })

  it('fifty times in ten minutes is one story', async () => {
    const world = createWorld()
    world.make('web')
    await world.pass(60)
    for (let times = 0; times < 50; times++) {
      world.end('web', 1)
      await world.pass(6)
      world.start('web')
      await world.pass(6)
    }
    expect(world.story()).toEqual(['container-died web', 'container-loop web'])
  })

  it('again and again in peace is a storm too', async () => {
    const world = createWorld()
    world.make('web')
    await world.pass(60)
    for (let times = 0; times < 6; times++) {
      world.end('web', 0)
      world.start('web')
      await world.pass(5)
    }
    expect(world.last()).toEqual(['container-restarts web'])
  })

  it('stays told while Docker is silent: not knowing is no recovery', async () => {
    const world = createWorld()
    world.make('web')
    await world.pass(60)
    world.end('web', 1)
    await world.pass(5)
    world.setDocker(false)
    await world.pass(200)
    expect(world.last().toSorted()).toEqual(['container-died web', 'no-answer Docker'])
  })

  it('stays told after the bot was restarted, once and with its first moment', async () => {
    const world = createWorld()
    world.make('web')
    await world.pass(60)
    world.end('web', 1)
    await world.pass(5)
    const since = world.observations.at(-1)?.findings[0]?.since
    world.restartBot()
    await world.pass(120)
    expect(world.story()).toEqual(['container-died web'])
    expect(world.observations.at(-1)?.findings[0]?.since).toEqual(since)
  })

  it('before the bot came up is found by the first look', async () => {
    const world = createWorld()
    world.make('web', { state: 'exited', exitCode: 1 })
    world.restartBot()
    await world.pass(60)
    expect(world.last()).toEqual(['container-died web'])
  })
})

describe('one that ran out of memory', () => {
  it('says so, whether it ended or went on without a part of itself', async () => {
    const world = createWorld()
    world.make('web')
    world.make('pool')
    await world.pass(60)
    world.tell('web', 'oom')
    world.end('web', 137, { oomKilled: true })
    world.tell('pool', 'oom')
    await world.pass(5)
    const words = world.observations.at(-1)?.findings.map(({ subject, words: said }) => [subject, said])
    expect(words).toEqual([
      ['web', 'Container {} ran out of memory and was killed'],
      ['pool', 'Container {} ran out of memory: one of its programs was killed'],
    ])
    await world.pass(90)
    expect(world.last()).toEqual(['container-oom web'])
  })
})

describe('a storm of events', () => {
  it('is one round, and is not remembered without end', async () => {
    const world = createWorld()
    for (let one = 0; one < 500; one++) world.make(`c${one}`)
    await world.pass(60)
    const before = world.observations.length
    for (let times = 0; times < 10_000; times++) {
      world.tell(`c${times % 500}`, 'kill', { signal: 15 })
      world.tell(`c${times % 500}`, 'oom')
    }
    world.end('c7', 1)
    await world.pass(3)
    expect(world.observations.length - before).toBe(1)
    expect(world.observations.at(-1)?.findings.length).toBeLessThanOrEqual(300)
    expect(JSON.stringify(world.settings().get('monitor')).length).toBeLessThan(200_000)
  })
})

describe('dependencies', () => {
  it('come from compose and from our own label, as names of containers', async () => {
    const world = createWorld()
    const project = { 'com.docker.compose.project': 'shop' }
    world.make('shop-db-1', { labels: { ...project, 'com.docker.compose.service': 'db' } })
    const depends = { 'com.docker.compose.depends_on': 'db:service_healthy:true,gone:service_started:false' }
    world.make('shop-web-1', { labels: { ...project, ...depends, 'com.docker.compose.service': 'web' } })
    world.make('db', { labels: { 'com.docker.compose.project': 'other', 'com.docker.compose.service': 'db' } })
    world.make('proxy', { labels: { 'nexus.depends-on': ' shop-web-1 , proxy,, nothing' } })
    await world.pass(60)
    expect(Object.fromEntries(world.observations.at(-1)?.dependsOn ?? [])).toEqual({
      'shop-web-1': ['shop-db-1', 'db'],
      proxy: ['shop-web-1'],
    })
  })
})

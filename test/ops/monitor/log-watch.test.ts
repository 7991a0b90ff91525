import { describe, expect, it } from 'vitest'
import { createLogWatch } from '../../../ops/monitor/log-watch.ts'
import type { Docker, LogWish } from '../../../src/docker/engine.ts'
import { Failure } from '../../../src/failure.ts'
import { createTestLog } from '../../support/log.ts'
import { containerWith, NOW } from '../sample-snapshot.ts'

const LABELS = { 'nexus.log-pattern': 'fatal', 'nexus.log-rate': '3/10' }
const at = (minute: number, second = 0) => new Date(NOW.getTime() + minute * 60_000 + second * 1_000)

/** A log to which a test writes, and an engine that gives what is new in it, a second too much, as real ones may. */
function createLogs() {
  const lines: { at: Date; text: string }[] = []
  const wishes: LogWish[] = []
  let fails = false
  let ignored: { subject: string; pattern: string }[] = []
  const logs: Docker['logs'] = async (_, wish) => {
    wishes.push(wish)
    if (fails) throw new Failure('Docker did not answer', { code: 'timeout' })
    const from = (wish.since?.getTime() ?? 0) - 1_000
    const text = lines
      .filter((line) => line.at.getTime() >= from)
      .map((line) => `${line.at.toISOString().replace('Z', '000001Z')} ${line.text}\n`)
      .join('')
    return { text, cut: false }
  }
  const open = () =>
    createLogWatch({
      findDocker: async () => ({ kind: 'ready', docker: { logs } as Docker }),
      log: createTestLog().log,
      listIgnored: async () => ignored,
      redact: (text) => text.replaceAll('hunter2', '[secret]'),
    })
  return {
    wishes,
    open,
    write: (when: Date, text: string) => void lines.push({ at: when, text }),
    fail: (does: boolean) => {
      fails = does
    },
    ignore: (subject: string, pattern: string) => {
      ignored = [...ignored, { subject, pattern }]
    },
    heed: () => {
      ignored = []
    },
  }
}

describe('watching a log', () => {
  const web = containerWith({ name: 'web', labels: LABELS })

  it('counts each line once, and is a finding when the rate is reached, until the lines are old', async () => {
    const logs = createLogs()
    const watch = logs.open()
    expect(await watch.read([web], at(0))).toEqual([])
    logs.write(at(0, 10), 'fatal: one')
    logs.write(at(0, 11), 'all fine')
    logs.write(at(0, 50), 'FATAL: two')
    expect(await watch.read([web], at(1))).toEqual([])
    expect(await watch.read([web], at(2))).toEqual([])
    logs.write(at(2, 30), 'fatal: three')
    expect(await watch.read([web], at(3))).toEqual([
      {
        rule: 'log-pattern',
        severity: 'warning',
        subject: 'web',
        containerId: web.id,
        words: 'Container {} wrote 3 lines that its label asks to watch for, in 10 min',
        value: 3,
        since: at(3),
        quote: 'fatal: three',
      },
    ])
    expect((await watch.read([web], at(9)))[0]).toMatchObject({ since: at(3) })
    expect(await watch.read([web], at(11))).toEqual([])
  })

  it('asks only for what is new, and never for much', async () => {
    const logs = createLogs()
    const watch = logs.open()
    await watch.read([web], at(0))
    logs.write(at(0, 10), 'something')
    await watch.read([web], at(1))
    await watch.read([web], at(2))
    expect(logs.wishes.map(({ since }) => since)).toEqual([at(-10), at(-10), at(0, 10)])
    for (const { lines, maxBytes } of logs.wishes) {
      expect(lines).toBeLessThanOrEqual(2_000)
      expect(maxBytes).toBeLessThanOrEqual(512 * 1024)
    }
  })

  it('goes on counting after the bot was restarted', async () => {
    const logs = createLogs()
    for (const second of [1, 2, 3]) logs.write(at(0, second), 'fatal')
    expect(await logs.open().read([web], at(1))).toHaveLength(1)
    expect(await logs.open().read([web], at(2))).toHaveLength(1)
  })

  it('leaves out lines that somebody does not want to hear of, of that container only', async () => {
    const logs = createLogs()
    const other = containerWith({ name: 'other', labels: LABELS })
    logs.ignore('web', 'fatal: * is late')
    for (const second of [1, 2, 3]) logs.write(at(0, second), `fatal: job ${second} is late`)
    const found = await logs.open().read([web, other], at(1))
    expect(found.map(({ subject }) => subject)).toEqual(['other'])
  })

  it('quotes the line that raised it, without secrets, as long as it holds, and after a restart of the bot', async () => {
    const logs = createLogs()
    const watch = logs.open()
    for (const second of [1, 2, 3]) logs.write(at(0, second), `fatal: hunter2 is wrong, ${second}`)
    const quote = 'fatal: [secret] is wrong, 3'
    expect(await watch.read([web], at(1))).toMatchObject([{ quote }])
    logs.write(at(1, 30), 'fatal: something else')
    expect(await watch.read([web], at(2))).toMatchObject([{ quote }])
    expect(await logs.open().read([web], at(3))).toMatchObject([{ quote }])
  })

  it('lines that are ignored count no more from then on, and count again when that is lifted', async () => {
    const logs = createLogs()
    const watch = logs.open()
    for (const second of [1, 2, 3]) logs.write(at(0, second), `fatal: job ${second} is late`)
    expect(await watch.read([web], at(1))).toHaveLength(1)
    logs.ignore('web', 'fatal: * is late')
    expect(await watch.read([web], at(2))).toEqual([])
    for (const second of [1, 2, 3]) logs.write(at(2, second), `fatal: cannot write spool ${second}`)
    expect(await watch.read([web], at(3))).toMatchObject([{ value: 3, quote: 'fatal: cannot write spool 3' }])
    logs.heed()
    expect(await watch.read([web], at(4))).toMatchObject([{ value: 6 }])
  })

  it('reads no log without a label, and none of a container that ended long ago', async () => {
    const logs = createLogs()
    const old = containerWith({ name: 'old', state: 'exited', finishedAt: at(-10), labels: LABELS })
    await logs.open().read([containerWith({ name: 'plain' }), old], at(0))
    expect(logs.wishes).toEqual([])
  })

  it('a log that cannot be read is no news', async () => {
    const logs = createLogs()
    const watch = logs.open()
    for (const second of [1, 2, 3]) logs.write(at(0, second), 'fatal')
    expect(await watch.read([web], at(1))).toHaveLength(1)
    logs.fail(true)
    expect(await watch.read([web], at(2))).toHaveLength(1)
  })
})

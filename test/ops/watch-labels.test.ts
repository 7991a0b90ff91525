import { describe, expect, it } from 'vitest'
import { readLinePattern, readWholePattern } from '../../ops/line-pattern.ts'
import { readWatchLabels } from '../../ops/watch-labels.ts'

describe('a pattern of lines', () => {
  const matches = (pattern: string, line: string) => readLinePattern(pattern)?.matches(line)

  it.each([
    ['error', '2026-11-22 ERROR: disk', true],
    ['error', 'all fine', false],
    ['panic|out of memory', 'kernel: Out of memory: killed', true],
    ['connect*refused', 'cannot connect to db: refused', true],
    ['connect*refused', 'refused to connect', false],
    ['connect.*refused', 'connect: refused', true],
    ['a+b(c)[d]{2}\\', 'see A+B(C)[D]{2}\\ there', true],
    [' fatal ', 'fatal', true],
  ])('%s and the line "%s": %s', (pattern, line, expected) => {
    expect(matches(pattern, line)).toBe(expected)
  })

  it.each(['', '   ', '*', 'a', 'a|error', '*|*', 'error|', 'x'.repeat(501), Array(30).fill('error').join('|')])(
    '"%s" is none: it says nothing, or far too much',
    (pattern) => {
      expect(readLinePattern(pattern)).toBeNull()
    },
  )

  it('takes a line for what it is, not for alternatives', () => {
    const pattern = readWholePattern('GET /a | 500 | *')
    expect(pattern?.matches('get /a | 500 | 12 ms')).toBe(true)
    expect(pattern?.matches('POST /b | 500 | 3 ms')).toBe(false)
  })

  it('that would keep an expression busy for ever is answered at once', () => {
    const pattern = readLinePattern(`(${'a*'.repeat(200)})+bb|${'aa*'.repeat(30)}bb`)
    const line = 'a'.repeat(1_000_000)
    const before = process.cpuUsage()
    for (let times = 0; times < 1_000; times++) expect(pattern?.matches(line)).toBe(false)
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(2_000)
  })
})

describe('labels', () => {
  it('say how a container wants to be watched', () => {
    expect(
      readWatchLabels({
        'nexus.cpu-percent': '150',
        'nexus.memory-percent': '70.5 %',
        'nexus.log-pattern': 'fatal',
        'nexus.log-rate': '5/10',
        'nexus.depends-on': 'db, /cache ,db',
        'com.docker.compose.project': 'shop',
        'com.docker.compose.service': 'web',
        'com.docker.compose.depends_on': 'queue:service_started:true,db:service_healthy:false',
      }),
    ).toMatchObject({
      cpuPercent: 150,
      memoryPercent: 70.5,
      log: { lines: 5, minutes: 10, pattern: { source: 'fatal' } },
      dependsOn: ['db', 'cache', 'queue'],
      project: 'shop',
      service: 'web',
      hidesEventFields: false,
    })
  })

  it.each([
    { 'nexus.cpu-percent': '-5', 'nexus.memory-percent': '101' },
    { 'nexus.cpu-percent': '1e9', 'nexus.memory-percent': '0' },
    { 'nexus.cpu-percent': 'NaN', 'nexus.memory-percent': '9'.repeat(400) },
    { 'nexus.cpu-percent': '', 'nexus.memory-percent': '<b>50</b>' },
  ])('that make no sense are not there (%o)', (labels) => {
    expect(readWatchLabels(labels)).toMatchObject({ cpuPercent: null, memoryPercent: null, log: null })
  })

  it.each(['', '0/5', '5/0', '5', '9999/5', '5/99', 'often'])('a rate of "%s" is the usual one', (rate) => {
    const { log } = readWatchLabels({ 'nexus.log-pattern': 'fatal', 'nexus.log-rate': rate })
    expect(log).toMatchObject({ lines: 1, minutes: 5 })
  })

  it('that are endless cost nothing', () => {
    const names = Array.from({ length: 100_000 }, (_, index) => `c${index}`).join(',')
    const { dependsOn } = readWatchLabels({ 'nexus.depends-on': names })
    expect(dependsOn.length).toBe(32)
  })

  it('by the names of an event’s fields are noticed', () => {
    expect(readWatchLabels({ exitCode: '0' }).hidesEventFields).toBe(true)
    expect(readWatchLabels({ signal: '15' }).hidesEventFields).toBe(true)
  })
})

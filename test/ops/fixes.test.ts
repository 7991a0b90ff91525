import { describe, expect, it } from 'vitest'
import { listFixes } from '../../ops/fixes.ts'
import type { Finding } from '../../ops/rules.ts'
import { down, finding } from './incidents/samples.ts'

const idOf = (name: string) => name.padEnd(64, '0')
const on = (given: Finding): Finding => ({ ...given, containerId: idOf(given.subject) })
const fix = (findings: Finding[], dependsOn: Record<string, string[]> = {}, mayAct = (_: string) => true) =>
  listFixes(findings.map(on), mayAct, new Map(Object.entries(dependsOn))).map((request) =>
    'containerName' in request ? `${request.kind} ${request.containerName}` : request.kind,
  )

describe('fixes for what a look has found', () => {
  it('start what is off and restart what is unhealthy, once for each', () => {
    expect(fix([down('web'), finding('container-oom', 'web'), finding('container-unhealthy', 'db')])).toEqual([
      'start web',
      'restart db',
    ])
  })

  it('are none for what falls over however often it is started', () => {
    expect(fix([down('looper'), finding('container-restarts', 'looper')])).toEqual([])
    expect(fix([finding('container-loop', 'looper')])).toEqual([])
  })

  it('are for a cause, and not for what needs it', () => {
    const found = [down('shop-api'), down('shop-db')]
    expect(fix(found, { 'shop-api': ['shop-db'] })).toEqual(['start shop-db'])
    expect(fix([down('shop-api')], { 'shop-api': ['shop-db'] })).toEqual(['start shop-api'])
  })

  it('are none for what is muted, and for what may not be touched', () => {
    expect(
      fix([
        { ...down('web'), isMuted: true },
        { ...finding('disk', '/'), isMuted: true },
      ]),
    ).toEqual([])
    expect(fix([down('web'), finding('backup-old')], {}, () => false)).toEqual(['backup'])
  })
})

import type { Diagnosis } from '../../../ops/diagnose/types.ts'
import { createIncidents, type Incidents } from '../../../ops/incidents/index.ts'
import type { IncidentListener } from '../../../ops/incidents/types.ts'
import type { Finding } from '../../../ops/rules.ts'
import { queueMessage } from '../../../src/messaging/outbox.ts'
import type { TestDatabase } from '../../support/database.ts'
import { createTestLog } from '../../support/log.ts'
import { NOON, SOME_DIAGNOSIS } from './samples.ts'

/** Incidents in a database, with a clock in the hand and an outbox to count in. */
export type Stored = {
  pass(ms: number): void
  now(): Date
  /** Anew, as after a restart. */
  open(): Incidents
  openWith(byRules: () => Promise<Diagnosis>, byModel?: () => Promise<Diagnosis | null>): Incidents
  /** Who explained something, in order. */
  explained: string[]
  seen(findings: readonly Finding[]): Parameters<Incidents['observe']>[0]
  announce: IncidentListener
}

const VECTOR = [1, ...Array.from({ length: 767 }, () => 0)]

export function storeIn(db: TestDatabase): Stored {
  let at = NOON.getTime()
  const explained: string[] = []
  const openWith: Stored['openWith'] = (byRules, byModel = async () => null) =>
    createIncidents({
      db,
      log: createTestLog().log,
      clock: { now: () => new Date(at) },
      timeZone: 'Europe/Madrid',
      quietHours: null,
      diagnosis: { byRules, byModel },
      embed: async () => ({ vector: VECTOR, model: 'local-test' }),
      findDocker: async () => ({ kind: 'absent', reason: 'not here' }),
      redact: (text) => text,
      budget: { dailyUsd: 5 },
    })
  return {
    explained,
    openWith,
    pass: (ms) => {
      at += ms
    },
    now: () => new Date(at),
    open: () =>
      openWith(async () => {
        explained.push('rules')
        return SOME_DIAGNOSIS
      }),
    seen: (findings) => ({ at: new Date(at), findings, dependsOn: new Map() }),
    announce: async (tx, news) => {
      if (news.kind !== 'digest' && news.kind !== 'merged' && news.tell === 'message')
        await queueMessage(tx, { chatId: 1, content: { kind: 'text', html: news.kind } })
      return () => undefined
    },
  }
}

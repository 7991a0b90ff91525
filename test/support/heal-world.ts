import type { Heal, HealListener, HealNews } from '../../ops/heal/index.ts'
import { createHeal } from '../../ops/heal/index.ts'
import type { Finding, Rule } from '../../ops/rules.ts'
import type { Database } from '../../src/db/pool.ts'
import { inTransaction } from '../../src/db/pool.ts'
import { ANA, createActWorld } from './act-world.ts'

/** Healing on a real database and an engine in the test's hands; what it says is kept. */
export function createHealWorld(db: Database) {
  const world = createActWorld(db)
  const open = () => createHeal({ ...world.hands, actions: world.open() })
  const news: HealNews[] = []
  const listener: HealListener = {
    chatId: ANA.chatId,
    announce: async (_tx, one) => {
      news.push(one)
      return () => undefined
    },
    report: world.report,
    wake: () => undefined,
  }
  let heal: Heal = open()
  return {
    ...world,
    news,
    kinds: () => news.map(({ kind }) => kind),
    /** As after a restart of the bot. */
    reopen: () => {
      heal = open()
    },
    turn: (on: boolean) => inTransaction(db.pool, (tx) => heal.set(tx, on, ANA)),
    status: () => heal.status(db.pool),
    noteStartAgain: (stopId: string) => inTransaction(db.pool, (tx) => heal.noteStartAgain(tx, stopId)),
    finding: (rule: Rule, name: string, secondsAgo: number): Finding => ({
      rule,
      severity: 'critical',
      subject: name,
      words: 'Container {} is unwell',
      value: null,
      since: new Date(world.clock.now().getTime() - secondsAgo * 1000),
      containerId: world.docker.get(name).id,
    }),
    see: (findings: Finding[], dependsOn: Record<string, string[]> = {}) =>
      heal.observe(
        { at: world.clock.now(), findings, dependsOn: new Map(Object.entries(dependsOn)) },
        listener,
        world.never,
      ),
    /** What was seen last, again. */
    tick: () => heal.tick(listener, world.never),
    die: (name: string) => world.docker.change(name, { state: 'exited', exitCode: 1 }),
  }
}

export type HealWorld = ReturnType<typeof createHealWorld>

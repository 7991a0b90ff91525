import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { type AllFakes, startAllFakes } from '../support/fakes/index.ts'
import { ANA, BEN, type Nexus, startNexus } from '../support/nexus.ts'

let nexus: Nexus
let fakes: AllFakes
beforeEach(async () => {
  fakes = await startAllFakes()
  nexus = await startNexus({ env: fakes.env })
})
afterEach(async () => {
  await nexus.close()
  await fakes.close()
})

const sent = () => nexus.api.calls.filter(({ method }) => /^(send|edit)(Message|MediaGroup)/.test(method)).length
const until = (look: () => boolean | Promise<boolean>) => vi.waitUntil(look, { timeout: 20_000, interval: 20 })
const laneWaits = async () => {
  const { rows } = await nexus.db.pool.query(
    `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
  )
  return rows.length > 0
}

it('a stop neither waits for a lane that waits for the database, nor pays or sends meanwhile', async () => {
  const card = await nexus.generate('octopus hearts')
  await nexus.service.idle()
  fakes.groq.always({ kind: 'hang' })
  const other = await nexus.db.pool.connect()
  try {
    await other.query('begin')
    await other.query('select from run for update')
    nexus.api.tap(ANA, ANA.id, card.id, '✅').catch(() => undefined)
    await until(laneWaits)
    nexus.api.sendText(BEN, '/generate honey')
    await until(() => fakes.groq.requests.length === 2)
    fakes.groq.always(null)
    const stopped = nexus.service.stop(0)
    const sentBefore = sent()
    nexus.api.sendText(BEN, '/help')
    await stopped
    expect(fakes.groq.requests).toHaveLength(2)
    expect(fakes.anthropic.requests).toHaveLength(1)
    expect(sent()).toBe(sentBefore)
    expect(nexus.log.lines.map(({ msg }) => msg)).toContain(
      'bot has stopped, with something still waiting for the database',
    )
  } finally {
    await other.query('rollback')
    other.release()
  }
})

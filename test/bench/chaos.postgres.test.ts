import { expect, inject, test } from 'vitest'
import { runChaos } from '../../bench/chaos/main.ts'
import '../support/test-context.ts'

/** The short form of `npm run bench chaos`: real processes, killed at random moments. */
const KILLS = 6
const MAX_MS = 180_000

test(
  'killed again and again, the bot loses no update, approval or slot and pays for nothing twice',
  async () => {
    const said: string[] = []
    const serverUrl = inject('postgresUrl') ?? ''
    const report = await runChaos({ kills: KILLS, serverUrl, say: (line) => void said.push(line) })
    expect(report.kills).toBe(KILLS)
    expect(report.runs, 'somebody asked for carousels').toBeGreaterThan(0)
    expect(report.calls, 'services were called').toBeGreaterThan(0)
    const broken = report.verdicts.filter(({ found, allowed }) => found > allowed)
    expect(broken, said.join('\n')).toEqual([])
  },
  MAX_MS,
)

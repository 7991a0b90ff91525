import type { Snapshot } from '../snapshot/snapshot.ts'
import type { Finding } from './finding.ts'
import { type Context, keep, LIMITS, measured, whole } from './judging.ts'

export function judgeBot({ bot }: Snapshot, context: Context): Finding[] {
  if (bot.kind !== 'ok') return keep(context, 'generation-slow', 'spend-day', 'spend-month')
  const { spend, lastGenerationSeconds, openGenerationSeconds } = bot.value
  return [
    ...judgeGeneration(context, openGenerationSeconds, lastGenerationSeconds),
    ...judgeSpend(context, 'spend-day', spend.todayUsd, spend.dailyCapUsd, 'Today'),
    ...judgeSpend(context, 'spend-month', spend.monthUsd, spend.monthlyCapUsd, 'This month'),
  ]
}

/** One that is too slow right now is worth more than how long the last one took. */
function judgeGeneration(context: Context, openSeconds: number | null, lastSeconds: number | null): Finding[] {
  const rule = 'generation-slow'
  const open = openSeconds ?? 0
  if (open >= LIMITS[rule].warning) {
    const words = `A carousel has been in the making for ${Math.floor(open)} s`
    return measured(context, { rule, subject: '', value: open, words })
  }
  const value = lastSeconds ?? 0
  return measured(context, { rule, subject: '', value, words: `The last carousel took ${Math.floor(value)} s` })
}

/** A cap of 0 means that nothing may be spent, and nothing is. */
function judgeSpend(
  context: Context,
  rule: 'spend-day' | 'spend-month',
  usd: number,
  capUsd: number,
  when: string,
): Finding[] {
  if (capUsd <= 0) return []
  const value = (usd * 100) / capUsd
  const words = `${when} ${whole(value)} of the budget is spent ($${usd.toFixed(2)} of $${capUsd.toFixed(2)})`
  return measured(context, { rule, subject: '', value, words })
}

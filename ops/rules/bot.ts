import type { Bot, Snapshot } from '../snapshot/snapshot.ts'
import type { Finding, Rule } from './finding.ts'
import { type Context, keep, LIMITS, measured, state, whole } from './judging.ts'

const ALL: readonly Rule[] = ['generation-slow', 'generation-failing', 'generation-missing', 'spend-day', 'spend-month']
/** One may fail by chance; the second one says that the next will, too. */
const MAX_FAILED_IN_ROW = 1
const HOUR_S = 3_600

export function judgeBot({ bot }: Snapshot, context: Context): Finding[] {
  if (bot.kind !== 'ok') return keep(context, ...ALL)
  const { spend, lastGenerationSeconds, openGenerationSeconds } = bot.value
  return [
    ...judgeGeneration(context, openGenerationSeconds, lastGenerationSeconds),
    ...judgeFailing(bot.value, context),
    ...judgeMissing(bot.value, context),
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

function judgeFailing({ failedInRow: value }: Bot, context: Context): Finding[] {
  if (value <= MAX_FAILED_IN_ROW) return []
  const words = `The last ${value} carousels failed`
  return [state(context, { rule: 'generation-failing', severity: 'warning', subject: '', words, value })]
}

/** Counted in the schedule's own periods, so that a weekly brand is not missed every day. */
function judgeMissing({ rhythm, lastReadyAt }: Bot, context: Context): Finding[] {
  if (rhythm === null || rhythm.periodSeconds <= 0) return []
  const from = Math.max(rhythm.since.getTime(), lastReadyAt?.getTime() ?? 0)
  const seconds = (context.at.getTime() - from) / 1000
  const hours = Math.floor(seconds / HOUR_S)
  return measured(context, {
    rule: 'generation-missing',
    subject: '',
    value: seconds / rhythm.periodSeconds,
    words: `No carousel for ${hours} h, although one is due at least every ${Math.round(rhythm.periodSeconds / HOUR_S)} h`,
  })
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

import type { Rule } from '../candidate.ts'
import type { ProviderTrouble } from '../facts.ts'
import { quote } from './search.ts'

/** The bot's own work: what it spends, and the services that it asks. */

export const ruleBudget: Rule = ({ request, machine }) => {
  const bot = machine?.snapshot.bot
  if (request.subject.kind !== 'bot' || bot?.kind !== 'ok') return []
  const { todayUsd, dailyCapUsd, monthUsd, monthlyCapUsd } = bot.value.spend
  const month = monthlyCapUsd > 0 && monthUsd >= monthlyCapUsd
  const day = dailyCapUsd > 0 && todayUsd >= dailyCapUsd
  if (!month && !day) return []
  return [
    {
      cause: 'budget-spent',
      weight: 0.95,
      severity: 'warning',
      summary: `The budget of ${month ? 'this month' : 'today'} is spent: I make no paid call until ${month ? 'next month' : 'tomorrow'}.`,
      rootCause: `Carousels still come, from the built-in stand-ins. To go on with the services, raise ${month ? 'NEXUS_MONTHLY_BUDGET_USD' : 'NEXUS_DAILY_BUDGET_USD'} and restart me.`,
      rests: [month ? 'spend-month' : 'spend-day', 'work'],
      prevention: 'See /settings for what a carousel costs, and set fewer times in /schedule.',
    },
  ]
}

const GENERATION = ['generation-failing', 'generation-missing', 'generation-slow']
const MIN_FAILED = 2

const WHY: Record<string, string> = {
  unauthorized: 'It refuses the key: a new one is needed.',
  rate_limited: 'It says that this is too much at once: that ends by itself, within minutes or at the end of its day.',
  timeout: 'It is too slow to answer: that mostly ends by itself.',
  unavailable: 'It is down or cannot be reached: look at its status page, and at the network here.',
  not_found: 'It does not know the model any more: set another one.',
  budget_exceeded: 'My own budget is spent.',
  bad_model_output: 'It answers, but not with what is asked for.',
  refused: 'It declines to answer.',
}

export const ruleProvider: Rule = ({ request, providers }) => {
  if (request.subject.kind !== 'bot') return []
  const worst = providers.find(({ failed }) => failed >= MIN_FAILED)
  const findings = request.findings.flatMap(({ rule }, index) =>
    GENERATION.includes(rule) ? [`finding:${index}`] : [],
  )
  if (!worst) return []
  return [
    {
      cause: 'provider-failing',
      weight: weigh(worst, findings.length > 0),
      severity: 'warning',
      summary: `${quote(worst.provider)} fails: ${worst.failed} of the last ${worst.calls} calls went wrong.`,
      rootCause: `${WHY[worst.lastCode ?? ''] ?? 'It answers with errors.'} Meanwhile the stand-ins do its part; “npm run doctor -- --online” asks every service.`,
      rests: [...findings, `provider:${worst.provider}`, 'work'],
    },
  ]
}

function weigh({ failed, calls }: ProviderTrouble, isNoticed: boolean): number {
  const most = failed / calls >= 0.5
  return most ? (isNoticed ? 0.88 : 0.75) : isNoticed ? 0.6 : 0.35
}

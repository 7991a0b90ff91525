import type { Keyboard } from '../../src/messaging/outbox.ts'
import type { StepSpend } from '../../src/step-spend.ts'
import { press } from './card.ts'
import { type Html, html, lines } from './html.ts'

/** /cost: what was spent, on what, and what is left. */

export type CostInput = {
  steps: readonly StepSpend[]
  spend: { todayUsd: number; monthUsd: number }
  budget: { dailyUsd: number; monthlyUsd: number }
  /** Whether answers show what they cost. */
  costs: boolean
  hasModel: boolean
}

const PURPOSES = [
  ['facts', 'Facts'],
  ['words', 'Words'],
  ['pictures', 'Pictures'],
  ['talk', 'Answers in the chat'],
  ['diagnosis', 'Diagnosis'],
  ['other', 'Other'],
] as const
type Purpose = (typeof PURPOSES)[number][0]

/** What a call was for, by the name that its caller gave it. */
export function purposeOf({ step, kind }: Pick<StepSpend, 'step' | 'kind'>): Purpose {
  if (kind === 'image' || step.startsWith('picture')) return 'pictures'
  if (step === 'fact' || step.startsWith('fact.') || step === 'novelty' || step.startsWith('proof')) return 'facts'
  if (step === 'slides' || step.startsWith('slides.')) return 'words'
  if (step.startsWith('talk')) return 'talk'
  return /^(?:diagnos|review|incident)/.test(step) ? 'diagnosis' : 'other'
}

export function costText({ steps, spend, budget, hasModel }: CostInput): Html {
  const rows = PURPOSES.flatMap(([purpose, title]) => {
    const own = steps.filter((step) => purposeOf(step) === purpose)
    const month = sum(own.map(({ monthUsd }) => monthUsd))
    return month === 0
      ? []
      : [html`• ${title}: ${dollars(sum(own.map(({ todayUsd }) => todayUsd)))} · ${dollars(month)}`]
  })
  return lines(
    html`<b>Cost</b> · today · this month`,
    html`💵 ${dollars(spend.todayUsd)} of ${dollars(budget.dailyUsd)} · ${dollars(spend.monthUsd)} of ${dollars(budget.monthlyUsd)}`,
    ...rows,
    rows.length === 0 && html`Nothing has cost anything this month.`,
    html``,
    html`Left: ${dollars(left(budget.dailyUsd, spend.todayUsd))} today, ${dollars(left(budget.monthlyUsd, spend.monthUsd))} this month. At the end of it no paid call is made; everything else goes on.`,
    !hasModel && html`Answers to plain sentences cost nothing here: there is no <code>ANTHROPIC_API_KEY</code>.`,
  )
}

export function costKeyboard({ costs, hasModel }: Pick<CostInput, 'costs' | 'hasModel'>): Keyboard {
  if (!hasModel) return []
  const text = costs ? 'Do not show costs under answers' : 'Show costs under answers'
  return [[press(text, { kind: 'setting', name: 'costs', value: !costs })]]
}

function sum(amounts: readonly number[]): number {
  return amounts.reduce((total, amount) => total + amount, 0)
}

function left(cap: number, spent: number): number {
  return Math.max(0, cap - spent)
}

/** Below a dime the cents say too little. */
function dollars(amount: number): string {
  return `$${amount.toFixed(amount > 0 && amount < 0.1 ? 4 : 2)}`
}

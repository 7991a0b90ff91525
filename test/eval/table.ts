import type { Totals, Verdict } from './judge.ts'

/** The verdicts as a table of Markdown. */

const HEAD = ['scenario', 'the fault', 'told', 'cause', 'offered', 'outcome told', 'alert', 'why', 'tap to outcome']

export function toTable(verdicts: readonly Verdict[]): string {
  return [toRow(HEAD), toRow(HEAD.map(() => '---')), ...verdicts.map((verdict) => toRow(cells(verdict)))].join('\n')
}

const toRow = (cells: readonly string[]) => `| ${cells.join(' | ')} |`

function cells(verdict: Verdict): string[] {
  const { saw } = verdict
  const shown = verdict.expectsAlert ? saw.told : saw.asked
  return [
    verdict.name,
    verdict.fault,
    `${mark(verdict.detected)} ${verdict.expectsAlert ? saw.rules.join(', ') || 'nothing' : saw.rules.join(', ') || 'nobody, rightly'}`,
    verdict.cause === null ? '–' : `${mark(verdict.cause)} ${shown}`,
    `${mark(verdict.action)} ${[...new Set(saw.offered.map((one) => one.split(' ')[0]))].join(', ') || 'nothing'}`,
    verdict.verified === null ? '–' : `${mark(verdict.verified && !verdict.falseFixed)} ${saw.outcome?.split(':')[0]}`,
    verdict.alertMs === null ? '–' : `${(verdict.alertMs / 1000).toFixed(1)} s`,
    verdict.diagnosisMs === null ? '–' : `${Math.round(verdict.diagnosisMs)} ms`,
    verdict.outcomeSeconds === null ? '–' : `${verdict.outcomeSeconds.toFixed(0)} s`,
  ]
}

const mark = (isRight: boolean) => (isRight ? '✓' : '✗')

export function describeTotals(totals: Totals): string {
  const { scenarios, detected, causes, causesOf, actions, rightlyNone, rightlyNoneOf, verified, verifiedOf } = totals
  return [
    `- told, or rightly not told: ${detected} of ${scenarios}`,
    `- cause named by rules alone: ${causes} of ${causesOf} (${Math.round((causes * 100) / causesOf)} %, at least 80 %)`,
    `- right action, or rightly none: ${actions} of ${scenarios}`,
    `- nobody told, or nothing offered, where that is right: ${rightlyNone} of ${rightlyNoneOf} (all)`,
    `- the outcome of a tap told as it is: ${verified} of ${verifiedOf}`,
    `- falsely called fixed: ${totals.falseFixed} (none)`,
  ].join('\n')
}

/** Of all scenarios that have the figure: the middle and the worst. */
export function describeFigures(verdicts: readonly Verdict[]): string {
  const figure = (what: string, of: (verdict: Verdict) => number | null, show: (value: number) => string) => {
    const all = verdicts.map(of).filter((value) => value !== null)
    const sorted = all.toSorted((a, b) => a - b)
    const middle = sorted[Math.floor((sorted.length - 1) / 2)]
    const worst = sorted.at(-1)
    if (middle === undefined || worst === undefined) return []
    return [`- ${what}: ${show(middle)} in the middle, ${show(worst)} at worst (${sorted.length} scenarios)`]
  }
  const seconds = (value: number) => `${value.toFixed(1)} s`
  return [
    ...figure(
      'from the event of the engine to the stored alert',
      ({ alertMs }) => alertMs,
      (ms) => seconds(ms / 1000),
    ),
    ...figure(
      'from the alert to the rules’ diagnosis',
      ({ diagnosisMs }) => diagnosisMs,
      (ms) => `${Math.round(ms)} ms`,
    ),
    ...figure('from the tap to the outcome', ({ outcomeSeconds }) => outcomeSeconds, seconds),
  ].join('\n')
}

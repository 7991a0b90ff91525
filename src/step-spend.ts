/** What the calls of one step have cost, in US dollars, since midnight and since the first of the month. */
export type StepSpend = {
  /** As the caller names it: 'fact', 'slides', 'picture.hook', 'talk', … */
  step: string
  kind: 'text' | 'image' | 'embedding'
  todayUsd: number
  monthUsd: number
  calls: number
}

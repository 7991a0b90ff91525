import type { Review } from '../../ops/review.ts'
import type { Keyboard } from '../../src/messaging/outbox.ts'
import { diagnosisLines, suggestionButtons } from './diagnosis.ts'
import { sentence } from './foreign.ts'
import { type Html, html, lines } from './html.ts'

/** What will be trouble, before it is: a hint without a sound. */

const MAX_TRENDS = 6

export function reviewText({ trends, diagnosis }: Review): Html {
  const left = trends.length - MAX_TRENDS
  return lines(
    html`🔭 <b>Not trouble yet, but on its way</b>`,
    ...trends.slice(0, MAX_TRENDS).map(({ words, subject }) => html`• ${sentence(words, subject)}`),
    left > 0 && html`… and ${left} more`,
    // "I do not know" is no news.
    ...(diagnosis.cause === 'unknown' ? [] : [html``, ...diagnosisLines(diagnosis)]),
  )
}

export function reviewKeyboard({ diagnosis }: Pick<Review, 'diagnosis'>): Keyboard {
  return suggestionButtons(diagnosis)
}

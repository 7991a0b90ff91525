/** Sentences that ask for nothing: one short line answers them. */

export type CourtesyKind = 'thanks' | 'greeting' | 'parting'

const TO = '(?: (?:nexus|bot|there|everyone|all|again|mate|buddy|my friend))?'
const PATTERNS: Record<CourtesyKind, string> = {
  thanks:
    '(?:ok |okay |great |perfect |cool |nice |no )?(?:thanks|thank you|thx|ty|cheers|many thanks|much appreciated)(?: (?:a lot|so much|very much|for (?:that|this|the help|your help)))?|(?:well done|good job|good bot|nice work|great job|good work|you are (?:great|the best))',
  greeting: '(?:(?:hi|hello|hey) )?good (?:morning|afternoon|evening|day)|morning',
  parting: '(?:good ?night|good ?bye|bye|bye bye|see you(?: (?:later|tomorrow|soon))?|sleep well)',
}
const SENTENCES = Object.entries(PATTERNS).map(
  ([kind, pattern]) => [kind as CourtesyKind, new RegExp(`^(?:${pattern})${TO}$`)] as const,
)

/** `folded`: by foldSentence. Null when more than that is said. */
export function matchCourtesy(folded: string): CourtesyKind | null {
  return SENTENCES.find(([, pattern]) => pattern.test(folded))?.[0] ?? null
}

/** A sentence as the rules compare it: folded, without politeness at its ends. */

const CONTRACTIONS: readonly (readonly [RegExp, string])[] = [
  [/\b(what|how|where|who|when|why|that|it|he|she|there|everything|all|something|anything)'s\b/g, '$1 is'],
  [/\b(i)'m\b/g, '$1 am'],
  [/\b(you|we|they)'re\b/g, '$1 are'],
  [/\bcan't\b|\bcannot\b/g, 'can not'],
  [/\bwon't\b/g, 'will not'],
  [/\b(\w+)n't\b/g, '$1 not'],
  [/\b(\w+)'(?:ve|ll|d)\b/g, '$1'],
]

/** Said before the thing itself. */
const BEFORE =
  /^(?:(?:hey|hi|hello|ok|okay|please|pls|so|and|um|well|quick question|nexus|bot|just|now)\s+|(?:can|could|would|will) you(?: please)?(?= \S+ \S)\s+|(?:i|we) (?:want|need|would like|like)(?: you)? to\s+|(?:let|help) me\s+(?=see|know|check)|go ahead and\s+)/
/** Said after it. */
const AFTER =
  /\s+(?:please|pls|now|right now|for me|thanks|thank you|again|at the moment|currently|today then|then|nexus|bot)$/

/** Small letters, no marks but those inside words, contractions written out. "" when no word is left. */
export function foldSentence(text: string): string {
  let folded = text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[’‘`´]/g, "'")
    .replace(/[^\p{L}\p{N}'_.\-/%\s]/gu, ' ')
    .replace(/(^|\s)['.\-_/%]+|['.\-_/]+(?=\s|$)/gu, '$1 ')
  for (const [pattern, full] of CONTRACTIONS) folded = folded.replace(pattern, full)
  return folded.replace(/\s+/g, ' ').trim()
}

/** Without "please", "could you", "right now": what is left is the wish. One that is nothing but politeness stays whole. */
export function dropPoliteness(folded: string): string {
  let rest = folded
  for (;;) {
    const shorter = rest.replace(BEFORE, '').replace(AFTER, '').trim()
    if (shorter === rest || shorter === '') return rest
    rest = shorter
  }
}

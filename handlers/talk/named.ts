/** Which container a sentence names, out of those that are there. */

/** `word` is what finds it, or asks which. `how`: its whole name was said, a part between two marks, or letters inside it. */
export type Named = { word: string; how: 'whole' | 'part' | 'inside' }

/** Words of everyday sentences that are also parts of names: alone they name nothing. */
const COMMON = new Set(
  `a about again all an and any are as at back be been but by can carousel check container containers could crash did do does
   down error errors exit fix for from get give going had has have health help how i if in into is it its just keep keeps kill
   last like line lines list log logs look make me memory my name next no nexus not now of off ok on one or our out please post
   problem queue reboot restart restarted restarting run running running say says see service services show so some start
   started starting state status stop stopped stopping tell than that the then there these this time to today too topic turn
   under up us use using very was we were what when where which who why will with work working would wrong you your`
    .split(/\s+/)
    .filter(Boolean),
)
/** A shorter part would be found in half of all words. */
const MIN_INSIDE = 3

/** `folded`: by foldSentence. The most exact one wins, of equals the longer. */
export function findNamed(folded: string, names: readonly string[]): Named | null {
  const live = names.map((name) => name.toLowerCase())
  let best: { named: Named; score: number } | null = null
  for (const word of candidatesOf(folded)) {
    const score = scoreOf(word, live)
    if (score === 0 || (best && score <= best.score)) continue
    best = { named: { word, how: score >= WHOLE ? 'whole' : score >= PART ? 'part' : 'inside' }, score }
  }
  return best?.named ?? null
}

const WHOLE = 2_000
const PART = 1_000

function scoreOf(word: string, live: readonly string[]): number {
  if (live.includes(word)) return WHOLE + word.length
  if (COMMON.has(word)) return 0
  const parts = live.some((name) => name.split(/[-_.]/).includes(word))
  if (parts && word.length > 1) return PART + word.length
  return word.length >= MIN_INSIDE && live.some((name) => name.includes(word)) ? word.length : 0
}

/** Single words, and neighbours as compose joins them: "code server" may be "code-server". */
function candidatesOf(folded: string): string[] {
  const words = folded.split(' ').map((word) => word.replace(/'s$/, ''))
  const pairs = words.slice(1).flatMap((word, index) => [`${words[index]}-${word}`, `${words[index]}_${word}`])
  return [...words, ...pairs]
}

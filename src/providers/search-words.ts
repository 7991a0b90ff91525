/** The words of an image prompt that name a thing: what a stock-photo search understands. */

const MAX_WORDS = 3
const MIN_CHARS = 3

/** Words of the trade and of grammar: they say how to show, not what. */
const NOT_SUBJECTS: ReadonlySet<string> = new Set(
  `create show depict render image picture photo photograph scene view shot close closeup macro microscopic wide angle
  low high camera distance lens focus focal depth field light lighting lit backlit glow glowing dramatic soft hard rim
  cinematic realism realistic photorealistic palette cold cool warm dark blue black cyan purple color colour tones tone
  anomaly single one two three four with without and the from into over under above below against through its his her
  their this that these those where while which who for not never are was were has have very near inside outside
  background foreground frame framed composition detail detailed style mood atmosphere atmospheric portrait vertical
  people person text logo logos cartoon cartoons only every each thick bold forms form phone made like seen being`
    .split(/\s+/)
    .filter(Boolean),
)

/** At most three, in the order of the prompt; empty when the prompt names nothing. */
export function searchWords(prompt: string): string[] {
  const words = prompt.toLowerCase().match(/[\p{L}]+/gu) ?? []
  const subjects = words.filter((word) => word.length >= MIN_CHARS && !NOT_SUBJECTS.has(word))
  return [...new Set(subjects)].slice(0, MAX_WORDS)
}

import type { Docker } from '../../src/docker/engine.ts'
import { Failure } from '../../src/failure.ts'
import { describeBytes } from '../words.ts'
import type { Hands, Measure } from './act.ts'
import { createMeasuredAct } from './measured-act.ts'

/** Makes room on the disk of the engine. Only what nobody refers to: an image with a name is never touched. */

const MINUTE_MS = 60_000
/** Removing thousands of files on the card of a small machine takes its time. */
const LIMIT_MS = 3 * MINUTE_MS

const freed = (before: number, after: number) => `Freed ${describeBytes(before - after)}.`

export const pruneImages = createMeasuredAct({
  coolDownMs: MINUTE_MS,
  limitMs: LIMIT_MS,
  target: 'docker',
  risk: 'two-taps',
  measure: async (hands) => {
    const { images } = await (await getDocker(hands)).findLeftovers()
    return describe(images, 'image')
  },
  nothing: 'There are no images without a name that nobody uses.',
  effect: ({ text }) => `Frees about ${text}, left over from builds and pulls. Images with a name stay.`,
  run: async (hands, signal) => (await getDocker(hands)).pruneImages(signal),
  describeLess: freed,
})

export const pruneBuildCache = createMeasuredAct({
  coolDownMs: MINUTE_MS,
  limitMs: LIMIT_MS,
  target: 'docker',
  risk: 'two-taps',
  measure: async (hands) => {
    const { buildCache } = await (await getDocker(hands)).findLeftovers()
    return describe(buildCache, 'part')
  },
  nothing: 'The build cache holds nothing that is not in use.',
  effect: ({ text }) => `Frees about ${text} of the build cache. The next build of an image takes longer.`,
  run: async (hands, signal) => (await getDocker(hands)).pruneBuildCache(signal),
  describeLess: freed,
})

/** Counted in bytes; leftovers without a size of their own count as one each, so that they can go as well. */
function describe({ count, bytes }: { count: number; bytes: number }, what: string): Measure {
  const things = `${count} ${count === 1 ? what : `${what}s`}`
  return { text: `${describeBytes(bytes)} in ${things}`, amount: count === 0 ? 0 : Math.max(bytes, count) }
}

async function getDocker({ findDocker }: Hands): Promise<Docker> {
  const state = await findDocker()
  if (state.kind === 'ready') return state.docker
  throw new Failure(state.reason, { code: 'conflict' })
}

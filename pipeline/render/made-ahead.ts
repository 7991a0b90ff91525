import { createHash } from 'node:crypto'
import { collectGarbage } from '../../src/collect-garbage.ts'
import type { Plates } from './plates.ts'
import type { Words, WordsTask } from './tasks.ts'

/** What is made ahead of the slides, kept while they are being made and given back when the bot rests. */

/** Plates take 23 MB a layout. */
const KEPT_MS = 30_000

export type PlatesCache = { get(key: string, make: () => Promise<Plates>): Promise<Plates> }

/** Each plate is made once, also when several slides ask at the same time. */
export function createPlatesCache(): PlatesCache {
  const kept = new Map<string, Promise<Plates>>()
  const keep = keepFor(() => kept.clear())
  return {
    get(key, make) {
      const plates = kept.get(key) ?? make()
      kept.set(key, plates)
      plates.catch(() => kept.delete(key))
      keep()
      return plates
    },
  }
}

export type WordsCache = {
  put(task: WordsTask, make: () => Promise<Words>): void
  /** Each drawing serves once: nobody asks for the same words again. */
  take(task: WordsTask, make: () => Promise<Words>): Promise<Words>
}

export function createWordsCache(): WordsCache {
  const kept = new Map<string, Promise<Words>>()
  const keep = keepFor(() => kept.clear())
  return {
    put(task, make) {
      keep()
      const key = keyOf(task)
      if (kept.has(key)) return
      const words = make()
      // Told by the slide, which tries again.
      words.catch(() => undefined)
      kept.set(key, words)
    },
    async take(task, make) {
      const key = keyOf(task)
      const words = kept.get(key)
      kept.delete(key)
      return words ? words.catch(make) : make()
    },
  }
}

function keyOf(task: WordsTask): string {
  return createHash('sha256').update(JSON.stringify(task)).digest('base64')
}

/** Gives a function that puts `clear` off again and again. */
function keepFor(clear: () => void): () => void {
  let timer: NodeJS.Timeout | undefined
  return () => {
    clearTimeout(timer)
    timer = setTimeout(() => {
      clear()
      collectGarbage()
    }, KEPT_MS)
    timer.unref()
  }
}

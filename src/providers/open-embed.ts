import { asFailure } from '../failure.ts'
import { createLocalEmbedder } from './local/embedder.ts'
import type { Embedder } from './ports.ts'

/** Text as a vector, beside the name of the model that made it: only vectors of the same one are comparable. */
type Embed = (text: string, signal: AbortSignal) => Promise<{ vector: number[]; model: string }>

/** By the configured model, or by the local one where that does not answer. */
export function openEmbed({ embedder }: { embedder: Embedder | null }): Embed {
  const local = createLocalEmbedder()
  const ask = async (one: Embedder, text: string, signal: AbortSignal) => ({
    vector: await one.embed(text, { signal, step: 'incident' }),
    model: one.maker.model,
  })
  return (text, signal) =>
    embedder === null
      ? ask(local, text, signal)
      : ask(embedder, text, signal).catch((thrown) => {
          if (asFailure(thrown).code === 'cancelled') throw thrown
          return ask(local, text, signal)
        })
}

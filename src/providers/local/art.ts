import type { WorkerPool } from '../../worker-pool.ts'
import type { ImageModel } from '../ports.ts'
import type { ArtTask } from './art/paint.ts'

const WORKER = new URL('./art-worker.ts', import.meta.url)

/**
 * Pictures without any key: painted by code from (seed, category, role, prompt), 1024x1280 PNG, the same bytes for the same
 * four. The prompt chooses what is shown, as far as it names something that can be painted. Painting takes a core for a fraction of a second, so it never happens on the main thread.
 */
export function createLocalArt(deps: { pool: WorkerPool }): ImageModel {
  return {
    maker: { provider: 'local', model: 'local-art-1' },
    async paint({ seed, category, role, prompt }, { signal }) {
      const task: ArtTask = { seed, category, role, prompt }
      const png = await deps.pool.run<Uint8Array>(WORKER, task, { signal })
      return { bytes: Buffer.from(png.buffer, png.byteOffset, png.byteLength), mime: 'image/png' }
    },
  }
}

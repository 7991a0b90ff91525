import { afterAll, beforeAll, expect, it } from 'vitest'
import { createRenderer } from '../../../pipeline/render/renderer.ts'
import { createWorkerPool, type WorkerPool } from '../../../src/worker-pool.ts'
import { createTestLog } from '../../support/log.ts'
import { COPY, makeFolder, openBrand } from './support.ts'

let pool: WorkerPool
const kinds: unknown[] = []
beforeAll(() => {
  pool = createWorkerPool({ threads: 2 })
})
afterAll(() => pool.close())

function countingPool(): WorkerPool {
  return {
    ...pool,
    run: (module, task, options) => {
      if (typeof task === 'object' && task !== null && 'kind' in task) kinds.push(task.kind)
      return pool.run(module, task, options)
    },
  }
}

it('makes every plate ahead, so that a slide afterwards makes none', async () => {
  const renderer = createRenderer({ pool: countingPool(), log: createTestLog().log })
  const brand = await openBrand('factsmind')
  renderer.prepare(brand)
  renderer.prepare(brand)
  const outDir = await makeFolder()
  const place = { brand, picturePath: null, outDir, outputs: ['jpeg-preview'] as const, total: 5 }
  await renderer.renderSlide({ ...place, role: 'twist', index: 4, copy: COPY.twist, name: 'twist' })
  await renderer.renderStory({ brand, picturePath: null, outDir, title: COPY.hook.title, name: 'story' })
  expect(kinds.filter((kind) => kind === 'plates')).toHaveLength(4)
  expect(kinds.filter((kind) => kind === 'slide')).toHaveLength(2)
})

it('keeps the bot alive when nothing can be prepared', async () => {
  const closed = createWorkerPool({ threads: 1 })
  await closed.close()
  const renderer = createRenderer({ pool: closed, log: createTestLog().log })
  const brand = await openBrand('factsmind')
  renderer.prepare(brand)
  const slide = { brand, picturePath: null, outDir: await makeFolder(), role: 'closing', index: 5, total: 5 } as const
  await expect(renderer.renderSlide({ ...slide, copy: COPY.twist, name: 'closing' })).rejects.toMatchObject({
    code: 'cancelled',
  })
})

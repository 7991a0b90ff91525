import { afterAll, beforeAll, expect, it } from 'vitest'
import { createRenderer, type Wording } from '../../../pipeline/render/renderer.ts'
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

const WORDING: Wording = {
  slides: [{ role: 'twist', index: 4, total: 5, copy: COPY.twist }],
  storyTitle: COPY.hook.title,
}

it('makes every plate and draws the words ahead, so that a slide afterwards makes none', async () => {
  const renderer = createRenderer({ pool: countingPool(), log: createTestLog().log })
  const brand = await openBrand('factsmind')
  renderer.prepare(brand, { slides: [], storyTitle: COPY.hook.title })
  renderer.prepare(brand, WORDING)
  const outDir = await makeFolder()
  const place = { brand, picturePath: null, outDir, outputs: ['jpeg-preview'] as const, total: 5 }
  await renderer.renderSlide({ ...place, role: 'twist', index: 4, copy: COPY.twist, name: 'twist' })
  await renderer.renderStory({ brand, picturePath: null, outDir, title: COPY.hook.title, name: 'story' })
  expect(kinds.filter((kind) => kind === 'plates')).toHaveLength(4)
  expect(kinds.filter((kind) => kind === 'slide')).toHaveLength(2)
  // The story's, which was asked for twice, and the slide's.
  expect(kinds.filter((kind) => kind === 'words')).toHaveLength(2)
})

it('draws the words of a slide that nothing was prepared for', async () => {
  const before = kinds.filter((kind) => kind === 'words').length
  const renderer = createRenderer({ pool: countingPool(), log: createTestLog().log })
  const brand = await openBrand('factsmind')
  renderer.prepare(brand, WORDING)
  const outDir = await makeFolder()
  const slide = { brand, picturePath: null, outDir, outputs: ['jpeg-preview'], role: 'twist', index: 4 } as const
  const copy = { ...COPY.twist, title: 'Other words' }
  await renderer.renderSlide({ ...slide, total: 5, copy, name: 'other' })
  expect(kinds.filter((kind) => kind === 'words')).toHaveLength(before + 3)
})

it('keeps the bot alive when nothing can be prepared', async () => {
  const closed = createWorkerPool({ threads: 1 })
  await closed.close()
  const renderer = createRenderer({ pool: closed, log: createTestLog().log })
  const brand = await openBrand('factsmind')
  renderer.prepare(brand, WORDING)
  const slide = { brand, picturePath: null, outDir: await makeFolder(), role: 'closing', index: 5, total: 5 } as const
  await expect(renderer.renderSlide({ ...slide, copy: COPY.twist, name: 'closing' })).rejects.toMatchObject({
    code: 'cancelled',
  })
})

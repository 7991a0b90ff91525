import { expect, it } from 'vitest'
import { startPipeline } from '../support/pipeline.ts'

it('runs of the command line that were killed do not count as runs in the works', async () => {
  const rig = await startPipeline()
  try {
    for (let n = 0; n < 10; n++) await rig.create(`topic ${n}`, { source: 'cli' })
    await expect(rig.create('octopus hearts')).resolves.toBeTypeOf('string')
  } finally {
    await rig.close()
  }
})

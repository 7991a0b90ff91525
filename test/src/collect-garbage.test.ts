import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { collectGarbage } from '../../src/collect-garbage.ts'

test('what nobody refers to is gone at once, shared memory included', async () => {
  const gone = Promise.withResolvers<void>()
  const registry = new FinalizationRegistry(() => gone.resolve())
  registry.register(new SharedArrayBuffer(1_000_000), null)
  // The engine keeps a target until the turn that made it has ended.
  await setImmediate()
  collectGarbage()
  await expect(gone.promise).resolves.toBeUndefined()
})

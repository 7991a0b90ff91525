import { afterEach, describe, expect, it } from 'vitest'
import { createWorkerPool, type WorkerPool } from '../../src/worker-pool.ts'

/** A module whose default export is `body`, as a URL. */
function moduleOf(body: string): URL {
  return new URL(`data:text/javascript,${encodeURIComponent(`export default ${body}`)}`)
}

const ECHO = moduleOf('async (task) => ({ ...task, thread: true })')

let pool: WorkerPool

afterEach(() => pool.close())

describe('the worker pool', () => {
  it('runs the default export of a module with the task', async () => {
    pool = createWorkerPool({ threads: 1 })
    expect(await pool.run(ECHO, { value: 7 })).toEqual({ value: 7, thread: true })
  })

  it('brings a Failure back with its code', async () => {
    pool = createWorkerPool({ threads: 1 })
    const failure = new URL('../../src/failure.ts', import.meta.url).href
    const module = moduleOf(
      `async () => { const { Failure } = await import('${failure}'); throw new Failure('full', { code: 'no_space', retryable: true }) }`,
    )
    await expect(pool.run(module, {})).rejects.toMatchObject({
      name: 'Failure',
      code: 'no_space',
      retryable: true,
      message: 'full',
    })
  })

  it('lets any other error through, and goes on', async () => {
    pool = createWorkerPool({ threads: 1 })
    await expect(pool.run(moduleOf('async () => { throw new TypeError("oops") }'), {})).rejects.toThrow('oops')
    expect(await pool.run(ECHO, {})).toEqual({ thread: true })
  })

  it('drops a waiting task that is cancelled, and keeps the running one', async () => {
    pool = createWorkerPool({ threads: 1 })
    const controller = new AbortController()
    const running = pool.run(ECHO, { value: 1 })
    const waiting = pool.run(ECHO, { value: 2 }, { signal: controller.signal })
    controller.abort()
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' })
    expect(await running).toEqual({ value: 1, thread: true })
  })

  it('moves what it is told to move', async () => {
    pool = createWorkerPool({ threads: 1 })
    const buffer = new ArrayBuffer(8)
    expect(
      await pool.run(moduleOf('async ({ buffer }) => buffer.byteLength'), { buffer }, { transfer: [buffer] }),
    ).toBe(8)
    expect(buffer.byteLength).toBe(0)
  })

  it('takes no task after it is closed', async () => {
    pool = createWorkerPool({ threads: 1 })
    await pool.close()
    await expect(pool.run(ECHO, {})).rejects.toMatchObject({ code: 'cancelled' })
  })
})

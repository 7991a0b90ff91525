import { Failure, type FailureCode } from './failure.ts'

/** What a pool thread answers. Structured cloning strips an Error of its class and code, so a Failure travels as data. */
export type WorkerAnswer =
  | { ok: true; value: unknown }
  | { ok: false; message: string; code: FailureCode; retryable: boolean }

export type WorkerTask = { module: string; task: unknown }

/** Runs the default export of a task's module. Anything but a Failure is thrown on, with its stack. */
export default async function runTask({ module, task }: WorkerTask): Promise<WorkerAnswer> {
  const loaded: { default: (task: unknown) => Promise<unknown> } = await import(module)
  try {
    return { ok: true, value: await loaded.default(task) }
  } catch (thrown) {
    if (!(thrown instanceof Failure)) throw thrown
    return { ok: false, message: thrown.message, code: thrown.code, retryable: thrown.retryable }
  }
}

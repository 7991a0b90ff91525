export type Settled<T> = { ok: true; value: T } | { ok: false; thrown: unknown }

/** Lets a promise end without anybody waiting: a rejection that nobody awaits yet would end the process. */
export function settle<T>(promise: Promise<T>): Promise<Settled<T>> {
  return promise.then(
    (value) => ({ ok: true, value }),
    (thrown) => ({ ok: false, thrown }),
  )
}

export function unwrap<T>(settled: Settled<T>): T {
  if (settled.ok) return settled.value
  throw settled.thrown
}

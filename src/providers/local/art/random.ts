/** Seeded randomness: the same text always gives the same picture, on every machine. */
export type Random = {
  /** Uniform in [0, 1). */
  next(): number
  /** Uniform in [low, high). */
  between(low: number, high: number): number
  /** Whole number in [0, count). */
  index(count: number): number
  pick<T>(list: readonly [T, ...T[]]): T
  /** Bell-shaped around 0, standard deviation 1 (sum of three uniforms: no tails beyond 3). */
  bell(): number
}

/** FNV-1a, 32 bits, with a final avalanche so that seeds that differ in one letter share nothing. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

/** A Weyl sequence scrambled by two multiply-xorshift rounds; 2^32 values before it repeats, far more than a picture draws. */
export function createRandom(seed: string): Random {
  let state = hashText(seed)
  const next = (): number => {
    state = (state + 0x9e3779b9) | 0
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad)
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 4294967296
  }
  const index = (count: number) => Math.floor(next() * count)
  return {
    next,
    between: (low, high) => low + next() * (high - low),
    index,
    pick: (list) => list[index(list.length)] ?? list[0],
    bell: () => (next() + next() + next() - 1.5) * 2,
  }
}

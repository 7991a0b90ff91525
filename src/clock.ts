/** The one source of "now" for everything that is stored or compared; tests pass a fake one. */
export type Clock = { now(): Date }

export const systemClock: Clock = { now: () => new Date() }

declare const fromLiveList: unique symbol

/**
 * The full id of a container, as the engine itself gave it. The client builds request paths from ids: with anything else in
 * the place of one, another request goes out, or the process ends.
 */
export type ContainerId = string & { readonly [fromLiveList]: true }

/** Null for whatever is not exactly 64 hex digits. */
export function parseContainerId(text: unknown): ContainerId | null {
  return typeof text === 'string' && /^[0-9a-f]{64}$/.test(text) ? (text as ContainerId) : null
}

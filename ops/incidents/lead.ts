import type { Finding } from '../rules.ts'

/** Whether what stands first is still the same trouble of the same thing: a container made anew is another one. */
export function isSameLead(one: Finding | undefined, other: Finding | undefined): boolean {
  if (!one || !other) return one === other
  const isSameContainer =
    one.containerId === undefined || other.containerId === undefined || one.containerId === other.containerId
  return one.rule === other.rule && one.subject === other.subject && isSameContainer
}

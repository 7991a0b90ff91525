import type { Finding } from '../rules.ts'

/** Whether what stands first is still the same trouble of the same thing: a container made anew is another one, and so is another line. */
export function isSameLead(one: Finding | undefined, other: Finding | undefined): boolean {
  if (!one || !other) return one === other
  const isSame = one.rule === other.rule && one.subject === other.subject
  return isSame && !differs(one.containerId, other.containerId) && !differs(one.quote, other.quote)
}

/** What is not known does not differ. */
const differs = (one: string | undefined, other: string | undefined) =>
  one !== undefined && other !== undefined && one !== other

import type { Proposal } from '../../src/db/actions.ts'
import { ActionRequest } from './definitions.ts'

/** For handlers, which reach stored data through ops only. */
export type { Proposal } from '../../src/db/actions.ts'

/** Null for what a later version has stored. */
export function readRequest({
  kind,
  containerId,
  containerName,
  args,
}: Pick<Proposal, 'kind' | 'containerId' | 'containerName' | 'args'>): ActionRequest | null {
  const container = containerId === null ? {} : { containerId, containerName }
  const parsed = ActionRequest.safeParse({ ...args, ...container, kind })
  return parsed.success ? parsed.data : null
}

import type { Incident } from '../../ops/incidents/index.ts'
import type { Tx } from '../../src/transaction.ts'
import type { HandlerDeps } from '../scope.ts'

/** The open incident about this container that people were told of since then: one event is told once. Null without one. */
export async function findAlertSince(
  { ops }: Pick<HandlerDeps, 'ops'>,
  tx: Tx,
  containerId: string,
  since: Date,
): Promise<Incident | null> {
  const isIt = ({ messageRef, toldAt, members }: Incident) =>
    messageRef !== null &&
    toldAt !== null &&
    toldAt >= since &&
    members.some((member) => member.containerId === containerId)
  return (await ops.incidents.listOpen(tx)).find(isIt) ?? null
}

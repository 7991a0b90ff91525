import { type StartOutcome, startCarousel } from '../pipeline/start.ts'
import { queueProgress } from './announce.ts'
import { findCurrentBrand } from './current.ts'
import { type Scope, showAction } from './scope.ts'

/** Starts a carousel for a person: the run, its progress message and the note of its cause are one transaction. */
export async function generate(
  scope: Scope,
  request: { topic: string | null; cause: string; brand?: string },
): Promise<StartOutcome> {
  const brand = request.brand ?? (await findCurrentBrand(scope.tx, scope.deps)).kit.name
  const started = await startCarousel(scope.tx, {
    brand,
    source: 'command',
    idempotencyKey: request.cause,
    chatId: scope.chatId,
    requestedBy: scope.userId,
    topic: request.topic,
  })
  if (started.kind === 'started') {
    await queueProgress(scope.tx, started.run, scope.chatId)
    showAction(scope, 'typing')
    scope.afterCommit.push(() => scope.deps.worker.wake(started.run.id))
  }
  return started
}

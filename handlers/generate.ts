import { readChatSettings } from '../pipeline/chat-settings.ts'
import { type StartOutcome, startCarousel } from '../pipeline/start.ts'
import { queueProgress } from './announce.ts'
import { type Scope, say, showAction } from './scope.ts'
import { html } from './views/html.ts'

/** Starts a carousel for a person: the run, its progress message and the note of its cause are one transaction. */
export async function generate(scope: Scope, request: { topic: string | null; cause: string }): Promise<StartOutcome> {
  const { brand } = await readChatSettings(scope.tx)
  const started = await startCarousel(scope.tx, {
    brand: brand ?? scope.deps.defaultBrand,
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
  if (started.kind === 'too-many') {
    const text = html`There are ${started.open} carousels in the works already. Wait for one to finish, or /cancel some.`
    await say(scope, { kind: 'text', html: text.html })
  }
  return started
}

import type { Api } from 'grammy'
import type { TalkTurn } from '../../src/messaging/talk.ts'
import { inTransaction } from '../../src/transaction.ts'
import type { HandlerDeps, Scope } from '../scope.ts'

/** What an answer is made with. */
export type TalkParts = { deps: HandlerDeps; api: Api; turn: TalkTurn }

/** A transaction for the person who asked, outside of any update; what it wants done after the commit is done. */
export async function inScope<T>({ deps, api, turn }: TalkParts, work: (scope: Scope) => Promise<T>): Promise<T> {
  const { chatId, userId, userName } = turn
  const afterCommit: (() => void)[] = []
  const done = await inTransaction(deps.db.pool, (tx) => work({ deps, tx, api, userId, userName, chatId, afterCommit }))
  for (const after of afterCommit) after()
  deps.wakeSender(chatId)
  return done
}

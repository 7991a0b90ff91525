import type { Scope } from '../scope.ts'

/** The machine is spoken about with one owner alone. A private chat has the id of its person. */
export function isPrivateChat(scope: Pick<Scope, 'chatId' | 'userId'>): boolean {
  return scope.chatId === scope.userId
}

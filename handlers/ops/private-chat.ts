import type { Access } from '../authorise.ts'
import type { Scope } from '../scope.ts'

/** The machine is spoken about with one owner alone. A private chat has the id of its person. */
export function isPrivateChat(scope: Pick<Scope, 'chatId' | 'userId'>): boolean {
  return scope.chatId === scope.userId
}

/** Where the bot speaks of the machine by itself: with the owner of the home chat, when that is a private one, or the first. */
export function findOpsChat({ ownerIds, homeChatId }: Access): number | null {
  if (homeChatId !== null && ownerIds.includes(homeChatId)) return homeChatId
  return ownerIds[0] ?? null
}

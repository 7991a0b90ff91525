import type { ChatMessage } from '../../demo/bot-api/types.ts'
import { ANA, type Nexus } from './nexus.ts'
import { createQuickArt } from './quick-renderer.ts'

/** What tests do in a chat of the local Telegram, by default Ana's. */
export function openChat(nexus: Nexus, chatId = ANA.id) {
  const { api } = nexus
  const message = (id: number): ChatMessage => {
    const found = api.messages(chatId).find((one) => one.id === id)
    if (!found) throw new Error(`no message ${id} in chat ${chatId}`)
    return found
  }
  const labels = (id: number) =>
    message(id)
      .keyboard.flat()
      .map(({ text }) => text)
  return {
    message,
    labels,
    said: (part: string) => api.messages(chatId).filter((one) => one.from === 'bot' && one.text.includes(part)),
    documents: () => api.messages(chatId).filter((one) => one.documents.length > 0),
    /** What a tap on this button sends, to send it again later. */
    data: (id: number, label: string) => {
      const button = message(id)
        .keyboard.flat()
        .find(({ text }) => text.startsWith(label))
      if (button?.callback_data === undefined) throw new Error(`message ${id} has no button ${label}`)
      return { data: button.callback_data }
    },
    /** Taps, and waits until the message has a button that begins like `shows`. */
    openMenu: async (id: number, label: string, shows: string, by = ANA) => {
      await api.tap(by, chatId, id, label)
      await api.waitFor(() => labels(id).some((text) => text.startsWith(shows)), `the menu ${label}`)
    },
    nextCard: (after = 0) =>
      api.waitFor(
        () => {
          const card = nexus.findWith('✅ Approve', chatId)
          return card !== undefined && card.id > after && card
        },
        'the next card',
        60_000,
      ),
  }
}

export async function queryAll(nexus: Nexus, text: string, values: unknown[] = []) {
  return (await nexus.db.pool.query(text, values)).rows
}

export async function listStatuses(nexus: Nexus): Promise<string[]> {
  return (await queryAll(nexus, 'select status from run order by created_at')).map((row) => row.status)
}

export async function listDecisions(nexus: Nexus): Promise<string[]> {
  return (await queryAll(nexus, 'select kind from decision order by id')).map((row) => row.kind)
}

/** As if no keyboard had ever been replaced: then the run's row alone must know what a late tap is worth. */
export async function reviveButtons(nexus: Nexus): Promise<void> {
  await nexus.service.idle()
  await nexus.db.pool.query('update button set voided_at = null')
}

/** SHA-256 of the five slides and the story of a revision. */
export async function readHashes(nexus: Nexus, revision: number): Promise<string[]> {
  const [row] = await queryAll(nexus, `select result from step where name = 'carousel' and revision = $1`, [revision])
  const { slides, story } = row.result
  return [...slides.map((slide: { png: { sha256: string } }) => slide.png.sha256), story.sha256]
}

/** A painter that waits until the test lets it go on. */
export function createGatedArt() {
  const art = createQuickArt()
  const gate = Promise.withResolvers<void>()
  const paint: typeof art.paint = async (...args) => {
    await gate.promise
    return art.paint(...args)
  }
  return { art: { ...art, paint }, open: () => gate.resolve() }
}

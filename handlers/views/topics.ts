import type { AddedTopics, Topic } from '../../pipeline/topics.ts'
import type { Keyboard } from '../../src/messaging/outbox.ts'
import { press } from './card.ts'
import { clip, type Html, html, lines } from './html.ts'

const SHOWN = 20

export function topicsText(topics: readonly Topic[]): Html {
  if (topics.length === 0) {
    return lines(
      html`<b>Topics</b>`,
      html`The backlog is empty. Send some, one a line or with “;” between them:`,
      html`<code>/topics octopus hearts; black holes</code>`,
    )
  }
  return lines(
    html`<b>Topics</b> · the first one is next`,
    ...topics.slice(0, SHOWN).map((topic) => html`${topic.id}. ${clip(topic.text, 100)}`),
    topics.length > SHOWN && html`… and ${topics.length - SHOWN} more`,
    html``,
    html`<code>/topics more of them; one more</code> adds, <code>/topics drop 3</code> drops.`,
  )
}

export function topicsKeyboard(topics: readonly Topic[]): Keyboard {
  const buttons = topics
    .slice(0, 6)
    .map((topic) => press(`🗑 ${topic.id}. ${clip(topic.text, 18)}`, { kind: 'drop-topic', id: topic.id }))
  return Array.from({ length: Math.ceil(buttons.length / 2) }, (_, row) => buttons.slice(row * 2, row * 2 + 2))
}

export function addedText(outcome: AddedTopics): Html {
  return lines(
    outcome.added.length > 0 &&
      html`💭 Added ${outcome.added.length === 1 ? `“${outcome.added[0]?.text ?? ''}”` : `${outcome.added.length} topics`}.`,
    outcome.duplicates.length > 0 && html`Already there: ${clip(outcome.duplicates.join('; '), 300)}.`,
    ...outcome.rejected.slice(0, 5).map(({ reason }) => html`Not added: ${reason}`),
  )
}

export function droppedText(topic: Topic | null, asked: string): Html {
  return topic
    ? html`🗑 Dropped “${topic.text}”.`
    : html`There is no topic “${clip(asked, 40)}”. /topics shows their numbers.`
}

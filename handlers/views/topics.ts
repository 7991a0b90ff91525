import type { AddedTopics, DroppedTopics, Topic } from '../../pipeline/topics.ts'
import type { Keyboard } from '../../src/messaging/outbox.ts'
import { press } from './card.ts'
import { clip, type Html, html, lines } from './html.ts'

const SHOWN = 20
const DROPPED_SHOWN = 10
const REJECTED_SHOWN = 5

/** `brandTitle` is null when there is only one kit. */
export function topicsText(topics: readonly Topic[], brandTitle: string | null): Html {
  const of = brandTitle === null ? '' : ` · ${brandTitle}`
  if (topics.length === 0) {
    return lines(
      html`<b>Topics</b>${of}`,
      html`The backlog is empty. Send some, one a line or with “;” between them:`,
      html`<code>/topics octopus hearts; black holes</code>`,
    )
  }
  return lines(
    html`<b>Topics</b>${of} (${topics.length}) · the first one is next`,
    ...topics.slice(0, SHOWN).map((topic) => html`${topic.id}. ${clip(topic.text, 70)}`),
    topics.length > SHOWN && html`… and ${topics.length - SHOWN} more`,
    html``,
    html`Add: <code>/topics octopus hearts; black holes</code>`,
    html`Drop: <code>/topics drop ${topics[0]?.id ?? 1}</code>`,
  )
}

export function topicsKeyboard(topics: readonly Topic[], brand: string): Keyboard {
  const buttons = topics
    .slice(0, 6)
    .map((topic) => press(`🗑 ${topic.id}. ${clip(topic.text, 18)}`, { kind: 'drop-topic', id: topic.id, brand }))
  return Array.from({ length: Math.ceil(buttons.length / 2) }, (_, row) => buttons.slice(row * 2, row * 2 + 2))
}

export function addedText(outcome: AddedTopics): Html {
  return lines(
    outcome.added.length > 0 &&
      html`💭 Added ${outcome.added.length === 1 ? `“${outcome.added[0]?.text ?? ''}”` : `${outcome.added.length} topics`}. /generate takes the first one of the list.`,
    outcome.duplicates.length > 0 && html`Already there: ${clip(outcome.duplicates.join('; '), 300)}.`,
    ...outcome.rejected.slice(0, REJECTED_SHOWN).map(({ reason }) => html`Not added: ${reason}`),
    outcome.rejected.length > REJECTED_SHOWN && html`… and ${outcome.rejected.length - REJECTED_SHOWN} more not added.`,
  )
}

export function droppedText({ dropped, unknown }: DroppedTopics): Html {
  const first = dropped.slice(0, DROPPED_SHOWN)
  return lines(
    ...first.map((topic) => html`🗑 Dropped “${clip(topic.text, 100)}”.`),
    dropped.length > first.length && html`🗑 And ${dropped.length - first.length} more.`,
    unknown.length > 0 &&
      html`There is no topic ${clip(unknown.join(', '), 100)} in the list. /topics shows the numbers.`,
  )
}

export function whichTopicText(asked: string): Html {
  return lines(
    html`Which one? Send its number, for example <code>/topics drop 3</code>. /topics shows the numbers.`,
    asked !== '' && html`To add a topic that begins with this word: <code>/topics add …</code>`,
  )
}

import type { ServiceStatus } from '../scope.ts'
import { clip, type Html, html, lines } from './html.ts'
import { serviceLine } from './settings.ts'

/** The menu that Telegram shows, and /help. One list. */
export const COMMANDS = [
  { command: 'generate', description: 'Make a carousel, e.g. /generate octopus hearts' },
  { command: 'queue', description: 'What is being made, waiting, approved' },
  { command: 'topics', description: 'The backlog of topics: add, list, drop' },
  { command: 'schedule', description: 'When carousels are made by themselves' },
  { command: 'brand', description: 'Which brand new carousels wear' },
  { command: 'cancel', description: 'Stop what is being made' },
  { command: 'settings', description: 'What is set up, spending, files in the chat' },
  { command: 'health', description: 'How the machine and its services are' },
  { command: 'containers', description: 'Containers: state, logs, restart' },
  { command: 'logs', description: 'The log of one, e.g. /logs redis error' },
  { command: 'restart', description: 'Restart a container, after a question' },
  { command: 'stop', description: 'Stop a container, after a question' },
  { command: 'help', description: 'What I can do' },
  { command: 'start', description: 'Where things stand, and what to do next' },
] as const

export function helpText(): Html {
  return lines(
    html`<b>What I can do</b>`,
    ...COMMANDS.map(({ command, description }) => html`/${command} · ${description}`),
    html``,
    html`A carousel comes as an album with a card below it. Nothing goes out before you tap ✅.`,
  )
}

export function startText(input: {
  name: string
  services: readonly ServiceStatus[]
  schedule: string
  /** As people say it; null when nothing is scheduled. */
  next: string | null
  embedded: boolean
}): Html {
  const missing = input.services.filter((service) => !service.ready)
  return lines(
    html`👋 Hello ${input.name}. I make carousels: I find a surprising fact, write five slides, paint them, and ask you before anything goes out.`,
    html``,
    html`<b>Set up</b>`,
    ...input.services.map(serviceLine),
    input.next === null
      ? html`🕡 By itself: ${input.schedule}. /schedule changes that.`
      : html`🕡 By itself: ${input.schedule}; next ${input.next}`,
    input.embedded &&
      html`🗄 Embedded database: fine for trying out. Set <code>DATABASE_URL</code> to keep things for good.`,
    html``,
    missing.length === 0
      ? html`Everything is set up.`
      : html`It all works without keys, with what is built in. Each key makes one part better.`,
    html`<b>Next:</b> send <code>/generate octopus hearts</code>, or tap /generate for a surprise. /help lists everything.`,
  )
}

export function unknownCommandText(command: string): Html {
  return html`I do not know /${clip(command, 40)}. /help lists what I can do.`
}

/** Stands in the offer's place once it was taken. */
export function offerTakenText(topic: string): Html {
  return html`🛠 Making a carousel about <b>${withoutEnd(topic)}</b>. It shows below how far it is.`
}

export function plainTextText(topic: string): Html {
  return html`Shall I make a carousel about <b>${withoutEnd(topic)}</b>?`
}

/** The sentence around it has a mark of its own. */
function withoutEnd(topic: string): string {
  return topic.replace(/(?<=\S)[.?!…,;:]+$/u, '')
}

export function notTextText(): Html {
  return html`I read text only. Send a topic in a few words, or /help.`
}

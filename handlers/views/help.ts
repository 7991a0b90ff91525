import type { ServiceStatus } from '../scope.ts'
import { type Html, html, lines } from './html.ts'
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
  embedded: boolean
}): Html {
  const missing = input.services.filter((service) => !service.ready)
  return lines(
    html`👋 Hello ${input.name}. I make carousels: I find a surprising fact, write five slides, paint them, and ask you before anything goes out.`,
    html``,
    html`<b>Set up</b>`,
    ...input.services.map(serviceLine),
    html`🕡 By itself: ${input.schedule}`,
    input.embedded &&
      html`🗄 Embedded database: fine for trying out. Set <code>DATABASE_URL</code> to keep things for good.`,
    html``,
    missing.length === 0
      ? html`Everything is set up.`
      : html`It all works without keys, with what is built in. Each key makes one part better.`,
    html`<b>Next:</b> send /generate octopus hearts, or just /generate.`,
  )
}

export function unknownCommandText(command: string): Html {
  return html`I do not know /${command}. /help lists what I can do.`
}

export function plainTextText(topic: string): Html {
  return html`Shall I make a carousel about <b>${topic}</b>?`
}

export function notTextText(): Html {
  return html`I read text only. Send a topic, or /help.`
}

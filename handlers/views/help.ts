import type { ServiceStatus } from '../scope.ts'
import { clip, type Html, html, lines, withoutEnd } from './html.ts'

/** The menu that Telegram shows, and /help. One list; a phone shows 32 characters of a description. */
export const COMMANDS = [
  { command: 'generate', description: 'Make a carousel about …' },
  { command: 'queue', description: 'What is made, waiting, approved' },
  { command: 'topics', description: 'Backlog of topics: add, drop' },
  { command: 'schedule', description: 'Times of automatic carousels' },
  { command: 'brand', description: 'Brand of new carousels' },
  { command: 'cancel', description: 'Stop what is being made' },
  { command: 'settings', description: 'Setup, spending, files' },
  { command: 'cost', description: 'Money: on what, what is left' },
  { command: 'health', description: 'Health of machine and services' },
  { command: 'report', description: 'The day in short; week: charts' },
  { command: 'compare', description: 'Now and then: hour, day, deploy' },
  { command: 'alerts', description: 'What is wrong just now' },
  { command: 'incidents', description: 'What was wrong, and what helped' },
  { command: 'mutes', description: 'What I do not alert for' },
  { command: 'diagnose', description: 'Why something is wrong' },
  { command: 'containers', description: 'Containers: state, logs, restart' },
  { command: 'logs', description: 'The log of a container' },
  { command: 'restart', description: 'Restart a container, asks first' },
  { command: 'stop', description: 'Stop a container, asks first' },
  { command: 'cleanup', description: 'Make room; backup, vacuum' },
  { command: 'heal', description: 'Healing by itself: on, off' },
  { command: 'audit', description: 'What was done, by whom' },
  { command: 'help', description: 'What I can do' },
  { command: 'start', description: 'Where things stand, what is next' },
] as const

export function helpText(): Html {
  return lines(
    html`<b>What I can do</b>`,
    ...COMMANDS.map(({ command, description }) => html`/${command} · ${description}`),
    html``,
    html`For example <code>/generate octopus hearts</code>, <code>/topics honey; black holes</code>, <code>/schedule 18:30 weekdays</code> or <code>/logs redis error</code>.`,
    html`Or ask in plain words: “is everything ok?”, “why is redis down?”, “make one about honey”.`,
    html`Each /brand has its own schedule, topics and queue.`,
    html`A carousel comes as an album with a card below it. Nothing goes out before you tap ✅.`,
  )
}

export function startText(input: {
  name: string
  services: readonly ServiceStatus[]
  schedule: string
  /** As people say it; null when nothing is scheduled. */
  next: string | null
  timeZone: string
  embedded: boolean
}): Html {
  const missing = input.services.some((service) => !service.ready)
  const zone = input.schedule === 'off' ? '' : ` (${input.timeZone})`
  return lines(
    html`👋 Hello ${input.name}. I make carousels: a surprising fact, five slides, painted. Nothing goes out before you say so.`,
    html`And I watch this machine and its containers: I tell you when something is wrong, and why. /health /alerts`,
    html`<b>Next:</b> send <code>/generate octopus hearts</code>, or tap /generate for a surprise. /help lists everything.`,
    html``,
    html`<b>Set up</b>`,
    ...input.services.map(shortServiceLine),
    input.next === null
      ? html`🕡 By itself: ${input.schedule}${zone} · /schedule`
      : html`🕡 By itself: ${input.schedule}${zone}; next ${input.next}`,
    input.embedded && html`🗄 Embedded database, for trying out · <code>DATABASE_URL</code>`,
    html``,
    missing ? html`It all works without keys. Each key makes one part better.` : html`Everything is set up.`,
  )
}

/** "✔️ Facts: Groq" or "▫️ Facts: the built-in bank · GROQ_API_KEY": one line on a phone. */
function shortServiceLine(service: ServiceStatus): Html {
  if (service.ready) return html`✔️ ${service.purpose}: ${service.name}`
  return html`▫️ ${service.purpose}: ${service.standIn} · <code>${service.variable}</code>`
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

export function notTextText(): Html {
  return html`I read text only. Send a topic in a few words, or /help.`
}

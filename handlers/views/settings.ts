import type { Keyboard } from '../../src/messaging/outbox.ts'
import type { ServiceStatus } from '../scope.ts'
import { press } from './card.ts'
import { type Html, html, lines } from './html.ts'

export type SettingsInput = {
  documents: boolean
  brand: string
  timeZone: string
  owners: number
  database: 'postgres' | 'embedded'
  services: readonly ServiceStatus[]
  budget: { dailyUsd: number; monthlyUsd: number }
  spend: { todayUsd: number; monthUsd: number }
}

export function settingsText(input: SettingsInput): Html {
  return lines(
    html`<b>Settings</b>`,
    html`Brand: ${input.brand} · /brand`,
    html`Time zone: ${input.timeZone} (<code>TZ</code>) · /schedule`,
    html`Owners: ${input.owners}`,
    html`Database: ${input.database === 'postgres' ? 'PostgreSQL' : 'embedded, for trying out'}`,
    html`Spent: ${dollars(input.spend.todayUsd)} of ${dollars(input.budget.dailyUsd)} today, ${dollars(input.spend.monthUsd)} of ${dollars(input.budget.monthlyUsd)} this month`,
    html``,
    ...input.services.map(serviceLine),
    html``,
    html`After an approval, full-size PNG files come into the chat: <b>${input.documents ? 'yes' : 'no'}</b>`,
  )
}

/** "✔️ Facts: Groq" or "▫️ Facts: the built-in bank (Groq needs GROQ_API_KEY)". */
function serviceLine(service: ServiceStatus): Html {
  if (service.ready) return html`✔️ ${service.purpose}: ${service.name}`
  return html`▫️ ${service.purpose}: ${service.standIn} (${service.name} needs <code>${service.variable}</code>)`
}

export function settingsKeyboard(input: Pick<SettingsInput, 'documents'>): Keyboard {
  return [
    [
      press(input.documents ? 'Stop sending PNG files' : 'Send PNG files', {
        kind: 'setting',
        name: 'documents',
        value: !input.documents,
      }),
    ],
  ]
}

function dollars(amount: number): string {
  return `$${amount.toFixed(2)}`
}

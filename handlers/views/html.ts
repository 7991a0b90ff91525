import { toVisible } from '../../src/messaging/visible-text.ts'

/** The one HTML escaper. Everything shown in a chat is built with it. */

/** Text that is HTML already. An object, so that a string from outside can never pass for it. */
export type Html = { readonly html: string }
type Value = string | number | Html | readonly Html[]

/** A template whose values are escaped unless they are Html themselves; arrays are joined without a separator. */
export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Html {
  let text = parts[0] ?? ''
  values.forEach((value, index) => {
    text += render(value) + (parts[index + 1] ?? '')
  })
  return { html: text }
}

/** Joins lines that are there; false and null are left out. */
export function lines(...all: readonly (Html | null | false)[]): Html {
  return { html: all.flatMap((line) => (line ? [line.html] : [])).join('\n') }
}

export const nothing: Html = { html: '' }

function render(value: Value): string {
  if (typeof value === 'number') return String(value)
  if (typeof value === 'string') return escapeHtml(value)
  return 'html' in value ? value.html : value.map((part) => part.html).join('')
}

function escapeHtml(text: string): string {
  return toVisible(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

/** At most `maxChars` characters, with an ellipsis where something was cut. */
export function clip(text: string, maxChars: number): string {
  const characters = [...text]
  return characters.length <= maxChars
    ? text
    : `${characters
        .slice(0, maxChars - 1)
        .join('')
        .trimEnd()}…`
}

/** Without its last mark: the sentence around it has a mark of its own. */
export function withoutEnd(topic: string): string {
  return topic.replace(/(?<=\S)[.?!…,;:]+$/u, '')
}

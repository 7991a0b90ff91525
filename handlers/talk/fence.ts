import type { Html } from '../views/html.ts'

/** What a tool tells the model: data between marks that it cannot close, without secrets, without invisible signs. */
export function fence(source: string, text: string): string {
  const body = text.replaceAll('<', '‹').replaceAll('>', '›')
  return `<data from="${source}">\n${body}\n</data>`
}

const SIGNS: Record<string, string> = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&amp;': '&' }

/** What a message shows, as plain text. */
export function plainText({ html }: Html): string {
  return html.replace(/<[^>]*>/g, '').replace(/&(?:lt|gt|quot|amp);/g, (sign) => SIGNS[sign] ?? sign)
}

/** Cut where a model has read enough; the end of a log says more than its beginning. */
export function cutEnd(text: string, maxChars: number): string {
  return text.length <= maxChars ? text : `(cut off here)\n${text.slice(-maxChars).toWellFormed()}`
}

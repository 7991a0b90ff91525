/** Cuts a text of Telegram HTML that is too long for one message into several that stand on their own. */

/** Telegram counts what is shown, in UTF-16 units, without the tags. */
const MAX_UNITS = 4096
/** More would be a flood: whatever is that long belongs into a file. */
const MAX_PARTS = 5

const TOKEN = /<\/?[a-z][^>]*>|&(?:lt|gt|amp|quot|#\d{1,7}|#x[0-9a-f]{1,6});|[\s\S]/giu

type Part = { html: string; next: number; open: readonly string[] }

/** Tags that are open at a cut are closed and opened again; no character reference or surrogate pair is cut apart. */
export function splitHtml(html: string, maxUnits = MAX_UNITS): string[] {
  if (html.length <= maxUnits) return [html]
  const tokens = html.match(TOKEN) ?? []
  const parts: string[] = []
  let open: readonly string[] = []
  for (let next = 0; next < tokens.length && parts.length < MAX_PARTS; ) {
    const isLast = parts.length === MAX_PARTS - 1
    const part = takePart(tokens, next, open, maxUnits - 1)
    const cut = isLast && part.next < tokens.length
    if (/\S/.test(part.html.replace(/<[^>]*>/g, ''))) parts.push(`${part.html}${cut ? '…' : ''}`)
    next = part.next
    open = part.open
  }
  return parts
}

/** As many tokens as fit, up to the last white space in the second half where there is one. */
function takePart(tokens: readonly string[], from: number, opened: readonly string[], maxUnits: number): Part {
  const open = [...opened]
  let units = 0
  let gap: { at: number; open: readonly string[] } | null = null
  let at = from
  for (; at < tokens.length; at++) {
    const token = tokens[at] ?? ''
    if (token.length > 1 && token.startsWith('</')) open.pop()
    else if (token.length > 1 && token.startsWith('<')) open.push(token)
    else {
      units += isReference(token) ? 2 : token.length
      if (units > maxUnits) break
      if (/\s/.test(token) && units > maxUnits / 2) gap = { at, open: [...open] }
    }
  }
  const end = at < tokens.length && gap ? { ...gap, next: gap.at + 1 } : { at, open, next: at }
  return {
    html: opened.join('') + tokens.slice(from, end.at).join('') + end.open.toReversed().map(closing).join(''),
    next: end.next,
    open: end.open,
  }
}

/** One shown sign; counted as two, since a number may stand for a pair of surrogates. */
function isReference(token: string): boolean {
  return token.length > 2 && token.startsWith('&')
}

function closing(tag: string): string {
  return `</${/^<([a-z-]+)/i.exec(tag)?.[1] ?? ''}>`
}

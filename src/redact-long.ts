import { setImmediate as giveWay } from 'node:timers/promises'
import type { Redact } from './redact.ts'

/** For a text of hundreds of kilobytes, as the log of a container: in one go it would hold up everybody else for as long. */

const SLICE_CHARS = 128 * 1024
/** How many ends of lines are looked at before the slice grows: each costs a look at what is around it. */
const MAX_TRIES = 16
/** Beyond the reach of everything that is hidden over several lines, but private keys and blocks of YAML. */
const AROUND_CHARS = 4_500
const MAX_LINE_CHARS = 64 * 1024
const PEM_CHARS = 16_000

/** What `redact` makes of the whole text, in slices between which others have their turn. No secret is cut. */
export async function redactLong(text: string, redact: Redact): Promise<string> {
  const parts: string[] = []
  for (let from = 0; from < text.length; ) {
    if (from > 0) await giveWay()
    const to = findBorder(text, from, redact)
    parts.push(redact(text.slice(from, to)))
    from = to
  }
  return parts.join('')
}

function findBorder(text: string, from: number, redact: Redact): number {
  for (let least = from + SLICE_CHARS; least < text.length; least += SLICE_CHARS) {
    let at = least
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      at = text.indexOf('\n', at) + 1
      if (at === 0) return text.length
      if (isBorder(text, at, redact)) return at
    }
  }
  return text.length
}

/** What is around is hidden in the same way when it is taken apart here. */
function isBorder(text: string, at: number, redact: Redact): boolean {
  // A block of YAML goes on as long as lines are indented or empty, and may be long.
  if (!/\S/.test(text.charAt(at)) || isInPem(text, at)) return false
  const start = text.lastIndexOf('\n', Math.max(0, at - AROUND_CHARS)) + 1
  if (at - start > MAX_LINE_CHARS) return false
  const before = text.slice(start, at)
  const after = text.slice(at, at + AROUND_CHARS)
  return redact(before + after) === redact(before) + redact(after)
}

function isInPem(text: string, at: number): boolean {
  const before = text.slice(Math.max(0, at - PEM_CHARS), at)
  if (before.lastIndexOf('-----BEGIN') > before.lastIndexOf('-----END')) return true
  const after = text.slice(at, at + PEM_CHARS)
  const end = after.indexOf('-----END')
  const begin = after.indexOf('-----BEGIN')
  return end >= 0 && (begin < 0 || end < begin)
}

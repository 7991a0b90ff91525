import { toVisible } from '../messaging/visible-text.ts'

/** The end of a container's output, within limits of bytes that hold also when a line never ends. */

export type LogTail = {
  text: string
  /** There was more than this; only its end is here. */
  cut: boolean
}

const HEADER_BYTES = 8

/**
 * Takes the frames of a container without a terminal apart: eight bytes of header (stream, three zeros, length), then as many
 * bytes as it says. Chunks come cut anywhere.
 */
export function createDemultiplexer(take: (bytes: Buffer) => void): (chunk: Buffer) => void {
  let header = Buffer.alloc(0)
  let left = 0
  return (chunk) => {
    let rest = chunk
    while (rest.length > 0) {
      if (left > 0) {
        take(rest.subarray(0, left))
        const taken = Math.min(left, rest.length)
        left -= taken
        rest = rest.subarray(taken)
        continue
      }
      const missing = HEADER_BYTES - header.length
      header = Buffer.concat([header, rest.subarray(0, missing)])
      rest = rest.subarray(missing)
      if (header.length < HEADER_BYTES) return
      left = header.readUInt32BE(4)
      header = Buffer.alloc(0)
    }
  }
}

/** Keeps the last `maxBytes` of what is put in, and never holds more than twice as much. */
export function createRing(maxBytes: number) {
  let chunks: Buffer[] = []
  let held = 0
  let cut = false
  const shrink = () => {
    const all = Buffer.concat(chunks)
    if (all.length > maxBytes) cut = true
    // A copy: a slice would keep the whole chunk alive.
    chunks = [Buffer.from(all.subarray(Math.max(0, all.length - maxBytes)))]
    held = chunks[0]?.length ?? 0
  }
  return {
    put: (bytes: Buffer) => {
      const last = bytes.length > maxBytes ? bytes.subarray(bytes.length - maxBytes) : bytes
      if (last !== bytes) cut = true
      chunks.push(last)
      held += last.length
      if (held > 2 * maxBytes) shrink()
    },
    read: (): LogTail => {
      shrink()
      return { text: cleanLog((chunks[0] ?? Buffer.alloc(0)).toString('utf8')), cut }
    },
  }
}

const ESC = '\\u001b'
/** What a terminal takes for itself: colours and movements; titles and links, up to their end; signs of two or three characters. */
const COMMANDS = new RegExp(
  [
    // Each part is bounded and none goes beyond the next ESC, so that a log of nothing but beginnings is read once.
    `(?:${ESC}\\[|\\u009b)[0-?]{0,64}[ -/]{0,8}[@-~]`,
    `(?:${ESC}[\\]PX^_]|\\u009d)[^\\u0007\\u009c\\u009d${ESC}\\n]{0,2048}(?:\\u0007|\\u009c|${ESC}\\\\)`,
    `${ESC}[ -/]{0,4}[0-~]`,
  ].join('|'),
  'g',
)

/** As people read it: without colours, cursor movements and signs that show nothing. */
function cleanLog(text: string): string {
  return toVisible(text.replace(COMMANDS, ''))
}

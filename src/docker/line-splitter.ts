const LINE_FEED = 10

/** Takes lines out of chunks that come cut anywhere. A line longer than `maxBytes` is dropped whole, and never held. */
export function createLineSplitter(maxBytes: number, take: (line: string) => void): (chunk: Buffer) => void {
  let parts: Buffer[] = []
  let held = 0
  let dropping = false
  const put = (bytes: Buffer) => {
    if (dropping || bytes.length === 0) return
    held += bytes.length
    if (held > maxBytes) {
      dropping = true
      parts = []
    } else parts.push(bytes)
  }
  const end = () => {
    if (!dropping && held > 0) take(Buffer.concat(parts).toString('utf8'))
    parts = []
    held = 0
    dropping = false
  }
  return (chunk) => {
    let from = 0
    for (let at = chunk.indexOf(LINE_FEED); at !== -1; at = chunk.indexOf(LINE_FEED, from)) {
      put(chunk.subarray(from, at))
      end()
      from = at + 1
    }
    // A copy: what is left of a chunk may wait for hours, and would keep all of it alive.
    if (!dropping) put(Buffer.from(chunk.subarray(from)))
  }
}

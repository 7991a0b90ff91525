import type { Progress } from '../../pipeline/types.ts'

/** Where progress goes: one line that changes on a terminal, else a line for each change. */
export type ProgressLine = { show(text: string): void; clear(): void }

type Terminal = { isTTY?: boolean; columns?: number; write(text: string): unknown }

const CLEAR_LINE = '\r\u001B[2K'
const NARROW_COLUMNS = 40

export function createProgressLine(stream: Terminal): ProgressLine {
  let last = ''
  if (stream.isTTY !== true) {
    const show = (text: string) => {
      if (text !== last) stream.write(`${text}\n`)
      last = text
    }
    return { show, clear: () => undefined }
  }
  return {
    show: (text) => {
      // A line that wraps could not be taken back.
      const width = Math.max(NARROW_COLUMNS, stream.columns ?? 80) - 1
      last = text.length > width ? `${text.slice(0, width - 1)}…` : text
      stream.write(`${CLEAR_LINE}${last}`)
    },
    clear: () => {
      if (last !== '') stream.write(CLEAR_LINE)
      last = ''
    },
  }
}

export function describeProgress(progress: Progress): string {
  switch (progress.stage) {
    case 'fact':
      return 'Looking for a fact…'
    case 'words':
      return `Writing the slides: ${progress.fact ?? ''}`
    case 'pictures':
      return `Painting the pictures (${progress.picturesDone} of ${progress.picturesTotal})…`
    case 'finishing':
      return 'Putting it together…'
  }
}

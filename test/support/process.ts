import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

export type Ended = { code: number | null; signal: NodeJS.Signals | null; stdout: string; stderr: string }

export type TestProcess = {
  pid: number
  ended: Promise<Ended>
  stdout(): string
  stderr(): string
  /** Resolves when the text stands in what was printed; rejects when the process ends before. */
  printed(text: string): Promise<void>
  kill(signal: NodeJS.Signals): void
}

/** Runs one of the programs as a process of its own. Of the environment it gets only what is given, and PATH. */
export function startProcess(script: string, args: readonly string[], env: Record<string, string>): TestProcess {
  const { PATH = '' } = process.env
  const child = spawn(process.execPath, [script, ...args], {
    cwd: ROOT,
    env: { PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const text = { stdout: '', stderr: '' }
  const waiting = new Set<() => void>()
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (chunk: string) => {
      text[stream] += chunk
      for (const look of waiting) look()
    })
  }
  const ended = new Promise<Ended>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal, ...text }))
  })
  const printed = (wanted: string) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        if (!text.stdout.includes(wanted) && !text.stderr.includes(wanted)) return
        waiting.delete(look)
        resolve()
      }
      waiting.add(look)
      look()
      void ended.then((end) => reject(new Error(`ended without printing “${wanted}”: ${JSON.stringify(end)}`)))
    })
  return {
    pid: child.pid ?? 0,
    ended,
    stdout: () => text.stdout,
    stderr: () => text.stderr,
    printed,
    kill: (signal) => void child.kill(signal),
  }
}

import { type ChildProcess, spawn } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Answer, LoopReport, Question } from './bot.ts'

/** A bot in a process of its own, seen from outside. */
export type BotProcess = {
  pid: number
  /** Milliseconds from the start of the process to its being ready for updates. */
  readyMs: number
  /** Forgets the lag seen so far. */
  watchLoop(): Promise<void>
  readLoop(): Promise<LoopReport>
  stop(): Promise<void>
}

const BOT = fileURLToPath(new URL('./bot.ts', import.meta.url))

export async function startBot(env: Record<string, string>, nodeArgs: readonly string[] = []): Promise<BotProcess> {
  const startedMs = performance.now()
  const child = spawn(process.execPath, [...nodeArgs, BOT], {
    env: { ...inherited(), ...env },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  await nextAnswer(child, 'ready')
  const readyMs = performance.now() - startedMs
  const ask = async <K extends Answer['kind']>(question: Question, kind: K) => {
    const answered = nextAnswer(child, kind)
    child.send(question)
    return answered
  }
  return {
    pid: child.pid ?? 0,
    readyMs,
    watchLoop: async () => void (await ask('watch', 'watching')),
    readLoop: () => ask('report', 'report'),
    stop: async () => {
      const gone = new Promise((resolve) => child.once('exit', resolve))
      child.send('stop' satisfies Question)
      await gone
    },
  }
}

/** The environment of the unit and the image in deploy/, allocator included: pictures must go back to the system. */
export function inherited(): Record<string, string> {
  const allocator = { MALLOC_ARENA_MAX: '2', MALLOC_MMAP_THRESHOLD_: '131072' }
  return { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', NODE_ENV: 'production', ...allocator }
}

function nextAnswer<K extends Answer['kind']>(child: ChildProcess, kind: K): Promise<Extract<Answer, { kind: K }>> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null) => reject(new Error(`the bot ended with ${code} while it was to be ${kind}`))
    const onMessage = (message: Answer) => {
      if (!isKind(message, kind)) return
      child.off('exit', onExit)
      child.off('message', onMessage)
      resolve(message)
    }
    child.on('exit', onExit)
    child.on('message', onMessage)
  })
}

function isKind<K extends Answer['kind']>(answer: Answer, kind: K): answer is Extract<Answer, { kind: K }> {
  return answer.kind === kind
}

const BYTES_A_MB = 2 ** 20

/** Resident memory of a process in MB (2^20 bytes), now and at its highest since `forgetPeak`. Linux only. */
export async function readMemory(pid: number): Promise<{ nowMb: number; peakMb: number }> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  const read = (name: string) =>
    (Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) * 1024) / BYTES_A_MB
  return { nowMb: read('VmRSS'), peakMb: read('VmHWM') }
}

/** The kernel begins a new high-water mark. */
export async function forgetPeak(pid: number): Promise<void> {
  await writeFile(`/proc/${pid}/clear_refs`, '5')
}

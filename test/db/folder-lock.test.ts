import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { lockFolder } from '../../src/db/folder-lock.ts'

let dir: string
let lockFile: string
const children: ChildProcess[] = []
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'nexus-lock-'))
  lockFile = join(dir, 'nexus.lock')
})
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  rmSync(dir, { recursive: true })
})

/** A process of its own that takes the lock, says so or why not, and stays. */
async function startHolder(): Promise<{ child: ChildProcess; said: string }> {
  const module = new URL('../../src/db/folder-lock.ts', import.meta.url).href
  const code = `
    const { lockFolder } = await import(${JSON.stringify(module)})
    try { lockFolder(${JSON.stringify(dir)}); console.log('locked') } catch (failure) { console.log(failure.code + ': ' + failure.message) }
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] })
  children.push(child)
  const [chunk] = await once(child.stdout, 'data')
  return { child, said: String(chunk).trim() }
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL')
  await once(child, 'exit')
}

test('a second process is refused with the number of the first and what to do', async () => {
  const { child } = await startHolder()
  const { said } = await startHolder()
  expect(said).toBe(
    `conflict: Another Nexus (process ${child.pid} on ${hostname()}) uses this data folder: stop it, or set NEXUS_DATA_DIR`,
  )
})

test('the lock of a killed process is taken over', async () => {
  const { child, said } = await startHolder()
  expect(said).toBe('locked')
  await kill(child)
  const lock = lockFolder(dir)
  expect(readFileSync(lockFile, 'utf8')).toContain(`${process.pid} `)
  lock.release()
})

test('of many processes that find a dead lock exactly one takes it over', async () => {
  const { child } = await startHolder()
  await kill(child)
  const answers = await Promise.all(Array.from({ length: 6 }, () => startHolder()))
  expect(answers.filter(({ said }) => said === 'locked')).toHaveLength(1)
})

test('what a process left that died while taking over is cleared away', async () => {
  const { child } = await startHolder()
  await kill(child)
  writeFileSync(`${lockFile}.next`, readFileSync(lockFile))
  lockFolder(dir).release()
  expect(readdirSync(dir)).toEqual([])
})

test('releasing frees the folder; releasing twice is harmless', () => {
  const lock = lockFolder(dir)
  lock.release()
  lock.release()
  expect(existsSync(lockFile)).toBe(false)
  lockFolder(dir).release()
})

test('a lock that somebody else took meanwhile is not released', () => {
  const lock = lockFolder(dir)
  writeFileSync(lockFile, '1 elsewhere 5\n')
  lock.release()
  expect(existsSync(lockFile)).toBe(true)
})

test('the same process does not get the folder twice', () => {
  const lock = lockFolder(dir)
  expect(() => lockFolder(dir)).toThrow('Another Nexus')
  lock.release()
})

describe('a lock file that nobody living stands behind is taken over', () => {
  test.each([
    ['a number that now belongs to another process', `${process.ppid} ${hostname()} 1\n`],
    ['our own number from before a restart of the machine', `${process.pid} ${hostname()} 1\n`],
    ['a number that cannot be', `-1 ${hostname()} 1\n`],
    ['half a line, after a power cut', '12'],
    ['nothing at all', ''],
  ])('%s', (_what, content) => {
    writeFileSync(lockFile, content)
    const lock = lockFolder(dir)
    expect(readFileSync(lockFile, 'utf8')).toContain(`${process.pid} ${hostname()}`)
    lock.release()
  })
})

describe('a lock of another host, as of a second container on one volume', () => {
  const leave = (secondsAgo: number) => {
    const at = new Date(Date.now() - secondsAgo * 1_000)
    writeFileSync(lockFile, '1 another-host 77\n')
    utimesSync(lockFile, at, at)
  }

  test.each([0, 20, -3_600])('that was touched %i s ago is respected', (secondsAgo) => {
    leave(secondsAgo)
    expect(() => lockFolder(dir)).toThrow(
      'Another Nexus (process 1 on another-host) uses this data folder: stop it, or set NEXUS_DATA_DIR. If it was killed a moment ago, try again in half a minute',
    )
    expect(readdirSync(dir)).toEqual(['nexus.lock'])
  })

  test('that nobody has touched for half a minute is taken over', () => {
    leave(31)
    lockFolder(dir).release()
    expect(readdirSync(dir)).toEqual([])
  })

  test('stays alive for as long as its process lives, and not longer', () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    try {
      const lock = lockFolder(dir)
      const long = new Date(Date.now() - 60_000)
      utimesSync(lockFile, long, long)
      vi.advanceTimersByTime(5_000)
      expect(statSync(lockFile).mtimeMs).toBeGreaterThan(long.getTime() + 30_000)

      writeFileSync(lockFile, '1 another-host 77\n')
      utimesSync(lockFile, long, long)
      vi.advanceTimersByTime(5_000)
      expect(statSync(lockFile).mtimeMs).toBe(long.getTime())
      lock.release()
      expect(vi.getTimerCount()).toBe(0)
    } finally {
      vi.useRealTimers()
    }
  })
})

test('a folder that cannot be written is a failure that says what to do', () => {
  writeFileSync(join(dir, 'file'), '')
  expect(() => lockFolder(join(dir, 'file'))).toThrow(/cannot be written: give this user write permission or set/)
})

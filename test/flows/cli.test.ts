import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type AllFakes, startAllFakes } from '../support/fakes/index.ts'
import { type Machine, startMachine } from '../support/machine.ts'

vi.setConfig({ testTimeout: 180_000 })

const SCRIPT = 'src/cli/generate.ts'
const NUMBERS = [1, 2, 3, 4, 5]
const FILES = [
  'caption.txt',
  'carousel.json',
  ...NUMBERS.flatMap((n) => [`slide-${n}.jpg`, `slide-${n}.png`]),
  'story.png',
].sort()

let machine: Machine
let folder: string
let out: string
beforeEach(async () => {
  machine = await startMachine()
  folder = await mkdtemp(join(tmpdir(), 'nexus-cli-'))
  out = join(folder, 'out')
})
afterEach(async () => {
  await machine.close()
  await rm(folder, { recursive: true, force: true })
})

const start = (args: string[], env: Record<string, string> = {}) => machine.start(SCRIPT, args, env)
const generate = (args: string[], env: Record<string, string> = {}) => start(args, env).ended
const lastLine = (text: string) => text.trimEnd().split('\n').at(-1) ?? ''
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
const asRoot = process.getuid?.() === 0

describe('npm run generate', () => {
  it('writes the whole carousel, says so in one JSON line, and keeps foreign files', async () => {
    await mkdir(out)
    await writeFile(join(out, 'mine.txt'), 'keep me')
    await writeFile(join(out, 'caption.txt'), 'from an earlier call')
    const end = await generate(['--topic', 'octopus hearts', '--out', out, '--json'])
    expect(end).toMatchObject({ code: 0, signal: null })
    expect(end.stdout.trimEnd().split('\n')).toHaveLength(1)
    const report = JSON.parse(end.stdout)
    expect(report).toMatchObject({ ok: true, out, topic: 'octopus hearts', brand: 'factsmind', verified: false })
    expect(report.paths).toEqual(FILES.map((file) => join(out, file)))
    expect(report.fact).toContain('octopus')
    expect(report.source.url).toMatch(/^https:/)
    expect(report.madeBy.fact.provider).toBe('local')
    expect(report.seconds).toBeGreaterThan(0)

    expect((await readdir(out)).sort()).toEqual([...FILES, 'mine.txt'].sort())
    expect(await readFile(join(out, 'mine.txt'), 'utf8')).toBe('keep me')
    const sizeOf = async (name: string) => {
      const { width, height, format } = await sharp(join(out, name)).metadata()
      return `${format} ${width}x${height}`
    }
    for (const n of NUMBERS) {
      expect(await sizeOf(`slide-${n}.png`)).toBe('png 2160x2700')
      expect(await sizeOf(`slide-${n}.jpg`)).toBe('jpeg 1080x1350')
    }
    expect(await sizeOf('story.png')).toBe('png 1080x1920')
    const manifest = JSON.parse(await readFile(join(out, 'carousel.json'), 'utf8'))
    for (const slide of manifest.slides)
      expect(sha256(await readFile(join(out, slide.png.file)))).toBe(slide.png.sha256)
    expect(await readFile(join(out, 'caption.txt'), 'utf8')).toContain('#')
    // Progress belongs to the other stream: plain lines where no terminal is.
    expect(end.stderr).toContain('Painting the pictures (4 of 4)')
    expect(end.stderr).not.toContain('\r')
  })

  it('pays nothing when the same topic is asked for again, and tells the same fact', async () => {
    const fakes = await startAllFakes()
    const first = await generate(['--topic', 'octopus hearts', '--out', out, '--json'], fakes.env)
    const paid = () => [fakes.groq, fakes.anthropic, fakes.gemini, fakes.pexels].map(({ requests }) => requests.length)
    const before = paid()
    const again = await generate(['--topic', 'octopus  hearts ', '--out', `${out}-2`, '--json'], fakes.env)
    await fakes.close()
    expect([first.code, again.code]).toEqual([0, 0])
    expect(JSON.parse(first.stdout).madeBy.fact.provider).toBe('groq')
    expect(JSON.parse(again.stdout).fact).toBe(JSON.parse(first.stdout).fact)
    expect(JSON.parse(again.stdout).run).not.toBe(JSON.parse(first.stdout).run)
    expect(paid()).toEqual(before)
  })

  it('makes something without a topic, another each time, in the brand that was asked for', async () => {
    const first = await generate(['--out', out, '--json', '--brand', 'marginalia'])
    const second = await generate(['--out', `${out}-2`, '--json', '--brand', 'marginalia'])
    expect([first.code, second.code]).toEqual([0, 0])
    expect(JSON.parse(first.stdout).brand).toBe('marginalia')
    expect(JSON.parse(second.stdout).fact).not.toBe(JSON.parse(first.stdout).fact)
  })

  it('stops cleanly on Ctrl+C, leaves nothing half-written, and the next call goes on without paying again', async () => {
    const fakes: AllFakes = await startAllFakes({ groq: { delayMs: 1_000 } })
    const call = ['--topic', 'octopus hearts', '--out', out, '--json']
    const stopped = start(call, fakes.env)
    await vi.waitUntil(() => fakes.groq.requests.length === 1, { timeout: 60_000, interval: 20 })
    stopped.kill('SIGINT')
    stopped.kill('SIGINT')
    const end = await stopped.ended
    expect(end).toMatchObject({ code: 130, signal: null })
    expect(JSON.parse(lastLine(end.stdout))).toMatchObject({ ok: false, error: { code: 'cancelled' } })
    expect(await readdir(folder)).toEqual([])

    const next = await generate(call, fakes.env)
    await fakes.close()
    expect(next.code).toBe(0)
    expect(fakes.groq.requests).toHaveLength(1)
    expect((await readdir(out)).sort()).toEqual(FILES)
  })

  it('goes on after kill -9', async () => {
    const fakes = await startAllFakes({ anthropic: { delayMs: 1_000 } })
    const call = ['--topic', 'octopus hearts', '--out', out]
    const killed = start(call, fakes.env)
    await vi.waitUntil(() => fakes.anthropic.requests.length === 1, { timeout: 60_000, interval: 20 })
    killed.kill('SIGKILL')
    await killed.ended
    const next = await generate(call, fakes.env)
    await fakes.close()
    expect(next.code).toBe(0)
    expect(fakes.groq.requests).toHaveLength(1)
    expect(fakes.anthropic.requests).toHaveLength(2)
  })

  it('says which folder is in use, or works beside a bot that runs on PostgreSQL', async () => {
    const bot = await machine.startBot()
    const end = await generate(['--topic', 'honey', '--out', out])
    if (machine.databaseUrl === null) {
      expect(end.code).toBe(1)
      expect(lastLine(end.stderr)).toContain(`Another Nexus (process ${bot.pid} on`)
      expect(await readdir(folder)).toEqual([])
    } else {
      expect(end.code).toBe(0)
      expect(end.stdout).toContain(`13 files in ${out}`)
    }
  })
})

describe('what cannot be used', () => {
  /** Ends with one line, the code, and no trace in the file system. */
  async function refuse(args: string[], code: number, words: string | RegExp): Promise<void> {
    const end = await generate(args)
    expect(end.stderr.trimEnd().split('\n')).toHaveLength(1)
    expect(end.stderr).toMatch(words)
    expect({ code: end.code, stdout: end.stdout }).toEqual({ code, stdout: '' })
    expect(await readdir(folder)).toEqual([])
  }

  it.each([
    ['an empty topic', ['--topic', ''], 1, /The topic is empty/],
    ['a topic of control characters', ['--topic', '\u0001\u0007\u001B'], 1, /The topic is empty/],
    ['a topic of 10,000 characters', ['--topic', 'a'.repeat(10_000)], 1, /at most 200 characters; this one has 10,000/],
    ['an unknown brand', ['--topic', 'honey', '--brand', 'nope'], 1, /no brand kit "nope".*factsmind, marginalia/],
    ['a brand outside templates/', ['--topic', 'honey', '--brand', '../src'], 1, /no brand kit/],
    ['an unknown option', ['--topic', 'honey', '--colour', 'red'], 2, /unknown option '--colour'/],
    ['a stray word', ['--topic', 'honey', 'bees'], 2, /too many arguments/],
  ])('refuses %s in one line', (_, args, code, words) => refuse([...args, '--out', out], code, words))

  it('names an unknown option also when --out is missing: it may be the slip of the pen', async () => {
    await refuse(['--topic', 'honey', '--output', out], 2, /unknown option '--output'/)
  })

  it('refuses a missing or empty --out', async () => {
    await refuse(['--topic', 'honey'], 2, /--out is missing/)
    await refuse(['--topic', 'honey', '--out', ''], 2, /--out is empty/)
  })

  it('refuses a file, a folder below a file and a place where nothing can be made', async () => {
    const file = join(machine.dataDir, 'file')
    await writeFile(file, 'precious')
    await refuse(['--topic', 'honey', '--out', file], 1, /is not a folder/)
    await refuse(['--topic', 'honey', '--out', join(file, 'below')], 1, /is not a folder/)
    await refuse(['--topic', 'honey', '--out', '/proc/nexus/out'], 1, /cannot be made/)
    expect(await readFile(file, 'utf8')).toBe('precious')
  })

  // To root no folder is closed: there the read-only disk below stands for it.
  if (!asRoot) {
    it('refuses a folder that this user may not write to', async () => {
      await chmod(folder, 0o555)
      await refuse(['--topic', 'honey', '--out', out], 1, /cannot be written/)
      await chmod(folder, 0o755)
    })
  }
})

/** Puts a small file system of its own over the test's folder. */
const mount = (options: string) => execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder])
const unmount = () => execFileSync('umount', [folder])

describe.skipIf(!asRoot)('disks that refuse (needs root, to mount them)', () => {
  it('a full one is said in one line, leaves no part of a carousel, and the next call needs no new one', async () => {
    mount('size=4m')
    try {
      await writeFile(join(folder, 'mine.txt'), 'keep me')
      const full = await generate(['--topic', 'honey', '--out', folder])
      expect(full.code).toBe(1)
      expect(lastLine(full.stderr)).toMatch(/The disk is full: nothing can be written to .*Free some space/)
      expect(await readdir(folder)).toEqual(['mine.txt'])
    } finally {
      unmount()
    }
    const next = await generate(['--topic', 'honey', '--out', out])
    expect(next.code).toBe(0)
    expect(next.stderr).not.toContain('Painting')
    expect((await readdir(out)).sort()).toEqual(FILES)
  })

  it('a read-only one is said before anything is made', async () => {
    mount('size=1m,ro')
    try {
      const end = await generate(['--topic', 'honey', '--out', out])
      expect(end).toMatchObject({ code: 1, stdout: '' })
      expect(end.stderr).toMatch(/^[^\n]+cannot be written[^\n]+\n$/)
    } finally {
      unmount()
    }
  })
})

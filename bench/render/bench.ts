import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import sharp from 'sharp'
import { type Brand, loadBrand } from '../../pipeline/brand.ts'
import { createRenderer, type Output, type Renderer } from '../../pipeline/render/renderer.ts'
import type { SlideCopy, SlideRole } from '../../src/content.ts'
import { createLog } from '../../src/log.ts'
import { createWorkerPool } from '../../src/worker-pool.ts'
import { makeBenchPictures } from './pictures.ts'

/**
 * Five slides at 2160x2700, from five 1024x1024 PNGs to JPEGs, against Pillow and against the floor (decode, resample and
 * encode alone). All contenders take turns, so that other load on the machine hits all of them; medians are compared.
 */
const ROUNDS = Number(process.argv[2] ?? 7)
const PYTHON = '/usr/bin/python3'
const run = promisify(execFile)

const COPY: { role: SlideRole; copy: SlideCopy }[] = [
  {
    role: 'hook',
    copy: { title: 'Why does time slow down near black holes?', body: 'Einstein predicted it. Clocks proved it.' },
  },
  {
    role: 'reveal',
    copy: {
      title: 'Your brain runs on 20 watts',
      body: 'That is less than a dim light bulb. It handles 86 billion neurons and about 100 trillion connections while using a fifth of your energy.',
    },
  },
  {
    role: 'mechanism',
    copy: {
      title: 'Gravity bends the path of every tick',
      body: 'Near a mass, space-time itself curves. The ticks of a clock have further to travel, so an hour there can be years here.',
    },
  },
  {
    role: 'twist',
    copy: {
      title: 'You age faster on a mountain',
      body: 'Every metre up speeds your clock a little. Satellites correct for it every single day, or your map would drift by kilometres.',
    },
  },
  { role: 'closing', copy: { title: 'The kit has the words', body: '' } },
]

const dir = await mkdtemp(join(tmpdir(), 'nexus-bench-'))
const pool = createWorkerPool({ threads: 2 })
try {
  const pictures = await makeBenchPictures(dir)
  const brand = await loadBrand(fileURLToPath(new URL('../../templates', import.meta.url)), 'factsmind')
  const renderer = createRenderer({ pool, log: createLog({ level: 'silent', redact: (line) => line }) })
  const job = await writeJob(brand, pictures)
  const watch = watchProcess()
  await renderFive(renderer, brand, pictures)
  await renderFive(renderer, brand, pictures, ['png', 'jpeg-preview'])
  const load = watch.stop()
  const times = await alternate({
    nexus: () => timed(() => renderFive(renderer, brand, pictures)),
    floor: () => timed(() => resampleFive(pictures)),
    'pillow, tuned, one process': async () => Number((await run(PYTHON, [script('tuned.py'), job])).stdout),
    'pillow, plain, a process a slide': () => timed(() => runPlain(job)),
  })
  report(times, load)
} finally {
  await pool.close()
  await rm(dir, { recursive: true, force: true })
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

async function renderFive(
  renderer: Renderer,
  brand: Brand,
  pictures: string[],
  outputs: readonly Output[] = ['jpeg-master'],
): Promise<void> {
  await Promise.all(
    COPY.map(({ role, copy }, index) =>
      renderer.renderSlide({
        brand,
        role,
        index: index + 1,
        total: COPY.length,
        copy,
        picturePath: pictures[index] ?? null,
        outDir: dir,
        name: `nexus-${index + 1}`,
        outputs,
      }),
    ),
  )
}

async function resampleFive(pictures: string[]): Promise<void> {
  sharp.concurrency(1)
  sharp.cache(false)
  await Promise.all(
    pictures.map((path, index) =>
      sharp(path)
        .resize(2160, 2700, { fit: 'cover', kernel: 'cubic' })
        .jpeg({ quality: 92, chromaSubsampling: '4:4:4', optimiseCoding: false })
        .toFile(join(dir, `floor-${index + 1}.jpg`)),
    ),
  )
}

async function runPlain(job: string): Promise<void> {
  for (const index of COPY.keys()) await run(PYTHON, [script('plain.py'), job, String(index)])
}

async function writeJob(brand: Brand, pictures: string[]): Promise<string> {
  const slides = COPY.map(({ role, copy }, index) => ({
    ...copy,
    role,
    index,
    picture: pictures[index],
    out: join(dir, `pillow-${index + 1}.jpg`),
  }))
  const path = join(dir, 'job.json')
  await writeFile(path, JSON.stringify({ slides, fonts: brand.fontFiles }))
  return path
}

/** One warm-up round, then `ROUNDS` counted ones. */
async function alternate(contenders: Record<string, () => Promise<number>>): Promise<Map<string, number[]>> {
  const times = new Map<string, number[]>()
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [name, contender] of Object.entries(contenders)) {
      const elapsedMs = await contender()
      if (round > 0) times.set(name, [...(times.get(name) ?? []), elapsedMs])
    }
  }
  return times
}

type Load = { idleMb: number; peakMb: number; lagMs: number; busyMs: number }

/**
 * Memory and main-loop lag, sampled: a peak of native memory shows nowhere else. `busyMs` is the processor time of the
 * main thread between two ticks: on a machine with other load, the lag counts the waiting for a core as well.
 */
function watchProcess(): { stop(): Load } {
  const tickMs = 5
  const idle = process.memoryUsage.rss()
  let [peak, longest, last] = [idle, 0, performance.now()]
  let [busiest, used] = [0, mainThreadMs()]
  const timer = setInterval(() => {
    const now = performance.now()
    longest = Math.max(longest, now - last - tickMs)
    last = now
    peak = Math.max(peak, process.memoryUsage.rss())
    busiest = Math.max(busiest, mainThreadMs() - used)
    used = mainThreadMs()
  }, tickMs)
  return {
    stop() {
      clearInterval(timer)
      return { idleMb: idle / 2 ** 20, peakMb: peak / 2 ** 20, lagMs: longest, busyMs: busiest }
    },
  }
}

function mainThreadMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

function report(times: Map<string, number[]>, load: Load): void {
  const median = (name: string): number => (times.get(name) ?? []).toSorted((a, b) => a - b)[ROUNDS >> 1] ?? Number.NaN
  const ours = median('nexus')
  for (const name of times.keys()) {
    process.stdout.write(
      `${name.padEnd(34)} ${median(name).toFixed(0).padStart(6)} ms  ${(median(name) / ours).toFixed(2)} x nexus\n`,
    )
  }
  const lines = [
    `against plain Pillow: ${(median('pillow, plain, a process a slide') / ours).toFixed(2)} times as fast (at least 4)`,
    `against tuned Pillow: ${(median('pillow, tuned, one process') / ours).toFixed(2)} times as fast (at least 1.7)`,
    `against the floor: ${(ours / median('floor')).toFixed(2)} times its time (at most 1.6)`,
    `longest main-loop lag: ${load.lagMs.toFixed(1)} ms, of which ${load.busyMs.toFixed(1)} ms were work (at most 20)`,
    `memory: ${load.idleMb.toFixed(0)} MB before, ${load.peakMb.toFixed(0)} MB at most (350 MB more at most)`,
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
}

function script(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url))
}

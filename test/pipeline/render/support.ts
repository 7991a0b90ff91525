import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import { paintClouds } from '../../../bench/render/pictures.ts'
import type { Brand } from '../../../pipeline/brand.ts'
import { loadBrand } from '../../../pipeline/brand.ts'
import { createRenderer, type Renderer } from '../../../pipeline/render/renderer.ts'
import type { ArcRole, SlideCopy } from '../../../src/content.ts'
import { createWorkerPool, type WorkerPool } from '../../../src/worker-pool.ts'
import { createTestLog } from '../../support/log.ts'

export const BRANDS_DIR = fileURLToPath(new URL('../../../templates', import.meta.url))
export const BRAND_NAMES = ['factsmind', 'marginalia'] as const

export function openBrand(name: string): Promise<Brand> {
  return loadBrand(BRANDS_DIR, name)
}

export function createTestRenderer(): { renderer: Renderer; pool: WorkerPool } {
  const pool = createWorkerPool({ threads: 2 })
  return { renderer: createRenderer({ pool, log: createTestLog().log }), pool }
}

export function makeFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'nexus-render-'))
}

/** A picture like those of the pipeline, the same in every run. */
export async function makePicture(dir: string, seed = 4, size = 512): Promise<string> {
  const path = join(dir, `picture-${seed}.png`)
  await sharp(paintClouds(size, seed), { raw: { width: size, height: size, channels: 3 } })
    .png()
    .toFile(path)
  return path
}

/** Ordinary words for each slide, with what usually goes wrong: emoji at the end, signs, numbers, quotes. */
export const COPY: Record<ArcRole, SlideCopy> = {
  hook: { title: 'Why does time slow down near black holes? 🌌', body: 'Einstein predicted it. Clocks proved it.' },
  reveal: {
    title: 'Your brain runs on 20 watts 🧠',
    body: 'That is less than a dim bulb. It feeds 86 billion neurons and about 100 trillion connections with it.',
  },
  mechanism: {
    title: 'Gravity bends the path of every tick',
    body: 'Near a mass, space-time curves. "Straight ahead" is longer there, so a clock\'s ticks arrive late.',
  },
  twist: {
    title: 'You age faster on a mountain ⚡',
    body: 'At 4,000 m a clock gains 13 µs a year. Satellites correct 38 µs a day, or maps would drift.',
  },
}

/** About as many letters as the limits of the draft allow to fit. */
export const LONG_COPY: Record<ArcRole, SlideCopy> = {
  hook: {
    title: 'The oldest known living tree was already ancient when Rome was founded',
    body: 'It still stands in a place that is kept secret, and it grows a little every single year of its life.',
  },
  reveal: {
    title: 'A single teaspoon of healthy soil holds more living things than there are people',
    body: 'Bacteria, fungi and tiny worms share it. Most of them have no name yet, since they refuse to grow in any laboratory that has tried to keep them.',
  },
  mechanism: {
    title: 'Every drop of water on this planet is older than the star that warms it today',
    body: 'Part of the ice formed in the cold cloud before the Sun lit up, then rode in on rocks and comets that hit the young Earth while it cooled.',
  },
  twist: {
    title: 'The safest place in a thunderstorm turns out to be inside a metal box on wheels',
    body: 'The current runs along the skin of the car and leaves through the wet tyres. The people inside stay dry and unharmed as long as the windows are closed.',
  },
}

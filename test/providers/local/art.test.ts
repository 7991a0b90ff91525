import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import sharp from 'sharp'
import { afterAll, describe, expect, it } from 'vitest'
import { ARC, CATEGORIES } from '../../../src/content.ts'
import { COMPOSITIONS, type CompositionName } from '../../../src/providers/local/art/compositions.ts'
import { type ArtTask, paintComposition, paintRaw } from '../../../src/providers/local/art/paint.ts'
import { createLocalArt } from '../../../src/providers/local/art.ts'
import { createWorkerPool } from '../../../src/worker-pool.ts'

/** Small enough to forgive a pixel here and there, large enough to notice a lost planet. */
const THUMB = { width: 32, height: 40 }
const pool = createWorkerPool({ threads: 1 })
const art = createLocalArt({ pool })
const context = () => ({ signal: new AbortController().signal, step: 'image' })
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const NAMES = Object.keys(COMPOSITIONS) as CompositionName[]

afterAll(() => pool.close())

const painted = new Map<string, Picture>()
function rawOf(task: ArtTask): Picture {
  const key = JSON.stringify(task)
  const picture = painted.get(key) ?? paintRaw(task)
  painted.set(key, picture)
  return picture
}

async function thumbOf({ width, height, data }: Picture): Promise<Buffer> {
  return sharp(data, { raw: { width, height, channels: 3 } })
    .resize({ ...THUMB, fit: 'fill' })
    .raw()
    .toBuffer()
}

/** Mean difference of two thumbnails in steps of 255. */
function difference(a: Buffer, b: Buffer): number {
  expect(a.length).toBe(b.length)
  return a.reduce((sum, value, i) => sum + Math.abs(value - (b[i] ?? 0)), 0) / a.length
}

describe('local art', () => {
  it('paints a 1024x1280 PNG on another thread, the same bytes for the same seed', async () => {
    const task: ArtTask = {
      seed: 'octopus',
      category: 'biology',
      role: 'hook',
      prompt: 'Show an octopus in dark water.',
    }
    const [one, two] = await Promise.all([art.paint(task, context()), art.paint(task, context())])
    expect(await sharp(one.bytes).metadata()).toMatchObject({ format: 'png', width: 1024, height: 1280, channels: 3 })
    expect(one.mime).toBe('image/png')
    expect(sha256(one.bytes)).toBe(sha256(two.bytes))
    expect(sha256(await sharp(one.bytes).raw().toBuffer())).toBe(sha256(paintRaw(task).data))
    expect(one.bytes.length).toBeLessThan(5_000_000)
  })

  it('does not paint for a caller who has already cancelled', async () => {
    const cancelled = { signal: AbortSignal.abort(), step: 'image' }
    const task: ArtTask = { seed: 's', category: 'space', role: 'hook', prompt: '' }
    await expect(art.paint(task, cancelled)).rejects.toMatchObject({ code: 'cancelled' })
  })

  it('shows something else for each role and each seed, even where the prompt names nothing it knows', async () => {
    for (const category of CATEGORIES) {
      const tasks = ['one', 'two'].flatMap((seed) => ARC.map((role) => ({ seed, category, role, prompt: '' })))
      const thumbs = await Promise.all(tasks.map((task) => thumbOf(rawOf(task))))
      for (const [i, a] of thumbs.entries()) {
        for (const [j, b] of thumbs.entries()) {
          if (j <= i) continue
          expect(difference(a, b), `${JSON.stringify(tasks[i])} and ${JSON.stringify(tasks[j])}`).toBeGreaterThan(3)
        }
      }
    }
  }, 120_000)
})

describe.each(NAMES)('the composition %s', (name) => {
  const pictures = new Map<string, Picture>()
  /** A prompt never changes how a composition looks, so it is left out here. */
  const paint = (role: ArtTask['role']): Picture => {
    const picture = pictures.get(role) ?? paintComposition(name, { seed: 'one', category: 'nature', role })
    pictures.set(role, picture)
    return picture
  }

  it.each(['hook', 'mechanism'] as const)('keeps the words of a %s slide readable and its light above them', (role) => {
    const picture = paint(role)
    const focus = meanLight(picture, { left: 0.35, right: 1, top: 0.12, bottom: 0.55 })
    expect(meanLight(picture, { left: 0, right: 1, top: 0.7, bottom: 1 })).toBeLessThan(45)
    expect(meanLight(picture, { left: 0, right: 0.4, top: 0, bottom: 0.09 })).toBeLessThan(60)
    expect(focus).toBeGreaterThan(2 * meanLight(picture, { left: 0, right: 1, top: 0.75, bottom: 1 }))
    expect(brightest(picture)).toBeGreaterThan(225)
  })

  it.each(['hook', 'mechanism'] as const)('neither clips large areas nor shows bands on a %s slide', (role) => {
    const picture = paint(role)
    expect(shareWhere(picture, (r, g, b) => r >= 250 && g >= 250 && b >= 250)).toBeLessThan(0.02)
    expect(longestFlatRun(picture)).toBeLessThan(24)
  })

  it('still looks as it did when somebody last looked at it', async () => {
    const file = new URL(`../../golden/art/${name}.png`, import.meta.url)
    const thumb = await thumbOf(paint('hook'))
    if (process.env.UPDATE_GOLDEN === '1')
      await writeFile(
        file,
        await sharp(thumb, { raw: { ...THUMB, channels: 3 } })
          .png()
          .toBuffer(),
      )
    const golden = await sharp(await readFile(file))
      .raw()
      .toBuffer()
    expect(difference(thumb, golden)).toBeLessThan(1.5)
  })
})

it('would notice bands: the same sky without dither has runs of equal pixels', () => {
  const width = 1024
  const data = new Uint8Array(width * 8 * 3)
  for (let i = 0; i < width * 8; i++) data.fill(Math.round(8 + (12 * (i % width)) / width), i * 3, i * 3 + 3)
  expect(longestFlatRun({ width, height: 8, data })).toBeGreaterThan(24)
})

type Picture = ReturnType<typeof paintRaw>
type Share = { left: number; right: number; top: number; bottom: number }

function meanLight({ width, height, data }: Picture, area: Share): number {
  let sum = 0
  let count = 0
  for (let y = Math.round(area.top * height); y < area.bottom * height; y++) {
    for (let x = Math.round(area.left * width); x < area.right * width; x++, count++) {
      const at = (y * width + x) * 3
      sum += 0.2126 * (data[at] ?? 0) + 0.7152 * (data[at + 1] ?? 0) + 0.0722 * (data[at + 2] ?? 0)
    }
  }
  return sum / count
}

function brightest({ data }: Picture): number {
  return data.reduce((a, b) => Math.max(a, b))
}

function shareWhere({ data }: Picture, test: (r: number, g: number, b: number) => boolean): number {
  let count = 0
  for (let at = 0; at < data.length; at += 3) if (test(data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0)) count++
  return count / (data.length / 3)
}

/** Equal neighbours in a row, in pixels: dithered gradients have a few, banded ones dozens. */
function longestFlatRun({ width, height, data }: Picture): number {
  let longest = 0
  for (let y = 0; y < height; y++) {
    let run = 0
    for (let at = y * width * 3 + 3; at < (y + 1) * width * 3; at += 3) {
      const same = data[at] === data[at - 3] && data[at + 1] === data[at - 2] && data[at + 2] === data[at - 1]
      run = same ? run + 1 : 0
      if (run > longest) longest = run
    }
  }
  return longest
}

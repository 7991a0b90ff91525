import { access, rm, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Renderer } from '../../../pipeline/render/renderer.ts'
import { ARC, type SlideCopy, type SlideRole } from '../../../src/content.ts'
import type { WorkerPool } from '../../../src/worker-pool.ts'
import { BRAND_NAMES, COPY, createTestRenderer, makeFolder, makePicture, openBrand } from './support.ts'

/**
 * What the slides looked like when somebody last looked at them. After a change that is meant, run this file with
 * UPDATE_GOLDENS=1 and look at what git shows as changed.
 */
const UPDATE = process.env.UPDATE_GOLDENS === '1'
const WIDTH = 360

let renderer: Renderer
let pool: WorkerPool
let outDir: string
let picturePath: string

beforeAll(async () => {
  ;({ renderer, pool } = createTestRenderer())
  outDir = await makeFolder()
  picturePath = await makePicture(outDir)
})

afterAll(async () => {
  await pool.close()
  await rm(outDir, { recursive: true, force: true })
})

const CASES: [string, SlideRole, SlideCopy][] = [
  ...ARC.map((role): [string, SlideRole, SlideCopy] => [role, role, COPY[role]]),
  ['closing', 'closing', { title: 'The kit has the words', body: '' }],
  ['hebrew', 'reveal', { title: 'המוח שלך צורך 20 ואט', body: 'זה פחות מנורה חלשה. הוא מפעיל 86 מיליארד תאי עצב.' }],
  [
    'arabic',
    'reveal',
    { title: 'دماغك يعمل بعشرين واط', body: 'أقل من مصباح خافت. ومع ذلك يشغّل مليارات الخلايا العصبية.' },
  ],
]

describe.each(BRAND_NAMES)('the slides of %s look as they did', (name) => {
  it.each(CASES)('%s', async (title, role, copy) => {
    const index = role === 'closing' ? 5 : ARC.indexOf(role) + 1
    const brand = await openBrand(name)
    const { files } = await renderer.renderSlide({
      ...{ brand, role, index, total: 5, copy, picturePath, outDir, name: `${name}-${title}` },
      outputs: ['jpeg-preview'],
    })
    await compare(`${name}-${title}`, files[0]?.path ?? '')
  })

  it('story', async () => {
    const brand = await openBrand(name)
    const story = { brand, title: COPY.hook.title, picturePath, outDir, name: `${name}-story` }
    const { files } = await renderer.renderStory(story)
    await compare(`${name}-story`, files[0]?.path ?? '')
  })
})

async function compare(name: string, path: string): Promise<void> {
  const golden = fileURLToPath(new URL(`../../golden/${name}.jpg`, import.meta.url))
  if (UPDATE) await writeFile(golden, await sharp(path).resize({ width: WIDTH }).jpeg({ quality: 86 }).toBuffer())
  await access(golden)
  const [now, then] = await Promise.all([toGrey(path), toGrey(golden)])
  expect(structuralSimilarity(now, then)).toBeGreaterThan(0.97)
  const [colours, formerColours] = await Promise.all([toThumbnail(path), toThumbnail(golden)])
  expect(greatestDifference(colours, formerColours)).toBeLessThan(10)
}

type Grey = { width: number; height: number; values: Uint8Array }

async function toGrey(path: string): Promise<Grey> {
  const { data, info } = await sharp(path)
    .resize({ width: WIDTH })
    .greyscale()
    .raw()
    .toBuffer({ resolveWithObject: true })
  return { width: info.width, height: info.height, values: data }
}

/** Colours of 12 columns of patches: the grey comparison would miss a changed tint. */
function toThumbnail(path: string): Promise<Buffer> {
  return sharp(path).resize({ width: 12, kernel: 'linear' }).removeAlpha().raw().toBuffer()
}

function greatestDifference(one: Buffer, other: Buffer): number {
  return one.reduce((most, value, index) => Math.max(most, Math.abs(value - (other[index] ?? 0))), 0)
}

/** Mean SSIM (Wang et al. 2004) over blocks of 8x8; 1 means equal. Its constants are those of the paper. */
function structuralSimilarity(one: Grey, other: Grey): number {
  const [c1, c2, side] = [(0.01 * 255) ** 2, (0.03 * 255) ** 2, 8]
  let [sum, blocks] = [0, 0]
  for (let y = 0; y + side <= one.height; y += side) {
    for (let x = 0; x + side <= one.width; x += side, blocks++) {
      const a = statsOf(one, other, x, y, side)
      const similarity = (2 * a.mean1 * a.mean2 + c1) * (2 * a.covariance + c2)
      sum += similarity / ((a.mean1 ** 2 + a.mean2 ** 2 + c1) * (a.variance1 + a.variance2 + c2))
    }
  }
  return sum / blocks
}

function statsOf(one: Grey, other: Grey, left: number, top: number, side: number) {
  let [s1, s2, s11, s22, s12] = [0, 0, 0, 0, 0]
  for (let y = top; y < top + side; y++) {
    for (let x = left; x < left + side; x++) {
      const [v1, v2] = [one.values[y * one.width + x] as number, other.values[y * other.width + x] as number]
      s1 += v1
      s2 += v2
      s11 += v1 * v1
      s22 += v2 * v2
      s12 += v1 * v2
    }
  }
  const count = side * side
  const [mean1, mean2] = [s1 / count, s2 / count]
  return {
    mean1,
    mean2,
    variance1: s11 / count - mean1 ** 2,
    variance2: s22 / count - mean2 ** 2,
    covariance: s12 / count - mean1 * mean2,
  }
}

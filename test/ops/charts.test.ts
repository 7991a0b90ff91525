import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CHART_WIDTH, type ChartStyle, chartHeight, drawChart, PLOT, plotCorner } from '../../ops/charts/draw.ts'
import { toPanels } from '../../ops/charts/panels.ts'
import {
  findGaps,
  heightOf,
  PERCENT,
  shareOf,
  splitAtGaps,
  temperatureScale,
  timeTicks,
  windowOf,
} from '../../ops/charts/scale.ts'
import drawPicture from '../../ops/charts/worker.ts'
import { loadBrand } from '../../pipeline/brand.ts'
import { BRANDS_DIR } from '../../src/app.ts'
import type { Bin } from '../../src/db/hours.ts'
import { hideHostFonts } from '../../src/host-fonts.ts'

const NOW = new Date('2026-11-22T12:03:00Z')
const day = windowOf('day', NOW)
const bin = (index: number) => new Date(day.from.getTime() + index * day.binMs)

describe('the time on a chart', () => {
  it('is 24 hours that end with the point of this moment', () => {
    expect(day.to).toEqual(new Date('2026-11-22T12:05:00Z'))
    expect(shareOf(day.from, day)).toBe(0)
    expect(shareOf(bin(144), day)).toBe(0.5)
  })

  it('has its marks at full hours of the wall clock, with the day at midnight', () => {
    const labels = timeTicks('day', day, 'Europe/Madrid').map(({ label }) => label)
    expect(labels).toEqual(['16:00', '20:00', 'Sun 22', '04:00', '08:00', '12:00'])
  })

  it('keeps them there on the days of 23 and of 25 hours', () => {
    for (const now of ['2026-03-29T20:00:00Z', '2026-10-25T20:00:00Z']) {
      const labels = timeTicks('day', windowOf('day', new Date(now)), 'Europe/Madrid').map(({ label }) => label)
      expect(labels).toContain('04:00')
      expect(new Set(labels).size).toBe(labels.length)
    }
    const week = timeTicks('week', windowOf('week', new Date('2026-10-28T10:00:00Z')), 'Europe/Madrid')
    expect(week.map(({ at }) => at.toISOString().slice(11, 16))).toEqual([
      '22:00',
      '22:00',
      '22:00',
      '22:00',
      '23:00',
      '23:00',
      '23:00',
    ])
  })

  it('names months, and the year where it begins', () => {
    const labels = timeTicks('year', windowOf('year', NOW), 'Europe/Madrid').map(({ label }) => label)
    expect(labels).toEqual(['Dec', '2026', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov'])
  })
})

describe('a gap', () => {
  const points = [0, 1, 2, 10, 11, 287].map((index) => ({ at: bin(index) }))

  it('ends a line, and the next one begins behind it', () => {
    expect(splitAtGaps(points, day).map((run) => run.length)).toEqual([3, 2, 1])
  })

  it('is marked where it is long, also at the beginning and the end', () => {
    expect(findGaps(points, day, 3)).toEqual([
      { from: bin(3), to: bin(10) },
      { from: bin(12), to: bin(287) },
    ])
    expect(findGaps([{ at: bin(100) }], day, 3)).toEqual([
      { from: day.from, to: bin(100) },
      { from: bin(101), to: day.to },
    ])
    expect(findGaps([], day, 3)).toEqual([{ from: day.from, to: day.to }])
  })
})

describe('a scale', () => {
  it('of percent always goes from 0 to 100', () => {
    expect([0, 50, 100, 130, -1].map((value) => heightOf(value, PERCENT))).toEqual([0, 0.5, 1, 1, 0])
  })

  it('of a temperature holds the thresholds, and whatever was measured', () => {
    expect(temperatureScale(45, 66)).toEqual({ from: 30, to: 90, ticks: [30, 60, 90] })
    expect(temperatureScale(-4, 101)).toMatchObject({ from: -10, to: 110 })
  })
})

/** A memory that stands at 50 % for the first and the last third of a day. */
const bins: Bin[] = Array.from({ length: 288 }, (_, index) => index)
  .filter((index) => index < 96 || index >= 192)
  .map((index) => ({ at: bin(index), cpu: null, memory: { min: 45, mean: 50, max: 60 }, temperature: null }))

it('a machine without a sensor has no picture of one, and no sample means no panel at all', () => {
  expect(toPanels(bins, []).map(({ title }) => title)).toEqual(['Memory'])
  expect(toPanels([], [])).toEqual([])
})

it('of many disks the fullest are shown, with the name in no way alive', () => {
  const disks = ['/a', '/b', '/c', '/d', '/<e>'].map((mount, index) => ({ at: bin(0), mount, usedPercent: 10 * index }))
  const [panel] = toPanels([], disks)
  expect(panel?.series.map(({ name }) => name)).toEqual(['/<e>', '/d', '/c', '/b'])
  const svg = drawChart(
    { title: 't', subtitle: 's', window: day, ticks: [], panels: toPanels([], disks) },
    plainStyle(),
  )
  expect(svg).toContain('/&#60;e&#62; 40 %')
})

describe('the picture', () => {
  let folder: string
  let pixel: (x: number, y: number) => [number, number, number]
  let size: { width: number; height: number }
  beforeAll(async () => {
    hideHostFonts()
    folder = await mkdtemp(join(tmpdir(), 'nexus-chart-'))
    const brand = await loadBrand(BRANDS_DIR, 'factsmind')
    const chart = { title: 'Last 24 hours', subtitle: '', window: day, ticks: [], panels: toPanels(bins, []) }
    const path = join(folder, 'day.png')
    await drawPicture({ svg: drawChart(chart, plainStyle()), fontFiles: Object.values(brand.fontFiles), path })
    const { data, info } = await sharp(path).raw().toBuffer({ resolveWithObject: true })
    size = info
    pixel = (x, y) => {
      const at = (Math.round(y) * info.width + Math.round(x)) * info.channels
      return [data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0]
    }
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))
  const corner = plotCorner(0)
  const xAt = (share: number) => corner.x + share * PLOT.width
  const yAt = (percent: number) => corner.y + (1 - percent / 100) * PLOT.height
  const isLike = ([r, g, b]: readonly number[], [R, G, B]: readonly number[]) =>
    Math.abs((r ?? 0) - (R ?? 0)) + Math.abs((g ?? 0) - (G ?? 0)) + Math.abs((b ?? 0) - (B ?? 0)) < 90
  /** Along a row, since a threshold is dashed. */
  const rowHas = (percent: number, colour: readonly number[]) =>
    Array.from({ length: 40 }, (_, step) => pixel(xAt(0.4) + step, yAt(percent))).some((seen) => isLike(seen, colour))

  it('is 1080 wide', () => {
    expect([size.width, size.height]).toEqual([CHART_WIDTH, chartHeight(1)])
  })

  it('has the mean as a line at its height, in the band of the lowest and the highest', () => {
    expect(isLike(pixel(xAt(0.2), yAt(50)), [0x3a, 0xaf, 0xff])).toBe(true)
    const ground = pixel(xAt(0.2), yAt(30))
    const band = pixel(xAt(0.2), yAt(56))
    expect(band[2] - ground[2]).toBeGreaterThan(30)
    expect(isLike(band, [0x3a, 0xaf, 0xff])).toBe(false)
  })

  it('has nothing of it where nobody looked', () => {
    for (let share = 0.36; share < 0.64; share += 0.005) {
      const [red, , blue] = pixel(xAt(share), yAt(50) + 2)
      expect(blue - red).toBeLessThan(30)
    }
  })

  it('has the thresholds of the rules at their heights, and nowhere else', () => {
    expect(rowHas(85, [0xf2, 0xa3, 0x3a])).toBe(true)
    expect(rowHas(92, [0xf0, 0x50, 0x6e])).toBe(true)
    expect(rowHas(70, [0xf2, 0xa3, 0x3a])).toBe(false)
  })

  it('is written whole or not at all', async () => {
    const task = {
      svg: drawChart({ title: '', subtitle: '', window: day, ticks: [], panels: [] }, plainStyle()),
      fontFiles: [],
    }
    await expect(drawPicture({ ...task, path: join(folder, 'no', 'day.png') })).rejects.toThrow('cannot be written')
  })
})

function plainStyle(): ChartStyle {
  const face = { family: 'Montserrat', weight: 600, file: '' }
  const colours = {
    base: '#020308',
    text: '#FFFFFF',
    muted: '#D9DEEA',
    accent: '#3AAFFF',
    highlight: '#75E8FF',
    tint: '#482A6E',
  }
  return { colours, fonts: { title: face, body: face, label: face } }
}

import type { Bin, DiskBin, Range } from '../../src/db/hours.ts'
import { LIMITS } from '../rules.ts'
import { PERCENT, temperatureScale, type ValueScale } from './scale.ts'

/** What stands on a chart, before anybody thinks of pixels. Pure. */

export type Point = { at: Date; low: number; mean: number; high: number }
export type Series = { name: string | null; points: Point[] }
export type Threshold = { value: number; severity: 'warning' | 'critical' }
export type Panel = {
  title: string
  unit: '%' | '°C'
  scale: ValueScale
  thresholds: Threshold[]
  /** The first one is the most important. Never empty, and none of them is. */
  series: Series[]
}

/** More lines in one picture nobody can tell apart. */
const MAX_DISKS = 4

/** What this machine has figures of; [] when there is no sample at all. */
export function toPanels(bins: readonly Bin[], disks: readonly DiskBin[]): Panel[] {
  const cpu = pick(bins, 'cpu')
  const memory = pick(bins, 'memory')
  const temperature = pick(bins, 'temperature')
  return [
    percentPanel('Processor', [], [{ name: null, points: cpu }]),
    percentPanel('Memory', thresholdsOf('memory'), [{ name: null, points: memory }]),
    percentPanel('Disks', thresholdsOf('disk'), diskSeries(disks)),
    temperaturePanel(temperature),
  ].filter((panel) => panel.series.length > 0)
}

function percentPanel(title: string, thresholds: Threshold[], series: Series[]): Panel {
  return { title, unit: '%', scale: PERCENT, thresholds, series: series.filter(({ points }) => points.length > 0) }
}

function temperaturePanel(points: Point[]): Panel {
  const scale = temperatureScale(Math.min(...points.map(({ low }) => low)), Math.max(...points.map(({ high }) => high)))
  const series = points.length > 0 ? [{ name: null, points }] : []
  return { title: 'Temperature', unit: '°C', scale, thresholds: thresholdsOf('temperature'), series }
}

function thresholdsOf(rule: 'memory' | 'disk' | 'temperature'): Threshold[] {
  const { warning, critical } = LIMITS[rule]
  return [
    { value: warning, severity: 'warning' },
    { value: critical, severity: 'critical' },
  ]
}

function pick(bins: readonly Bin[], figure: 'cpu' | 'memory' | 'temperature'): Point[] {
  return bins.flatMap((bin): Point[] => {
    const range: Range | null = bin[figure]
    return range ? [{ at: bin.at, low: range.min ?? range.mean, mean: range.mean, high: range.max }] : []
  })
}

/** The fullest first. */
function diskSeries(bins: readonly DiskBin[]): Series[] {
  const byMount = new Map<string, Point[]>()
  for (const { at, mount, usedPercent } of bins) {
    const points = byMount.get(mount) ?? []
    points.push({ at, low: usedPercent, mean: usedPercent, high: usedPercent })
    byMount.set(mount, points)
  }
  const last = ({ points }: Series) => points.at(-1)?.mean ?? 0
  return [...byMount]
    .map(([name, points]) => ({ name, points }))
    .sort((a, b) => last(b) - last(a))
    .slice(0, MAX_DISKS)
}

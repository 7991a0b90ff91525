import type { Panel, Point, Series, Threshold } from './panels.ts'
import { findGaps, heightOf, shareOf, splitAtGaps, type Tick, type Window } from './scale.ts'

/** A chart as SVG. Pure; its text is set by Pango with the fonts of the style. */

export type Face = { family: string; weight: number; file: string }
export type ChartStyle = {
  colours: Record<'base' | 'text' | 'muted' | 'accent' | 'highlight' | 'tint', string>
  fonts: Record<'title' | 'body' | 'label', Face>
}

export type Chart = { title: string; subtitle: string; window: Window; ticks: Tick[]; panels: Panel[] }

export const CHART_WIDTH = 1080
const HEAD = 182
const FOOT = 44
const CARD = { x: 36, width: 1008, height: 322, gap: 24, radius: 28 }
/** Inside a card. */
export const PLOT = { x: 96, width: 854, top: 96, height: 166 }
const LABEL_PX = 25
/** On a dark ground and on a light one. */
const SEVERITY_COLOURS = {
  dark: { warning: '#F2A33A', critical: '#F0506E' },
  light: { warning: '#A86500', critical: '#C2183C' },
} as const
/** A shorter silence is a slow minute, not worth a mark. */
const MIN_GAP_BINS = 3
const MIN_NOTED_GAP_PX = 150

export function chartHeight(panels: number): number {
  return HEAD + panels * (CARD.height + CARD.gap) - CARD.gap + FOOT
}

/** Top left corner of a plot, in pixels of the picture. */
export function plotCorner(index: number): { x: number; y: number } {
  return { x: CARD.x + PLOT.x, y: HEAD + index * (CARD.height + CARD.gap) + PLOT.top }
}

export function drawChart(chart: Chart, style: ChartStyle): string {
  const height = chartHeight(chart.panels.length)
  const { colours } = style
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${CHART_WIDTH}" height="${height}">
<defs>${glow('tint', colours.tint)}${glow('accent', colours.accent)}
<pattern id="gap" width="14" height="14" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="3" height="14" fill="${colours.text}" fill-opacity="0.07"/></pattern></defs>
<rect width="100%" height="100%" fill="${colours.base}"/>
<circle cx="60" cy="${height - 120}" r="760" fill="url(#tint)"/><circle cx="1040" cy="40" r="560" fill="url(#accent)"/>
${text(chart.title, { x: 60, y: 96, px: 60, face: style.fonts.title, colour: colours.text })}
${text(chart.subtitle, { x: 62, y: 146, px: 27, face: style.fonts.body, colour: colours.muted })}
${chart.panels.map((panel, index) => drawPanel(chart, panel, index, style)).join('\n')}
</svg>`
}

function glow(id: string, colour: string): string {
  const strength = id === 'tint' ? 0.55 : 0.16
  return `<radialGradient id="${id}"><stop offset="0" stop-color="${colour}" stop-opacity="${strength}"/><stop offset="1" stop-color="${colour}" stop-opacity="0"/></radialGradient>`
}

function drawPanel(chart: Chart, panel: Panel, index: number, style: ChartStyle): string {
  const top = HEAD + index * (CARD.height + CARD.gap)
  const place = createPlace(panel, chart.window)
  const seriesColours = coloursOf(style)
  const lines = panel.series.map((series, at) =>
    drawSeries(series, chart.window, place, seriesColours[at] ?? style.colours.muted),
  )
  return `<g transform="translate(${CARD.x} ${top})">
<rect width="${CARD.width}" height="${CARD.height}" rx="${CARD.radius}" fill="${style.colours.text}" fill-opacity="0.05"/>
${drawHead(panel, style, seriesColours)}
${drawGrid(chart, panel, place, style)}
${drawGaps(chart, panel, place, style)}
${panel.thresholds.map((threshold) => drawThreshold(threshold, place, style)).join('')}
${lines.toReversed().join('\n')}
</g>`
}

type Place = { x(at: Date): number; y(value: number): number }

function createPlace(panel: Panel, window: Window): Place {
  return {
    // A point stands for the time from `at` on: it is drawn in the middle of that.
    x: (at) => round(PLOT.x + shareOf(at, window) * PLOT.width),
    y: (value) => round(PLOT.top + (1 - heightOf(value, panel.scale)) * PLOT.height),
  }
}

function drawHead(panel: Panel, style: ChartStyle, seriesColours: readonly string[]): string {
  const { colours, fonts } = style
  const title = text(panel.title, { x: 32, y: 56, px: 34, face: fonts.label, colour: colours.text })
  const [first, ...others] = panel.series
  if (!first) return title
  const parts =
    first.name === null && others.length === 0 ? nowParts(panel, first, style) : legendParts(panel, seriesColours)
  const words = parts.map((part) => tspan({ face: fonts.body, colour: colours.muted, px: 26, ...part }))
  return `${title}<text x="${CARD.width - 30}" y="56" text-anchor="end">${words.join('')}</text>`
}

type Part = {
  words: string
  colour?: string
  px?: number
  face?: Face
  gap?: number /** Down, against the part before. */
  sink?: number
}

function nowParts(panel: Panel, { points }: Series, { colours, fonts }: ChartStyle): Part[] {
  const now = points.at(-1)?.mean ?? 0
  const { mean, peak } = summarize(points)
  const passed = panel.thresholds.findLast(({ value }) => now >= value)
  const colour = passed ? severityColour(passed.severity, colours.base) : colours.accent
  return [
    { words: `mean ${say(mean, panel)} · peak ${say(peak, panel)}` },
    { words: say(now, panel), colour, px: 40, face: fonts.title, gap: 24 },
  ]
}

function legendParts(panel: Panel, seriesColours: readonly string[]): Part[] {
  return panel.series.flatMap(({ name, points }, at) => [
    {
      words: '•',
      px: 62,
      sink: 7,
      gap: at === 0 ? 0 : 24,
      ...(seriesColours[at] === undefined ? {} : { colour: seriesColours[at] }),
    },
    { words: `${shorten(name ?? '')} ${say(points.at(-1)?.mean ?? 0, panel)}`, gap: 8, sink: -7 },
  ])
}

function tspan({
  words,
  colour,
  px,
  face,
  gap = 0,
  sink = 0,
}: Part & Pick<TextPlace, 'colour' | 'px' | 'face'>): string {
  return `<tspan dx="${gap}" dy="${sink}" ${fontOf(face)} font-size="${px}" fill="${colour}">${escapeXml(words)}</tspan>`
}

function fontOf({ family, weight }: Face): string {
  return `font-family="${escapeXml(family)}" font-weight="${weight}"`
}

function drawGrid({ ticks, window }: Chart, panel: Panel, place: Place, { colours, fonts }: ChartStyle): string {
  const bottom = PLOT.top + PLOT.height
  const label = { px: LABEL_PX, face: fonts.body, colour: colours.muted }
  const rows = panel.scale.ticks.map((value) => {
    const y = place.y(value)
    const words = value === panel.scale.to ? say(value, panel) : String(value)
    return `${line(PLOT.x, y, PLOT.x + PLOT.width, y, colours.text, 0.12)}${text(words, { ...label, x: PLOT.x - 14, y: y + 9, anchor: 'end' })}`
  })
  const columns = ticks.map(({ at, label: words, strong }) => {
    const x = place.x(at)
    const fits = shareOf(at, window) > 0.03 && shareOf(at, window) < 0.97
    const mark = line(x, PLOT.top, x, bottom, colours.text, strong ? 0.22 : 0.07)
    return fits ? mark + text(words, { ...label, x, y: bottom + 38, anchor: 'middle' }) : mark
  })
  return [...columns, ...rows].join('')
}

function drawGaps({ window }: Chart, { series }: Panel, place: Place, { colours, fonts }: ChartStyle): string {
  const seen = series.flatMap(({ points }) => points).toSorted((a, b) => a.at.getTime() - b.at.getTime())
  return findGaps(seen, window, MIN_GAP_BINS)
    .map(({ from, to }) => {
      const [left, right] = [place.x(from), place.x(to)]
      const width = round(right - left)
      const area = `<rect x="${left}" y="${PLOT.top}" width="${width}" height="${PLOT.height}" fill="url(#gap)"/>`
      if (width < MIN_NOTED_GAP_PX) return area
      const middle = { x: round((left + right) / 2), y: PLOT.top + PLOT.height * 0.75 + 8, anchor: 'middle' } as const
      return area + text('no samples', { ...middle, px: 24, face: fonts.body, colour: colours.muted })
    })
    .join('')
}

function drawThreshold({ value, severity }: Threshold, place: Place, { fonts, colours }: ChartStyle): string {
  const y = place.y(value)
  const colour = severityColour(severity, colours.base)
  const end = PLOT.x + PLOT.width
  // Beside the line, not on it: two thresholds may be close together.
  const label = text(String(value), {
    x: end + 6,
    y: y + (severity === 'critical' ? 4 : 12),
    px: 20,
    face: fonts.label,
    colour,
  })
  return `<line x1="${PLOT.x}" y1="${y}" x2="${end}" y2="${y}" stroke="${colour}" stroke-width="2.5" stroke-dasharray="10 8" stroke-opacity="0.85"/>${label}`
}

function drawSeries({ points }: Series, window: Window, place: Place, colour: string): string {
  const half = window.binMs / 2
  const middle = (at: Date) => place.x(new Date(at.getTime() + half))
  const runs = splitAtGaps(points, window).map((run) => drawRun(run, middle, place, colour))
  const last = points.at(-1)
  if (!last) return ''
  const [x, y] = [middle(last.at), place.y(last.mean)]
  return `${runs.join('')}<circle cx="${x}" cy="${y}" r="13" fill="${colour}" fill-opacity="0.3"/><circle cx="${x}" cy="${y}" r="6.5" fill="${colour}"/>`
}

/** The mean as a line in the band between the lowest and the highest; a point alone as a dot. */
function drawRun(run: readonly Point[], x: (at: Date) => number, { y }: Place, colour: string): string {
  const [first] = run
  if (!first) return ''
  if (run.length === 1) return `<circle cx="${x(first.at)}" cy="${y(first.mean)}" r="3" fill="${colour}"/>`
  const top = run.map(({ at, high }) => `${x(at)},${y(high)}`)
  const bottom = run.toReversed().map(({ at, low }) => `${x(at)},${y(low)}`)
  const mean = run.map(({ at, mean: value }) => `${x(at)},${y(value)}`)
  return `<polygon points="${[...top, ...bottom].join(' ')}" fill="${colour}" fill-opacity="0.26"/><polyline points="${mean.join(' ')}" fill="none" stroke="${colour}" stroke-width="3.5" stroke-linejoin="round" stroke-linecap="round"/>`
}

function summarize(points: readonly Point[]): { mean: number; peak: number } {
  const mean = points.reduce((sum, point) => sum + point.mean, 0) / Math.max(1, points.length)
  return { mean, peak: Math.max(...points.map(({ high }) => high)) }
}

function coloursOf({ colours }: ChartStyle): string[] {
  return [colours.accent, colours.highlight, mix(colours.tint, colours.text), colours.muted]
}

function severityColour(severity: Threshold['severity'], base: string): string {
  const green = Number.parseInt(base.slice(3, 5), 16)
  return SEVERITY_COLOURS[green > 127 ? 'light' : 'dark'][severity]
}

function mix(a: string, b: string): string {
  const [one, two] = [a, b].map((hex) => Number.parseInt(hex.slice(1), 16)) as [number, number]
  const channel = (shift: number) => (((one >> shift) & 255) + ((two >> shift) & 255)) >> 1
  return `#${[16, 8, 0].map((shift) => channel(shift).toString(16).padStart(2, '0')).join('')}`
}

type TextPlace = { x: number; y: number; px: number; face: Face; colour: string; anchor?: 'end' | 'middle' }

function text(words: string, { x, y, px, face, colour, anchor }: TextPlace): string {
  const where = anchor === undefined ? '' : ` text-anchor="${anchor}"`
  return `<text x="${round(x)}" y="${round(y)}"${where} ${fontOf(face)} font-size="${px}" fill="${colour}">${escapeXml(words)}</text>`
}

function line(x1: number, y1: number, x2: number, y2: number, colour: string, opacity: number): string {
  return `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" stroke="${colour}" stroke-opacity="${opacity}" stroke-width="1.5"/>`
}

/** Down, as everywhere: what is shown never stands on the other side of a threshold than what was judged. */
function say(value: number, { unit }: Pick<Panel, 'unit'>): string {
  return `${Math.floor(value)} ${unit}`
}

const MAX_NAME_CHARS = 14

/** The end of a path says more than its beginning. Only what every font of a kit can draw. */
function shorten(name: string): string {
  const tidy = name.replaceAll(/[^\x20-\x7e\u00c0-\u017f]/gu, '?')
  return tidy.length <= MAX_NAME_CHARS ? tidy : `…${tidy.slice(1 - MAX_NAME_CHARS)}`
}

function escapeXml(words: string): string {
  return words.replaceAll(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`)
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}

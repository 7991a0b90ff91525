import { randomUUID } from 'node:crypto'
import { mkdir, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../../src/clock.ts'
import { listBins, listDiskBins, rollUpHours } from '../../src/db/hours.ts'
import { hideHostFonts } from '../../src/host-fonts.ts'
import type { Database } from '../../src/transaction.ts'
import type { WorkerPool } from '../../src/worker-pool.ts'
import { type Chart, type ChartStyle, drawChart } from './draw.ts'
import { toPanels } from './panels.ts'
import { describeTimes, SPANS, type Span, timeTicks, windowOf } from './scale.ts'
import type { ChartTask } from './worker.ts'

export type { ChartStyle } from './draw.ts'
export type { Span } from './scale.ts'

/** Pictures of how the machine was. */

export type ChartDeps = {
  db: Pick<Database, 'pool'>
  clock: Clock
  pool: WorkerPool
  dataDir: string
  timeZone: string
}

const WORKER = new URL('./worker.ts', import.meta.url)
/** They are sent within minutes; a Telegram that is away for longer gets newer ones. */
const KEPT_MS = 7 * 86_400_000

/**
 * PNG files, 1080 wide, one a span; one without any sample is left out.
 * @throws Failure cancelled | no_space | not_writable
 */
export async function makeCharts(
  deps: ChartDeps,
  { spans, style }: { spans: readonly Span[]; style: ChartStyle },
  signal: AbortSignal,
): Promise<string[]> {
  hideHostFonts()
  const folder = join(deps.dataDir, 'charts')
  await mkdir(folder, { recursive: true })
  const files: string[] = []
  for (const span of spans) {
    const chart = await readChart(deps, span)
    if (chart.panels.length === 0) continue
    const path = join(folder, `${span}-${randomUUID()}.png`)
    const fontFiles = [...new Set(Object.values(style.fonts).map(({ file }) => file))]
    const task: ChartTask = { svg: drawChart(chart, style), fontFiles, path }
    await deps.pool.run(WORKER, task, { signal })
    files.push(path)
  }
  return files
}

async function readChart({ db, clock, timeZone }: ChartDeps, span: Span): Promise<Chart> {
  const now = clock.now()
  const { title, binSeconds, of } = SPANS[span]
  if (of === 'hours') await rollUpHours(db.pool, now)
  const window = windowOf(span, now)
  const wish = { from: window.from, to: window.to, binSeconds, of }
  const panels = toPanels(await listBins(db.pool, wish), await listDiskBins(db.pool, wish))
  const subtitle = `${describeTimes(span, window.from, now, timeZone)} · ${timeZone}`
  return { title, subtitle, window, ticks: timeTicks(span, window, timeZone), panels }
}

export async function pruneCharts({ dataDir }: Pick<ChartDeps, 'dataDir'>, now: Date): Promise<void> {
  const folder = join(dataDir, 'charts')
  for (const name of await readdir(folder).catch(() => [])) {
    const file = await stat(join(folder, name)).catch(() => null)
    if (file && now.getTime() - file.mtimeMs > KEPT_MS) await rm(join(folder, name), { force: true })
  }
}

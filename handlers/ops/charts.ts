import type { ChartStyle, Span } from '../../ops/charts/index.ts'
import type { Brand } from '../../pipeline/brand.ts'
import { readFontFile } from '../../pipeline/render/font-file.ts'
import { findCurrentBrand } from '../current.ts'
import { later } from '../errands.ts'
import { type HandlerDeps, type Scope, showAction } from '../scope.ts'
import type { Answer } from '../tap-draft.ts'
import { noChartsText } from '../views/health.ts'
import { isPrivateChat } from './private-chat.ts'

/** /health chart: pictures of the last day and week, in the brand's colours and fonts. */

export const CHART_SPANS: readonly Span[] = ['day', 'week']

export function tapCharts(scope: Scope): Answer {
  if (!isPrivateChat(scope)) return { text: 'Only in a private chat with me.', alert: true }
  chartsLater(scope, CHART_SPANS)
  return { text: 'Drawing…' }
}

export function chartsLater(scope: Scope, spans: readonly Span[]): void {
  showAction(scope, 'upload_photo')
  later(scope, async ({ deps, signal, tell }) => {
    const files = await drawCharts(deps, spans, signal)
    if (files.length === 0) return tell({ kind: 'text', html: noChartsText().html })
    await tell({ kind: 'album', as: 'photo', files })
  })
}

export async function drawCharts(deps: HandlerDeps, spans: readonly Span[], signal: AbortSignal): Promise<string[]> {
  const brand = await findCurrentBrand(deps.db.pool, deps)
  return deps.ops.history.draw({ spans, style: await styleOf(brand) }, signal)
}

async function styleOf({ kit, fontFiles }: Brand): Promise<ChartStyle> {
  const face = async (file: string) => {
    const { family, weight } = await readFontFile(file)
    return { family, weight, file }
  }
  const [title, body, label] = await Promise.all([face(fontFiles.title), face(fontFiles.body), face(fontFiles.label)])
  return { colours: kit.colours, fonts: { title, body, label } }
}

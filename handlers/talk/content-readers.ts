import { z } from 'zod'
import { ARC } from '../../src/content.ts'
import { inTransaction } from '../../src/transaction.ts'
import { findCurrentBrand } from '../current.ts'
import { type PanelName, renderPanel } from '../panels.ts'
import { plainText } from './fence.ts'
import { findDraft } from './find-run.ts'
import type { TalkParts } from './in-scope.ts'
import { defineTool, type TalkTool } from './tools.ts'

/** Looking at the content half. */

const Nothing = z.object({})

export function listContentReaders(parts: TalkParts): TalkTool[] {
  return [
    panelTool(parts, 'queue', 'What is being made, what waits for approval, what is approved, what comes next.'),
    panelTool(parts, 'topics', 'The backlog of topics, the next one first.'),
    panelTool(parts, 'schedule', 'When carousels are made by themselves, whether that is paused, the next times.'),
    panelTool(parts, 'cost', 'What was spent today and this month, by purpose, and what is left of the budget.'),
    panelTool(parts, 'settings', 'What is set up: brand, time zone, database, which services have a key.'),
    defineTool({
      name: 'read_draft',
      description: 'The words on the slides of a carousel that waits for approval.',
      input: z.object({ carousel: DraftName }),
      doing: () => 'Reading the draft',
      run: ({ carousel }) => readDraft(parts, carousel),
    }),
  ]
}

/** As people call it; which one that is, is looked up. */
export const DraftName = z
  .string()
  .nullable()
  .describe('Words of its topic or of its first title; null when only one waits.')

function panelTool({ deps }: TalkParts, name: PanelName, description: string): TalkTool {
  return defineTool({
    name: `read_${name}`,
    description,
    input: Nothing,
    doing: () => `Looking at the ${name}`,
    run: () =>
      inTransaction(deps.db.pool, async (tx) => {
        const { kit } = await findCurrentBrand(tx, deps)
        return plainText((await renderPanel({ tx, deps }, name, kit)).text)
      }),
  })
}

async function readDraft({ deps }: TalkParts, wish: string | null): Promise<string> {
  return inTransaction(deps.db.pool, async (tx) => {
    const found = await findDraft(tx, wish)
    if (found.kind === 'unclear') return found.why
    const { slides, caption } = found.draft.carousel
    const words = ARC.flatMap((role) => {
      const slide = slides.find((one) => one.role === role)
      return slide ? [`${role}: ${slide.title} / ${slide.body}`] : []
    })
    return [...words, `caption: ${caption}`].join('\n')
  })
}

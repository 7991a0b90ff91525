import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { ArcRole } from '../src/content.ts'
import { firstAvailable } from '../src/providers/chain.ts'
import type { ImageModel, PaintRequest } from '../src/providers/ports.ts'
import { copyIntoRun, keepFile, matches, restoreFile } from './files.ts'
import { callContext, once, payOnce, type StepContext } from './step.ts'
import { type AcceptedDraft, describeMaker, Picture, StoredFile } from './types.ts'

const CachedPainting = z.object({ file: StoredFile, credit: z.string().nullable() })
type CachedPainting = z.infer<typeof CachedPainting>

/** One slide's picture; a lost file is put back from the cache, or else painted again. */
export function obtainPicture(ctx: StepContext, accepted: AcceptedDraft, role: ArcRole): Promise<Picture> {
  const isThere = async ({ file }: Picture) =>
    (await matches(ctx.deps.dataDir, file)) || restoreFile(ctx.deps.dataDir, file)
  return once(ctx, `picture.${role}`, Picture, () => paintPicture(ctx, accepted, role), isThere)
}

/** Asks each painter in turn, local art last. The file is the run's own. */
async function paintPicture(ctx: StepContext, accepted: AcceptedDraft, role: ArcRole): Promise<Picture> {
  const variation = variationOf(ctx, role)
  const seed = createHash('sha256')
    .update(`${ctx.run.brand}:${accepted.choice.fact.text}:${variation}`)
    .digest('hex')
    .slice(0, 16)
  const { imagePrompt } = accepted.draft[role]
  const request: PaintRequest = {
    // A model that is asked the same again paints much the same.
    prompt: variation === 1 ? imagePrompt : `${imagePrompt} Take another angle and framing (version ${variation}).`,
    category: accepted.choice.fact.category,
    seed,
    role,
  }
  const painted = await firstAvailable(
    ctx.deps.models.images,
    (painter) => paintWith(ctx, painter, request),
    (passed) => ctx.deps.log.warn({ ...passed, role }, 'no picture, going on'),
  )
  const file = await copyIntoRun(ctx, painted.value.file, `r${ctx.run.revision}-picture-${role}`)
  return { file, credit: painted.value.credit, madeBy: describeMaker(painted) }
}

async function paintWith(ctx: StepContext, painter: ImageModel, request: PaintRequest): Promise<CachedPainting> {
  const { maker } = painter
  const paint = async (): Promise<CachedPainting> => {
    const painting = await painter.paint(request, callContext(ctx, `picture.${request.role}`, maker))
    const file = await keepFile(ctx.deps.dataDir, painting.bytes, painting.mime)
    return { file, credit: painting.credit ?? null }
  }
  // The store may outlive its files: somebody cleaned the cache.
  const isThere = ({ file }: CachedPainting) => matches(ctx.deps.dataDir, file)
  return payOnce(ctx, ['picture', ctx.run.brand, maker, request], CachedPainting, paint, isThere)
}

/** 1 until somebody asks for another picture: then the revision, so that nothing stored answers. It is part of the seed. */
function variationOf(ctx: StepContext, role: ArcRole): number {
  const { request, revision } = ctx.run
  if (request.redo === 'everything' || request.redo === 'fact') return revision
  return request.redo === 'picture' && request.slide === role ? revision : 1
}

import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { ArcRole } from '../src/content.ts'
import { firstAvailable } from '../src/providers/chain.ts'
import type { ImageModel, PaintRequest } from '../src/providers/ports.ts'
import { copyIntoRun, keepFile, matches, restoreFile } from './files.ts'
import { callContext, payOnce, type StepContext } from './step.ts'
import { type AcceptedDraft, describeMaker, type Picture, StoredFile } from './types.ts'

const CachedPainting = z.object({ file: StoredFile, credit: z.string().nullable() })
type CachedPainting = z.infer<typeof CachedPainting>

/** Paints one slide's picture: each painter in turn, local art last. The file is the run's own. */
export async function paintPicture(ctx: StepContext, accepted: AcceptedDraft, role: ArcRole): Promise<Picture> {
  const variation = variationOf(ctx, role)
  const seed = createHash('sha256')
    .update(`${ctx.run.brand}:${accepted.choice.fact.text}:${variation}`)
    .digest('hex')
    .slice(0, 16)
  const request: PaintRequest = {
    prompt: accepted.draft[role].imagePrompt,
    category: accepted.choice.fact.category,
    seed,
    role,
  }
  const painted = await firstAvailable(
    ctx.deps.models.images,
    (painter) => paintWith(ctx, painter, request, variation),
    (passed) => ctx.deps.log.warn({ ...passed, role }, 'no picture, going on'),
  )
  const file = await copyIntoRun(ctx, painted.value.file, `r${ctx.run.revision}-picture-${role}`)
  return { file, credit: painted.value.credit, madeBy: describeMaker(painted) }
}

async function paintWith(
  ctx: StepContext,
  painter: ImageModel,
  request: PaintRequest,
  variation: number,
): Promise<CachedPainting> {
  const paint = async (): Promise<CachedPainting> => {
    const painting = await painter.paint(request, callContext(ctx, `picture.${request.role}`))
    const file = await keepFile(ctx.deps.dataDir, painting.bytes, painting.mime)
    return { file, credit: painting.credit ?? null }
  }
  const question = ['picture', ctx.run.brand, painter.maker, request.prompt, request.role, request.seed, variation]
  const painting = await payOnce(ctx, question, CachedPainting, paint)
  // The store may outlive its files: somebody cleaned the cache.
  return (await matches(ctx.deps.dataDir, painting.file))
    ? painting
    : payOnce(ctx, [...question, ctx.run.id], CachedPainting, paint)
}

/** 1 until somebody asks for another picture: then the revision, so that nothing stored answers. */
function variationOf(ctx: StepContext, role: ArcRole): number {
  const { request, revision } = ctx.run
  if (request.redo === 'everything' || request.redo === 'fact') return revision
  return request.redo === 'picture' && request.slide === role ? revision : 1
}

/** The picture's file, put back from the cache when it is gone from the run's folder. */
export async function ensurePicture(ctx: StepContext, picture: Picture): Promise<Picture | null> {
  if (await matches(ctx.deps.dataDir, picture.file)) return picture
  return (await restoreFile(ctx.deps.dataDir, picture.file)) ? picture : null
}

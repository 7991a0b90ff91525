import { access, mkdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Run } from '../src/db/runs.ts'
import { findStep } from '../src/db/steps.ts'
import { matches, restoreFile } from './files.ts'
import type { PipelineDeps } from './step.ts'
import { type Carousel, Picture, SLIDE_ROLES, type StoredFile } from './types.ts'

/**
 * Makes files of an approved carousel that were deleted anew, at their own places: rendering is free and gives the same
 * bytes. Whether they are the approved ones is looked at by whoever copies them. What cannot be made stays missing.
 */
export async function restoreLostFiles(deps: PipelineDeps, run: Run, carousel: Carousel): Promise<void> {
  for (const [index, slide] of carousel.slides.entries()) {
    if ((await isThere(deps, slide.png)) && (await isThere(deps, slide.jpg))) continue
    const { role, title, body } = slide
    const place = await prepare(deps, run, role === 'closing' ? 'hook' : role, slide.png)
    if (!place) continue
    const copy = { title, body }
    await deps.renderer.renderSlide({ ...place, role, index: index + 1, total: SLIDE_ROLES.length, copy })
    deps.log.info({ runId: run.id, role }, 'lost slide rendered again')
  }
  if (await isThere(deps, carousel.story)) return
  const place = await prepare(deps, run, 'hook', carousel.story)
  if (place) await deps.renderer.renderStory({ ...place, title: carousel.slides[0]?.title ?? '' })
}

/** What a file is rendered from and where to; null when its picture or its brand is lost, too. */
async function prepare(deps: PipelineDeps, run: Run, role: string, file: StoredFile) {
  const brand = deps.brands.get(run.brand)
  const step = await findStep(deps.db.pool, { runId: run.id, revision: run.revision, name: `picture.${role}` })
  const picture = step && Picture.parse(step.result).file
  if (!brand || !picture) return null
  if (!(await matches(deps.dataDir, picture)) && !(await restoreFile(deps.dataDir, picture))) return null
  const path = join(deps.dataDir, file.path)
  await mkdir(dirname(path), { recursive: true })
  return { brand, picturePath: join(deps.dataDir, picture.path), outDir: dirname(path), name: basename(path, '.png') }
}

function isThere(deps: Pick<PipelineDeps, 'dataDir'>, file: StoredFile): Promise<boolean> {
  return access(join(deps.dataDir, file.path)).then(
    () => true,
    () => false,
  )
}

import { mkdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { DateTime } from 'luxon'
import { inTransaction, type Queryable } from '../src/db/pool.ts'
import { markDelivered, type Run } from '../src/db/runs.ts'
import { asFailure, Failure, isOutageOfDatabase } from '../src/failure.ts'
import { hashCarousel } from './content-hash.ts'
import { copyWhole, explainWriteError, hashFile, matches, writeWhole } from './files.ts'
import { restoreLostFiles } from './restore.ts'
import { readCarousel } from './review.ts'
import type { PipelineDeps } from './step.ts'
import { type Carousel, SLIDE_ROLES, type StoredFile } from './types.ts'

const SLIDE_NUMBERS = SLIDE_ROLES.map((_, index) => index + 1)
/** What an output folder holds; whatever somebody else puts into it is never sent to anyone. */
export const OUTPUT_FILES = [
  'caption.txt',
  'carousel.json',
  ...SLIDE_NUMBERS.flatMap((n) => [`slide-${n}.jpg`, `slide-${n}.png`]),
  'story.png',
]

/** Hands over exactly what was approved: the output folder appears whole, then the run counts as delivered. */
export async function deliverRun(deps: PipelineDeps, run: Run): Promise<void> {
  try {
    const carousel = await readApproved(deps.db.pool, run)
    await restoreLostFiles(deps, run, carousel)
    const outputDir = await writeOutput(deps, run, carousel)
    const files = OUTPUT_FILES.map((name) => join(outputDir, name))
    const tellDelivered = await inTransaction(deps.db.pool, async (tx) => {
      if (!(await markDelivered(tx, run.id, outputDir))) return undefined
      return deps.listener.announce(tx, {
        kind: 'delivered',
        run: { ...run, status: 'delivered', outputDir },
        carousel,
        outputDir,
        files,
      })
    })
    tellDelivered?.()
    deps.log.info({ runId: run.id }, 'carousel delivered')
  } catch (thrown) {
    const failure = asFailure(thrown)
    // The run stays approved, and the worker takes it up again when the database may be back.
    if (isOutageOfDatabase(failure)) throw failure
    deps.log.warn({ runId: run.id, err: failure, code: failure.code }, 'delivery failed')
    const told = { code: failure.code, message: failure.message, retryable: failure.retryable }
    const tellFailed = await inTransaction(deps.db.pool, (tx) =>
      deps.listener.announce(tx, { kind: 'delivery-failed', run, failure: told }),
    )
    tellFailed()
  }
}

async function readApproved(db: Queryable, run: Run): Promise<Carousel> {
  const carousel = await readCarousel(db, run)
  if (hashCarousel(carousel) === run.contentHash) return carousel
  throw new Failure('The draft’s record was changed in the database after it was approved. Nothing was handed over.', {
    code: 'conflict',
  })
}

/** outputs/<date>-<slug>/; a folder of the same name that belongs to another run is left alone. */
async function writeOutput(deps: PipelineDeps, run: Run, carousel: Carousel): Promise<string> {
  const date = DateTime.fromJSDate(run.decidedAt ?? run.createdAt, { zone: deps.timeZone }).toISODate()
  const name = `${date}-${slugify(carousel.slides[0]?.title ?? carousel.fact.text)}`
  for (const candidate of [name, `${name}-${run.id.slice(0, 8)}`]) {
    const target = join(deps.outputsDir, candidate)
    if (await holdsWhole(target, run, carousel)) return target
    if (await fillFolder(deps, run, target, carousel)) return target
  }
  throw new Failure(`The output folder ${name} is taken twice: move it away, then try again.`, {
    code: 'conflict',
    retryable: true,
  })
}

/** Written beside the target and renamed at the end, so that nobody ever sees half of it. False when the name is taken. */
async function fillFolder(deps: PipelineDeps, run: Run, target: string, carousel: Carousel): Promise<boolean> {
  const temporary = `${target}.partial-${run.id.slice(0, 8)}`
  try {
    await rm(temporary, { recursive: true, force: true })
    await mkdir(temporary, { recursive: true })
    await writeCarouselFiles(deps.dataDir, carousel, temporary)
    await writeWhole(join(temporary, 'carousel.json'), JSON.stringify(describeCarousel(run, carousel), null, 2))
    return await renameIfFree(temporary, target)
  } catch (cause) {
    throw explainWriteError(cause, deps.outputsDir)
  } finally {
    // Where nothing can be written nothing can be removed; that failure is explained already.
    await rm(temporary, { recursive: true, force: true }).catch(() => undefined)
  }
}

async function renameIfFree(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to)
    return true
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
    if (code === 'ENOTEMPTY' || code === 'EEXIST' || code === 'ENOTDIR') return false
    throw cause
  }
}

/** slide-N.png, slide-N.jpg, story.png, caption.txt. @throws Failure conflict when a file is not the approved one */
export async function writeCarouselFiles(dataDir: string, carousel: Carousel, folder: string): Promise<void> {
  for (const [index, slide] of carousel.slides.entries()) {
    await copyApproved(dataDir, slide.png, join(folder, `slide-${index + 1}.png`))
    await copyApproved(dataDir, slide.jpg, join(folder, `slide-${index + 1}.jpg`))
  }
  await copyApproved(dataDir, carousel.story, join(folder, 'story.png'))
  await writeWhole(join(folder, 'caption.txt'), `${carousel.caption}\n`)
}

async function copyApproved(dataDir: string, file: StoredFile, to: string): Promise<void> {
  await copyWhole(join(dataDir, file.path), to)
  // Hashed after the copy: what counts is what arrived.
  if ((await hashFile(to)) === file.sha256) return
  await rm(to, { force: true })
  throw new Failure(`${file.path} was changed on disk after it was approved. Nothing was handed over.`, {
    code: 'conflict',
  })
}

/** Whether an earlier attempt has filled this folder for this very approval, and it is still as it was. */
async function holdsWhole(folder: string, run: Run, carousel: Carousel): Promise<boolean> {
  try {
    const manifest: unknown = JSON.parse(await readFile(join(folder, 'carousel.json'), 'utf8'))
    if (!isManifestOf(manifest, run)) return false
    const files = carousel.slides.flatMap((slide, index) => [
      { name: `slide-${index + 1}.png`, sha256: slide.png.sha256 },
      { name: `slide-${index + 1}.jpg`, sha256: slide.jpg.sha256 },
    ])
    files.push({ name: 'story.png', sha256: carousel.story.sha256 })
    const intact = await Promise.all(
      files.map(async ({ name, sha256 }) => (await hashFile(join(folder, name))) === sha256),
    )
    return intact.every(Boolean) && (await readFile(join(folder, 'caption.txt'), 'utf8')) === `${carousel.caption}\n`
  } catch {
    return false
  }
}

function isManifestOf(manifest: unknown, run: Run): boolean {
  if (typeof manifest !== 'object' || manifest === null || !('run' in manifest) || !('contentHash' in manifest))
    return false
  return manifest.run === run.id && manifest.contentHash === run.contentHash
}

/** The machine-readable record beside the pictures. */
export function describeCarousel(run: Run, carousel: Carousel) {
  return {
    run: run.id,
    revision: run.revision,
    brand: run.brand,
    topic: run.topic,
    approved: run.decidedAt === null ? null : { at: run.decidedAt.toISOString(), by: run.decidedBy },
    contentHash: run.contentHash,
    fact: carousel.fact,
    verified: carousel.proof.status === 'source-agrees',
    proof: carousel.proof,
    slides: carousel.slides.map((slide, index) => ({
      role: slide.role,
      title: slide.title,
      body: slide.body,
      png: { file: `slide-${index + 1}.png`, sha256: slide.png.sha256 },
      jpg: { file: `slide-${index + 1}.jpg`, sha256: slide.jpg.sha256 },
    })),
    story: { file: 'story.png', sha256: carousel.story.sha256 },
    caption: carousel.caption,
    hashtags: carousel.hashtags,
    credits: carousel.credits,
    madeBy: carousel.madeBy,
  }
}

const SLUG_MAX_CHARS = 50

/** Letters and digits of the Latin alphabet, joined by '-'; a title without any becomes "carousel". */
export function slugify(text: string): string {
  const plain = text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
  const slug = plain.replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '')
  return slug.slice(0, SLUG_MAX_CHARS).replace(/-+$/, '') || 'carousel'
}

/** Whether every file is still what was shown; the names of those that are not. */
export async function findChangedFiles(dataDir: string, carousel: Carousel): Promise<string[]> {
  const changed: string[] = []
  for (const [index, slide] of carousel.slides.entries()) {
    const intact = (await matches(dataDir, slide.png)) && (await matches(dataDir, slide.jpg))
    if (!intact) changed.push(`slide ${index + 1}`)
  }
  if (!(await matches(dataDir, carousel.story))) changed.push('the story')
  return changed
}

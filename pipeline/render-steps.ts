import { isAbsolute, join, relative } from 'node:path'
import type { Draft, SlideCopy } from '../src/content.ts'
import { Failure } from '../src/failure.ts'
import { matches, runFolder } from './files.ts'
import { once, type StepContext } from './step.ts'
import { type Picture, RenderedSlide, SLIDE_ROLES, StoredFile } from './types.ts'

type Role = (typeof SLIDE_ROLES)[number]

/** What can be drawn without the pictures is drawn while they are awaited. */
export function prepareRendering(ctx: StepContext, draft: Draft): void {
  const slides = SLIDE_ROLES.map((role) => ({
    role,
    ...placeOf(role),
    copy: role === 'closing' ? NO_WORDS : draft[role],
  }))
  ctx.deps.renderer.prepare(ctx.brand, { slides, storyTitle: draft.hook.title })
}

/** The closing slide's words are the kit's. */
export const NO_WORDS: SlideCopy = { title: '', body: '' }

function placeOf(role: Role): { index: number; total: number } {
  return { index: SLIDE_ROLES.indexOf(role) + 1, total: SLIDE_ROLES.length }
}

/** Renders one slide; again when its files are gone or changed, since rendering is free and always gives the same. */
export async function renderSlideStep(
  ctx: StepContext,
  role: Role,
  copy: SlideCopy,
  picture: Picture | null,
): Promise<RenderedSlide> {
  const isIntact = async ({ png, jpg }: RenderedSlide) =>
    (await matches(ctx.deps.dataDir, png)) && (await matches(ctx.deps.dataDir, jpg))
  return once(ctx, `render.${role}`, RenderedSlide, () => renderSlide(ctx, role, copy, picture), isIntact)
}

export async function renderStoryStep(ctx: StepContext, title: string, picture: Picture): Promise<StoredFile> {
  const render = async () => {
    const rendered = await ctx.deps.renderer.renderStory(
      {
        brand: ctx.brand,
        title,
        picturePath: picturePath(ctx, picture),
        outDir: folder(ctx),
        name: `r${ctx.run.revision}-story`,
      },
      ctx.signal,
    )
    return pick(ctx, rendered.files, 'png')
  }
  return once(ctx, 'render.story', StoredFile, render, (story) => matches(ctx.deps.dataDir, story))
}

async function renderSlide(
  ctx: StepContext,
  role: Role,
  copy: SlideCopy,
  picture: Picture | null,
): Promise<RenderedSlide> {
  const place = placeOf(role)
  const { files } = await ctx.deps.renderer.renderSlide(
    {
      brand: ctx.brand,
      role,
      ...place,
      copy,
      picturePath: picture && picturePath(ctx, picture),
      outDir: folder(ctx),
      name: `r${ctx.run.revision}-slide-${place.index}`,
    },
    ctx.signal,
  )
  return { png: pick(ctx, files, 'png'), jpg: pick(ctx, files, 'jpeg-preview') }
}

function folder(ctx: StepContext): string {
  return runFolder(ctx.deps.dataDir, ctx.run.id)
}

function picturePath(ctx: StepContext, picture: Picture): string {
  return join(ctx.deps.dataDir, picture.file.path)
}

function pick(
  ctx: StepContext,
  files: readonly { kind: string; path: string; sha256: string; bytes: number }[],
  kind: string,
): StoredFile {
  const file = files.find((candidate) => candidate.kind === kind)
  if (!file) throw new Failure(`the renderer gave no ${kind}`, { code: 'internal' })
  const path = isAbsolute(file.path) ? relative(ctx.deps.dataDir, file.path) : file.path
  return { path, sha256: file.sha256, bytes: file.bytes }
}

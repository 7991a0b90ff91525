import type { SlideCopy, SlideRole } from '../../src/content.ts'
import { Failure } from '../../src/failure.ts'
import { hideHostFonts } from '../../src/host-fonts.ts'
import type { Log } from '../../src/log.ts'
import type { WorkerPool } from '../../src/worker-pool.ts'
import { type Brand, LAYOUT_NAMES, type LayoutName } from '../brand.ts'
import { type Arrangement, arrangeText } from './arrange.ts'
import { type FontBook, listFontFiles, openFontBook, splitIntoRuns } from './font-book.ts'
import { createPlatesCache, createWordsCache, type PlatesCache, type WordsCache } from './made-ahead.ts'
import type { Plates } from './plates.ts'
import { toBarSpec, toLineSpec, toProgressSpecs, toTextSpec } from './specs.ts'
import type { CanvasSize, Output, PlatesTask, RenderedFile, SlideResult, SlideTask, Words, WordsTask } from './tasks.ts'
import { fitText, polishText } from './typeset.ts'

export type { Output, RenderedFile } from './tasks.ts'

export type RenderSlideRequest = {
  brand: Brand
  role: SlideRole
  /** 1-based. */
  index: number
  total: number
  /** Ignored on the closing slide, whose words are the kit's. */
  copy: SlideCopy
  /** A PNG, JPEG or WebP file; without one the layout's own ground shows. */
  picturePath: string | null
  /** Must exist. */
  outDir: string
  /** Files are called `<name>.png`, `<name>.jpg` (preview) and `<name>-master.jpg`. */
  name: string
  outputs?: readonly Output[]
}

export type RenderStoryRequest = Pick<RenderSlideRequest, 'brand' | 'picturePath' | 'outDir' | 'name'> & {
  title: string
}

/** The words of one carousel. */
export type Wording = {
  slides: readonly Pick<RenderSlideRequest, 'role' | 'index' | 'total' | 'copy'>[]
  storyTitle: string
}

export type Renderer = {
  /**
   * Starts threads, makes plates and draws the words while the pictures are awaited; what fails here fails again, and is
   * told, in a slide.
   */
  prepare(brand: Brand, wording: Wording): void
  /** What keeps this copy from being set, in words for its writer; empty when it fits. */
  checkCopy(brand: Brand, role: SlideRole, copy: SlideCopy): Promise<string[]>
  /**
   * Writes a slide atomically: a 2160x2700 PNG and a 1080x1350 JPEG unless `outputs` says otherwise.
   * @throws Failure bad_copy | bad_image | bad_config | no_space | not_writable | cancelled
   */
  renderSlide(request: RenderSlideRequest, signal?: AbortSignal): Promise<{ files: RenderedFile[] }>
  /** Writes a 1080x1920 PNG with room for a link sticker. Throws as renderSlide. */
  renderStory(request: RenderStoryRequest, signal?: AbortSignal): Promise<{ files: RenderedFile[] }>
}

const SLIDE_SIZE: CanvasSize = { width: 2160, height: 2700, scale: 2 }
const STORY_SIZE: CanvasSize = { width: 1080, height: 1920, scale: 1 }

const WORKER = new URL('./worker.ts', import.meta.url)

type Deps = { pool: WorkerPool; log: Log }
type OpenBrand = { brand: Brand; book: FontBook; fontFiles: string[] }

export function createRenderer(deps: Deps): Renderer {
  hideHostFonts()
  const brands = createBrandCache()
  const context: Context = { ...deps, plates: createPlatesCache(), words: createWordsCache() }
  return {
    prepare(brand, wording) {
      brands
        .open(brand)
        .then((open) => prepareAll(context, open, wording))
        .catch((err) => deps.log.debug({ err }, 'not everything was made ahead'))
    },

    async checkCopy(brand, role, copy) {
      if (role === 'closing') return []
      return setCopy(await brands.open(brand), layoutOf(role), copy).problems
    },

    async renderSlide(request, signal) {
      const open = await brands.open(request.brand)
      const outputs = request.outputs ?? (['png', 'jpeg-preview'] as const)
      return renderJob(context, open, { ...request, ...setSlide(open, request), outputs }, signal)
    },

    async renderStory(request, signal) {
      const open = await brands.open(request.brand)
      return renderJob(context, open, { ...request, ...setStory(open, request.title), outputs: ['png'] }, signal)
    },
  }
}

type Context = Deps & { plates: PlatesCache; words: WordsCache }

function setSlide(open: OpenBrand, slide: Wording['slides'][number]): SetWords {
  const layoutName = layoutOf(slide.role)
  const arrangement = layoutName === 'closing' ? null : arrangeOrRefuse(open, layoutName, slide.copy)
  const { index, total } = slide
  return { layoutName, arrangement, index, total, size: SLIDE_SIZE }
}

function setStory(open: OpenBrand, title: string): SetWords {
  const arrangement = arrangeOrRefuse(open, 'story', { title, body: '' })
  return { layoutName: 'story', arrangement, index: 1, total: 1, size: STORY_SIZE }
}

async function prepareAll(context: Context, open: OpenBrand, { slides, storyTitle }: Wording): Promise<void> {
  const plates = LAYOUT_NAMES.map((name) => getPlates(context, open, name))
  const set = [...slides.map((slide) => setSlide(open, slide)), setStory(open, storyTitle)]
  for (const words of set) {
    const task = describeWords(open, words)
    context.words.put(task, () => context.pool.run<Words>(WORKER, task))
  }
  await Promise.all(plates)
}

async function renderJob(
  context: Context,
  open: OpenBrand,
  job: Job,
  signal: AbortSignal | undefined,
): Promise<{ files: RenderedFile[] }> {
  const { pool, log } = context
  const { kit } = open.brand
  const { layoutName, size } = job
  const layout = kit.layouts[layoutName]
  const words = describeWords(open, job)
  const task: SlideTask = {
    kind: 'slide',
    plates: await getPlates(context, open, layoutName),
    base: kit.colours.base,
    picturePath: job.picturePath,
    pictureBlur: (layout.picture?.blur ?? 0) * size.scale,
    words: await context.words.take(words, () => pool.run<Words>(WORKER, words, signal ? { signal } : {})),
    fontFiles: open.fontFiles,
    outputs: job.outputs,
    outDir: job.outDir,
    name: job.name,
  }
  // The story is the smallest: as the last one it leaves no thread idle for long.
  const priority = layoutName === 'story' ? -1 : 0
  const { files, timingsMs } = await pool.run<SlideResult>(WORKER, task, signal ? { signal, priority } : { priority })
  log.debug({ brand: kit.name, layout: layoutName, timingsMs }, 'slide rendered')
  return { files }
}

function getPlates({ pool, plates }: Context, open: OpenBrand, layoutName: LayoutName): Promise<Plates> {
  const { dir, version } = open.brand
  return plates.get(`${dir} ${version} ${layoutName}`, () =>
    pool.run<Plates>(WORKER, describePlates(open, layoutName, sizeOf(layoutName))),
  )
}

function sizeOf(layoutName: LayoutName): CanvasSize {
  return layoutName === 'story' ? STORY_SIZE : SLIDE_SIZE
}

/** Words that have found their places. */
type SetWords = {
  layoutName: LayoutName
  arrangement: Arrangement | null
  /** 1-based. */
  index: number
  total: number
  size: CanvasSize
}
type Job = SetWords & Pick<RenderSlideRequest, 'picturePath' | 'outDir' | 'name'> & { outputs: readonly Output[] }

/** Reveal, mechanism and twist share one layout. */
function layoutOf(role: SlideRole): Exclude<LayoutName, 'story'> {
  return role === 'hook' || role === 'closing' ? role : 'reveal'
}

/** @throws Failure bad_config when the kit's own words have glyphs that its fonts lack */
async function openOnce(brand: Brand): Promise<OpenBrand> {
  const book = await openFontBook(brand)
  const problems: string[] = []
  for (const [name, layout] of Object.entries(brand.kit.layouts)) {
    for (const line of layout.lines) {
      const { missing } = splitIntoRuns(line.words, book.roles[line.font], book.emoji)
      if (missing.length > 0)
        problems.push(`layouts.${name}: "${line.words}" needs ${missing.join(' ')}, which no font has`)
    }
  }
  if (problems.length > 0) {
    throw new Failure(`brand kit "${brand.kit.name}" cannot be used:\n- ${problems.join('\n- ')}`, {
      code: 'bad_config',
    })
  }
  return { brand, book, fontFiles: listFontFiles(brand) }
}

function setCopy({ brand, book }: OpenBrand, layoutName: LayoutName, copy: SlideCopy) {
  const slot = brand.kit.layouts[layoutName].text
  if (!slot) throw new Failure(`layout ${layoutName} has no text block`, { code: 'internal' })
  const setBlock = (text: string, size: typeof slot.title) => {
    const { font: role, ...limits } = size
    const trackingEm = brand.kit.fonts[role].trackingEm
    return fitText({ text, face: book.roles[role], emoji: book.emoji, size: limits, trackingEm, width: slot.width })
  }
  const problems = findForeignEmojis(brand, copy)
  const title = polishText(copy.title) === '' ? null : setBlock(copy.title, slot.title)
  const body = polishText(copy.body) === '' || !slot.body ? null : setBlock(copy.body, slot.body)
  if (!title) problems.push('title is empty')
  else if (!title.ok) problems.push(`title ${title.problem}`)
  if (body && !body.ok) problems.push(`text ${body.problem}`)
  return { slot, problems, title: title?.ok ? title.block : null, body: body?.ok ? body.block : null }
}

const EMOJI = /\p{Emoji_Presentation}/gu

function findForeignEmojis(brand: Brand, copy: SlideCopy): string[] {
  const allowed: readonly string[] = brand.kit.emojis
  const foreign = `${copy.title} ${copy.body}`.match(EMOJI)?.filter((emoji) => !allowed.includes(emoji)) ?? []
  if (foreign.length === 0) return []
  return [`uses ${[...new Set(foreign)].join(' ')}; the brand's emojis are ${allowed.join(' ') || 'none'}`]
}

/** @throws Failure bad_copy with every problem */
function arrangeOrRefuse(open: OpenBrand, layoutName: LayoutName, copy: SlideCopy): Arrangement {
  const { slot, problems, title, body } = setCopy(open, layoutName, copy)
  if (problems.length > 0 || !title) {
    throw new Failure(`the words do not fit the ${layoutName} slide: ${problems.join('; ')}`, { code: 'bad_copy' })
  }
  return arrangeText(open.brand, open.book, slot, { title, body })
}

function describePlates({ brand, book, fontFiles }: OpenBrand, layoutName: LayoutName, size: CanvasSize): PlatesTask {
  const layout = brand.kit.layouts[layoutName]
  const shadow = layout.text?.shadow ?? null
  const logo = layout.logo
  return {
    kind: 'plates',
    colours: brand.kit.colours,
    layout,
    size,
    texts: layout.lines.map((line) => toLineSpec(brand, book, line, shadow, size.scale)),
    overlayFile: brand.overlayFiles[layoutName],
    logo:
      logo && brand.logoFile !== null
        ? {
            file: brand.logoFile,
            x: Math.round(logo.x * size.scale),
            y: Math.round(logo.y * size.scale),
            size: Math.round(logo.size * size.scale),
          }
        : null,
    fontFiles,
  }
}

function describeWords({ brand, book, fontFiles }: OpenBrand, words: SetWords): WordsTask {
  const { scale } = words.size
  const layout = brand.kit.layouts[words.layoutName]
  const progress = toProgressSpecs(brand, book, layout, words, scale)
  const shadow = layout.text?.shadow ?? null
  const blocks = words.arrangement?.blocks ?? []
  return {
    kind: 'words',
    pills: [...toBarSpec(words.arrangement?.bar ?? null, scale), ...progress.pills],
    texts: [...blocks.map((placed) => toTextSpec(brand, book, placed, shadow, scale)), ...progress.texts],
    fontFiles,
  }
}

/** A kit's fonts are read once for each version of the kit. */
function createBrandCache(): { open(brand: Brand): Promise<OpenBrand> } {
  const opened = new Map<string, Promise<OpenBrand>>()
  return {
    open(brand) {
      const key = `${brand.dir} ${brand.version}`
      const known = opened.get(key) ?? openOnce(brand)
      opened.set(key, known)
      known.catch(() => opened.delete(key))
      return known
    },
  }
}

import { join } from 'node:path'
import sharp from 'sharp'
import { encode } from './encode.ts'
import { enlargeAndBlend } from './kernel.ts'
import { loadPicture } from './picture.ts'
import { type Plates, paintPlates, pressShadow, pressSprite } from './plates.ts'
import { type Canvas, castShadow, drawPill, drawShadow, drawSprite, parseColour, type Sprite } from './raster.ts'
import type { RawPicture } from './resample.ts'
import type {
  PlatesTask,
  RenderedFile,
  RenderTask,
  SlideResult,
  SlideTask,
  TextSpec,
  Words,
  WordsTask,
} from './tasks.ts'
import { drawText, placeText, registerFonts } from './text-image.ts'
import { writeAtomically } from './write-file.ts'

/** What runs on a thread of the pool. Parallel work is the pool's business, so libvips gets one thread and no cache. */
sharp.concurrency(1)
sharp.cache(false)

export default async function render(task: RenderTask): Promise<Plates | Words | SlideResult> {
  await registerFonts(task.fontFiles)
  switch (task.kind) {
    case 'plates':
      return makePlates(task)
    case 'words':
      return drawWords(task)
    case 'slide':
      return makeSlide(task)
  }
}

async function makePlates(task: PlatesTask): Promise<Plates> {
  const plates = paintPlates({ colours: task.colours }, task.layout, task.size)
  if (task.overlayFile !== null) pressSprite(plates, await drawSvg(task.overlayFile, 0, 0, task.size))
  if (task.logo) pressSprite(plates, await drawSvg(task.logo.file, task.logo.x, task.logo.y, square(task.logo.size)))
  for (const text of task.texts) {
    const sprite = await drawSpec(text)
    if (text.shadow) pressShadow(plates, castShadow(sprite, text.shadow))
    pressSprite(plates, sprite)
  }
  return plates
}

async function makeSlide(task: SlideTask): Promise<SlideResult> {
  const watch = startWatch()
  const canvas = await makeGround(task, watch)
  watch.lap('blend')
  layWords(canvas, task.words)
  watch.lap('words')
  const writing: Promise<RenderedFile>[] = []
  for (const output of task.outputs) {
    const { bytes, suffix } = await encode(canvas, output)
    watch.lap(`encode ${output}`)
    // The disk takes its time while the next file is encoded. What fails is told below, once all have ended.
    const written = writeAtomically(join(task.outDir, task.name + suffix), bytes)
    const file = written.then((one) => ({ kind: output, ...one }))
    // Should an encoding fail before anybody waits for this one.
    file.catch(() => undefined)
    writing.push(file)
  }
  const settled = await Promise.allSettled(writing)
  watch.lap('write')
  const files = settled.map((one) => {
    if (one.status === 'rejected') throw one.reason
    return one.value
  })
  return { files, timingsMs: watch.laps }
}

async function makeGround(task: SlideTask, watch: Watch): Promise<Canvas> {
  const { plates } = task
  const picture =
    task.picturePath === null || plates.picture.width <= 0
      ? onePixel(task.base)
      : await loadPicture(task.picturePath, { ...plates.picture, blur: task.pictureBlur })
  watch.lap('picture')
  return { width: plates.width, height: plates.height, rgb: enlargeAndBlend(plates, picture) }
}

/** Enlarged, it is the kit's base colour everywhere. */
function onePixel(colour: string): RawPicture {
  return { width: 1, height: 1, rgb: Uint8Array.from(parseColour(colour)) }
}

async function drawWords({ texts, pills }: WordsTask): Promise<Words> {
  const words: Words = {
    pills: pills.map(({ x, y, width, height, colour, opacity }) =>
      drawPill(x, y, width, height, parseColour(colour), opacity),
    ),
    shadows: [],
    texts: [],
  }
  for (const text of texts) {
    const sprite = await drawSpec(text)
    words.texts.push(sprite)
    if (text.shadow) words.shadows.push(castShadow(sprite, text.shadow))
  }
  return words
}

function layWords(canvas: Canvas, { pills, shadows, texts }: Words): void {
  for (const pill of pills) drawSprite(canvas, pill)
  for (const shadow of shadows) drawShadow(canvas, shadow)
  for (const text of texts) drawSprite(canvas, text)
}

async function drawSpec(spec: TextSpec): Promise<Sprite> {
  return placeText(await drawText(spec), spec.x, spec.y, spec.align)
}

function square(side: number): { width: number; height: number } {
  return { width: side, height: side }
}

/** Drawn large, then scaled down: crisp edges whatever size the file says it has. */
const SVG_DENSITY = 288

async function drawSvg(file: string, x: number, y: number, size: { width: number; height: number }): Promise<Sprite> {
  const { data, info } = await sharp(file, { density: SVG_DENSITY })
    .resize(size.width, size.height, { fit: 'contain', background: '#00000000' })
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
  return { x, y, width: info.width, height: info.height, rgba: data }
}

type Watch = { laps: Record<string, number>; lap(name: string): void }

function startWatch(): Watch {
  let last = performance.now()
  const laps: Record<string, number> = {}
  return {
    laps,
    lap(name) {
      const now = performance.now()
      laps[name] = (laps[name] ?? 0) + now - last
      last = now
    },
  }
}

import type { Align, BrandKit, Layout } from '../brand.ts'
import type { Plates } from './plates.ts'
import type { ShadowMap, Sprite } from './raster.ts'
import type { TextImageRequest } from './text-image.ts'
import type { WrittenFile } from './write-file.ts'

/** What travels between the renderer and its threads: plain data, lengths in device pixels. */

export type CanvasSize = { width: number; height: number /** Device pixels a layout unit. */; scale: number }

export type ShadowSpec = { offset: number; blur: number; opacity: number }
export type TextSpec = TextImageRequest & { x: number; y: number; align: Align; shadow: ShadowSpec | null }
export type PillSpec = { x: number; y: number; width: number; height: number; colour: string; opacity: number }

export type PlatesTask = {
  kind: 'plates'
  colours: BrandKit['colours']
  layout: Layout
  size: CanvasSize
  texts: TextSpec[]
  overlayFile: string | null
  logo: { file: string; x: number; y: number; size: number } | null
  fontFiles: string[]
}

/** Everything that lies over the picture, without the picture: it can be drawn while that is awaited. */
export type WordsTask = { kind: 'words'; texts: TextSpec[]; pills: PillSpec[]; fontFiles: string[] }
/** Drawn in this order: pills, shadows, texts. */
export type Words = { pills: Sprite[]; shadows: ShadowMap[]; texts: Sprite[] }

export const OUTPUTS = ['png', 'jpeg-master', 'jpeg-preview'] as const
export type Output = (typeof OUTPUTS)[number]
export type RenderedFile = WrittenFile & { kind: Output }

export type SlideTask = {
  kind: 'slide'
  plates: Plates
  /** What stands in when there is no picture. */
  base: string
  picturePath: string | null
  pictureBlur: number
  words: Words
  fontFiles: string[]
  outputs: readonly Output[]
  outDir: string
  name: string
}
export type SlideResult = { files: RenderedFile[]; timingsMs: Record<string, number> }

export type RenderTask = PlatesTask | WordsTask | SlideTask

import { createHash } from 'node:crypto'
import { access, readdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join, resolve, sep } from 'node:path'
import { z } from 'zod'
import { ALLOWED_EMOJIS } from '../src/content.ts'
import { asFailure, Failure } from '../src/failure.ts'

/**
 * A brand kit is data: templates/<name>/brand.json and the files it names. docs/brand.md explains every field.
 * All lengths are in units of a 1080 units wide canvas (1080x1350 for slides, 1080x1920 for the story).
 */

const Colour = z.string().regex(/^#[0-9a-fA-F]{6}$/, 'must look like #1A2B3C')
const Colours = z.strictObject({
  base: Colour,
  text: Colour,
  muted: Colour,
  accent: Colour,
  highlight: Colour,
  tint: Colour,
})
const ColourName = Colours.keyof()
export type ColourName = z.infer<typeof ColourName>

const Length = z.number().min(-2000).max(4000)
const Share = z.number().min(0).max(1)
const Align = z.enum(['left', 'centre', 'right'])
export type Align = z.infer<typeof Align>

const Font = z.strictObject({
  /** A TTF or OTF file: below the kit's folder, or `package:<npm package>/<path>`. */
  file: z.string().min(1),
  /** Letter spacing in em. */
  trackingEm: z.number().min(-0.1).max(0.3).default(0),
  lineHeight: z.number().min(0.9).max(2),
})
const FontRole = z.enum(['title', 'body', 'label'])
export type FontRole = z.infer<typeof FontRole>

const TextSize = z.strictObject({
  font: FontRole,
  colour: ColourName,
  maxPx: z.number().min(20).max(200),
  minPx: z.number().min(20).max(200),
  maxLines: z.int().min(1).max(6),
})
export type TextSize = z.infer<typeof TextSize>

const Shadow = z.strictObject({ offset: Length, blur: z.number().min(0).max(80), opacity: Share })

const Picture = z.strictObject({
  x: Length,
  y: Length,
  width: Length,
  height: Length,
  /** 1 leaves the picture as bright as it is. */
  brightness: Share,
  /** Radius of a soft blur; 0 keeps the picture sharp. */
  blur: z.number().min(0).max(60).default(0),
  vignette: Share.default(0),
  /** Which part of a picture that is too tall is kept: 0 the top, 0.5 the middle, 1 the bottom. */
  focusY: Share.default(0.5),
  /** From `from` to `to` (y) the picture fades to `floor` of its strength. */
  fade: z.strictObject({ from: Length, to: Length, floor: Share }).optional(),
})

const Line = z.strictObject({
  words: z.string().min(1).max(80),
  font: FontRole,
  colour: ColourName,
  px: z.number().min(20).max(200),
  x: Length,
  /** Of the baseline. */
  y: Length,
  align: Align,
})
export type Line = z.infer<typeof Line>

export const Layout = z.strictObject({
  picture: Picture.nullable(),
  background: z.strictObject({
    top: ColourName,
    bottom: ColourName,
    glows: z
      .array(z.strictObject({ x: Length, y: Length, radius: Length, colour: ColourName, strength: Share }))
      .default([]),
    /** Strength of a fine noise, in steps of 1/255. */
    grain: z.number().min(0).max(12).default(0),
  }),
  /** Bands of the base colour over the picture that keep small text readable. */
  scrims: z.array(z.strictObject({ edge: z.enum(['top', 'bottom']), height: Length, strength: Share })).default([]),
  rules: z
    .array(
      z.strictObject({
        x: Length,
        y: Length,
        width: Length,
        height: Length,
        colour: ColourName,
        opacity: Share.default(1),
      }),
    )
    .default([]),
  logo: z.strictObject({ x: Length, y: Length, size: Length }).nullable(),
  /** An SVG of shapes, drawn over the whole canvas below the words; text in it would depend on the host's fonts. */
  overlay: z.string().nullable().default(null),
  /** Words that are the same on every slide of this layout: handle, cue, the closing words. */
  lines: z.array(Line).default([]),
  text: z
    .strictObject({
      x: Length,
      width: Length,
      align: Align,
      /** Which edge of the block sits at `y`: cap height of the first line, middle, or baseline of the last. */
      anchor: z.enum(['top', 'middle', 'bottom']),
      y: Length,
      title: TextSize,
      body: TextSize.nullable(),
      gap: Length,
      bar: z.strictObject({ width: Length, height: Length, gap: Length, colour: ColourName }).nullable(),
      shadow: Shadow.nullable(),
    })
    .nullable(),
  progress: z
    .strictObject({
      kind: z.enum(['dots', 'number']),
      x: Length,
      y: Length,
      align: Align,
      px: z.number().min(4).max(80),
      font: FontRole.default('label'),
      colour: ColourName,
      activeColour: ColourName,
    })
    .nullable(),
})
export type Layout = z.infer<typeof Layout>

export const LAYOUT_NAMES = ['hook', 'reveal', 'closing', 'story'] as const
export type LayoutName = (typeof LAYOUT_NAMES)[number]

const LayoutWithText = Layout.refine((layout) => layout.text !== null, 'needs a text block')

export const BrandKit = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{1,30}$/, 'small letters, digits and "-"'),
  title: z.string().min(1).max(60),
  handle: z.string().regex(/^@[\w.]{1,30}$/, 'must look like @name'),
  tagline: z.string().min(1).max(120),
  /** BCP 47; the language that the copy is written in. */
  locale: z.string().refine((tag) => isLocale(tag), 'is not a language tag'),
  /** The only emojis a slide may carry. */
  emojis: z.array(z.enum(ALLOWED_EMOJIS)),
  /** Hashtags that every caption gets, without "#". */
  hashtags: z
    .array(z.string().regex(/^[\p{L}\p{N}_]{2,40}$/u))
    .max(5)
    .default([]),
  colours: Colours,
  fonts: z.strictObject({ title: Font, body: Font, label: Font }),
  /** Further font files for scripts that the three lack; the shared ones (Greek, Hebrew, Arabic, signs) follow them. */
  fallbackFonts: z.array(z.string()).default([]),
  /** An SVG of paths only: text in it would depend on the host's fonts. */
  logo: z.string().nullable(),
  layouts: z.strictObject({ hook: LayoutWithText, reveal: LayoutWithText, closing: Layout, story: LayoutWithText }),
})
export type BrandKit = z.infer<typeof BrandKit>

/** A checked kit with absolute file paths; plain data, so that it can be sent to a thread. */
export type Brand = {
  kit: BrandKit
  /** Changes when any byte of brand.json does; names the version in caches. */
  version: string
  dir: string
  fontFiles: Record<FontRole, string>
  fallbackFiles: string[]
  logoFile: string | null
  overlayFiles: Record<LayoutName, string | null>
}

const require = createRequire(import.meta.url)

/** Names of the kits below `brandsDir`, sorted. */
export async function listBrands(brandsDir: string): Promise<string[]> {
  const entries = await readdir(brandsDir, { withFileTypes: true }).catch((cause) => {
    throw new Failure(`cannot read the brand folder ${brandsDir}: ${cause.message}`, { code: 'bad_config', cause })
  })
  const found = await Promise.all(
    entries
      .filter((entry) => entry.isDirectory())
      .map(async (entry) => ((await exists(join(brandsDir, entry.name, 'brand.json'))) ? entry.name : null)),
  )
  return found.filter((name) => name !== null).sort()
}

/** @throws Failure bad_config that lists every problem of the kit, missing files by name */
export async function loadBrand(brandsDir: string, name: string): Promise<Brand> {
  const dir = resolve(brandsDir, name)
  if (!dir.startsWith(resolve(brandsDir) + sep)) throw badKit(name, ['the name must not leave the brand folder'])
  const text = await readFile(join(dir, 'brand.json'), 'utf8').catch(async (cause) => {
    const known = await listBrands(brandsDir)
    throw badKit(name, [`${join(dir, 'brand.json')}: ${asFailure(cause).message}; kits here: ${known.join(', ')}`])
  })
  const kit = parseKit(name, text)
  const brand: Brand = {
    kit,
    version: createHash('sha256').update(text).digest('hex').slice(0, 16),
    dir,
    fontFiles: {
      title: resolveFile(dir, kit.fonts.title.file),
      body: resolveFile(dir, kit.fonts.body.file),
      label: resolveFile(dir, kit.fonts.label.file),
    },
    fallbackFiles: kit.fallbackFonts.map((file) => resolveFile(dir, file)),
    logoFile: resolveOptional(dir, kit.logo),
    overlayFiles: {
      hook: resolveOptional(dir, kit.layouts.hook.overlay),
      reveal: resolveOptional(dir, kit.layouts.reveal.overlay),
      closing: resolveOptional(dir, kit.layouts.closing.overlay),
      story: resolveOptional(dir, kit.layouts.story.overlay),
    },
  }
  await checkFiles(brand)
  return brand
}

function parseKit(name: string, text: string): BrandKit {
  let data: unknown
  try {
    data = JSON.parse(text)
  } catch (cause) {
    throw badKit(name, [`brand.json is not JSON: ${asFailure(cause).message}`])
  }
  const parsed = BrandKit.safeParse(data)
  const problems = parsed.success
    ? findContradictions(parsed.data)
    : parsed.error.issues.map((issue) => `${issue.path.join('.') || 'brand.json'}: ${issue.message}`)
  if (parsed.success && parsed.data.name !== name) problems.push(`name: is "${parsed.data.name}" in a folder "${name}"`)
  if (!parsed.success || problems.length > 0) throw badKit(name, problems)
  return parsed.data
}

/** What a schema of single fields cannot see. */
function findContradictions(kit: BrandKit): string[] {
  const problems: string[] = []
  for (const layoutName of LAYOUT_NAMES) {
    const layout = kit.layouts[layoutName]
    for (const [key, size] of [
      ['title', layout.text?.title],
      ['body', layout.text?.body],
    ] as const) {
      if (size && size.minPx > size.maxPx) problems.push(`layouts.${layoutName}.text.${key}: minPx is above maxPx`)
    }
    if (layout.logo && kit.logo === null) problems.push(`layouts.${layoutName}.logo: the kit names no logo file`)
  }
  return problems
}

/** A file of the kit's own folder, or of an installed npm package. */
function resolveFile(dir: string, file: string): string {
  if (file.startsWith('package:')) {
    try {
      return require.resolve(file.slice('package:'.length))
    } catch {
      return file
    }
  }
  return resolve(dir, file)
}

function resolveOptional(dir: string, file: string | null): string | null {
  return file === null ? null : resolveFile(dir, file)
}

async function checkFiles(brand: Brand): Promise<void> {
  const pictures = [brand.logoFile, ...Object.values(brand.overlayFiles)].filter((file) => file !== null)
  const missing: string[] = []
  for (const file of new Set([...Object.values(brand.fontFiles), ...brand.fallbackFiles, ...pictures]))
    if (!(await exists(file))) missing.push(`missing file: ${file}`)
  if (missing.length > 0) throw badKit(brand.kit.name, missing)
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  )
}

function isLocale(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1
  } catch {
    return false
  }
}

function badKit(name: string, problems: string[]): Failure {
  return new Failure(`brand kit "${name}" cannot be used:\n- ${problems.join('\n- ')}`, { code: 'bad_config' })
}

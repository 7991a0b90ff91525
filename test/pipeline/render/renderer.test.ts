import { createHash } from 'node:crypto'
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Brand } from '../../../pipeline/brand.ts'
import type { Renderer, RenderSlideRequest } from '../../../pipeline/render/renderer.ts'
import { explainWriteError } from '../../../pipeline/render/write-file.ts'
import { ARC } from '../../../src/content.ts'
import type { WorkerPool } from '../../../src/worker-pool.ts'
import { BRAND_NAMES, COPY, createTestRenderer, LONG_COPY, makeFolder, makePicture, openBrand } from './support.ts'

let renderer: Renderer
let pool: WorkerPool
let brand: Brand
let outDir: string
let request: RenderSlideRequest

beforeAll(async () => {
  ;({ renderer, pool } = createTestRenderer())
  brand = await openBrand('factsmind')
})

afterAll(() => pool.close())

beforeEach(async () => {
  outDir = await makeFolder()
  request = { brand, role: 'hook', index: 1, total: 5, copy: COPY.hook, picturePath: null, outDir, name: 'slide-1' }
  return () => rm(outDir, { recursive: true, force: true })
})

describe('a rendered slide', () => {
  it('comes as a 2160x2700 PNG and a 1080x1350 JPEG, with their hashes', async () => {
    const { files } = await renderer.renderSlide({ ...request, picturePath: await makePicture(outDir) })
    expect(files.map(({ kind, path }) => [kind, path])).toEqual([
      ['png', join(outDir, 'slide-1.png')],
      ['jpeg-preview', join(outDir, 'slide-1.jpg')],
    ])
    for (const file of files) {
      const bytes = await readFile(file.path)
      expect(file).toMatchObject({ bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') })
    }
    expect(await sharp(files[0]?.path).metadata()).toMatchObject({
      format: 'png',
      width: 2160,
      height: 2700,
      channels: 3,
    })
    expect(await sharp(files[1]?.path).metadata()).toMatchObject({ format: 'jpeg', width: 1080, height: 1350 })
  })

  it('stays below the 8 MB that Instagram takes, as PNG and as JPEG', async () => {
    const outputs = ['png', 'jpeg-master'] as const
    const { files } = await renderer.renderSlide({
      ...request,
      picturePath: await makePicture(outDir, 4, 1024),
      outputs,
    })
    for (const file of files) expect(file.bytes, file.kind).toBeLessThan(8_000_000)
  })

  it('is the same to the byte when made again', async () => {
    const first = await renderer.renderSlide(request)
    const second = await renderer.renderSlide({ ...request, name: 'again' })
    expect(second.files.map((file) => file.sha256)).toEqual(first.files.map((file) => file.sha256))
  })

  it.each(BRAND_NAMES)('of %s can be made from any ordinary picture', async (name) => {
    const kit = await openBrand(name)
    const sizes = [
      [40, 30],
      [3000, 800],
      [2400, 3200],
    ] as const
    for (const [index, [width, height]] of sizes.entries()) {
      const picturePath = join(outDir, `source-${index}.jpg`)
      await sharp({ create: { width, height, channels: 3, background: '#8899aa' } })
        .jpeg()
        .toFile(picturePath)
      const role = ARC[index] ?? 'hook'
      const job = { ...request, brand: kit, role, copy: COPY[role], picturePath, outputs: ['jpeg-preview'] as const }
      expect((await renderer.renderSlide(job)).files).toHaveLength(1)
    }
  })

  it('closes with the words of the kit, whatever copy it is given', async () => {
    const closing = { ...request, role: 'closing', outputs: ['jpeg-preview'] } as const
    const one = await renderer.renderSlide({ ...closing, copy: { title: 'One', body: '' } })
    const other = await renderer.renderSlide({ ...closing, copy: { title: '黑洞', body: 'x' } })
    expect(one.files[0]?.sha256).toBe(other.files[0]?.sha256)
  })
})

describe('a story', () => {
  it('is a 1080x1920 PNG that is quiet where the link sticker goes', async () => {
    const picturePath = await makePicture(outDir)
    const { files } = await renderer.renderStory({ brand, title: COPY.hook.title, picturePath, outDir, name: 'story' })
    const story = sharp(files[0]?.path)
    expect(await story.metadata()).toMatchObject({ format: 'png', width: 1080, height: 1920 })
    const room = await story.extract({ left: 80, top: 1370, width: 920, height: 400 }).toBuffer()
    for (const channel of (await sharp(room).stats()).channels) expect(channel.stdev).toBeLessThan(16)
  })
})

describe('checking copy', () => {
  it.each(BRAND_NAMES)('passes ordinary and long copy with %s', async (name) => {
    const kit = await openBrand(name)
    for (const role of ARC) {
      expect(await renderer.checkCopy(kit, role, COPY[role]), role).toEqual([])
      expect(await renderer.checkCopy(kit, role, LONG_COPY[role]), `${role}, long`).toEqual([])
    }
  })

  it('lists every problem of title and text', async () => {
    const copy = { title: 'An octopus 🐙 and a 黑洞', body: 'w'.repeat(200) }
    expect(await renderer.checkCopy(brand, 'reveal', copy)).toEqual([
      expect.stringContaining('uses 🐙; the brand’s emojis are'.replace('’', "'")),
      expect.stringContaining('"黑" (U+9ED1)'),
      expect.stringContaining('text has a word wider than the slide'),
    ])
  })

  it('refuses an emoji that the brand left out, though a font has it', async () => {
    const plain = { ...brand, version: 'plain', kit: { ...brand.kit, emojis: [] } }
    expect(await renderer.checkCopy(plain, 'reveal', COPY.reveal)).toEqual(["uses 🧠; the brand's emojis are none"])
  })

  it('wants a title', async () => {
    expect(await renderer.checkCopy(brand, 'twist', { title: ' \u0007 ', body: '' })).toEqual(['title is empty'])
  })
})

describe('when something is wrong', () => {
  it('copy that does not fit is refused before anything is drawn', async () => {
    const rendering = renderer.renderSlide({ ...request, copy: { title: 'word '.repeat(20), body: '' } })
    await expect(rendering).rejects.toMatchObject({
      code: 'bad_copy',
      message: expect.stringContaining('shorten to about'),
    })
    expect(await readdir(outDir)).toEqual([])
  })

  it.each([
    ['a truncated picture', async () => (await readFile(await makePicture(outDir))).subarray(0, 9_000)],
    ['a web page', async () => Buffer.from('<!doctype html><title>404</title>')],
    ['an empty file', async () => Buffer.alloc(0)],
  ])('%s is refused and leaves no file', async (_, makeBytes) => {
    const picturePath = join(outDir, 'broken.png')
    await writeFile(picturePath, await makeBytes())
    const before = await readdir(outDir)
    await expect(renderer.renderSlide({ ...request, picturePath })).rejects.toMatchObject({ code: 'bad_image' })
    expect(await readdir(outDir)).toEqual(before)
  })

  it('a folder that does not exist is named', async () => {
    const rendering = renderer.renderSlide({ ...request, outDir: join(outDir, 'gone') })
    await expect(rendering).rejects.toMatchObject({
      code: 'not_writable',
      message: expect.stringContaining(join(outDir, 'gone')),
    })
  })

  it.each([
    ['ENOSPC', 'no_space', 'no space left on the disk of /out: free some'],
    ['EACCES', 'not_writable', 'may not write to /out: give the bot'],
    ['EROFS', 'not_writable', 'may not write to /out: give the bot'],
  ])('%s is explained to the person who can help', (errno, code, words) => {
    const failure = explainWriteError(Object.assign(new Error('write'), { code: errno }), '/out/slide-1.png')
    expect(failure).toMatchObject({ code, message: expect.stringContaining(words) })
  })

  it('a font file that is no font is named', async () => {
    const broken = join(outDir, 'broken.ttf')
    await writeFile(broken, 'not a font')
    const bad = { ...brand, version: 'bad-font', fontFiles: { ...brand.fontFiles, title: broken } }
    await expect(renderer.renderSlide({ ...request, brand: bad })).rejects.toMatchObject({
      code: 'bad_config',
      message: expect.stringContaining(broken),
    })
  })

  it('a cancelled slide is not made', async () => {
    const rendering = renderer.renderSlide(request, AbortSignal.abort())
    await expect(rendering).rejects.toMatchObject({ code: 'cancelled' })
    expect(await readdir(outDir)).toEqual([])
  })
})

import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type BrandKit, listBrands, loadBrand } from '../../pipeline/brand.ts'
import { BRANDS_DIR } from './render/support.ts'

let brandsDir: string

beforeEach(async () => {
  brandsDir = await mkdtemp(join(tmpdir(), 'nexus-brands-'))
  await cp(join(BRANDS_DIR, 'marginalia'), join(brandsDir, 'marginalia'), { recursive: true })
})

afterEach(() => rm(brandsDir, { recursive: true, force: true }))

/** Changes a copy of the second kit and tries to load it. */
async function loadChanged(change: (kit: BrandKit) => void): Promise<unknown> {
  const path = join(brandsDir, 'marginalia', 'brand.json')
  const kit: BrandKit = JSON.parse(await readFile(path, 'utf8'))
  change(kit)
  await writeFile(path, JSON.stringify(kit))
  return loadBrand(brandsDir, 'marginalia')
}

describe('brand kits', () => {
  it('that ship are found by name', async () => {
    expect(await listBrands(BRANDS_DIR)).toEqual(['factsmind', 'marginalia'])
  })

  it('load with absolute paths and a version that follows the file', async () => {
    const before = await loadBrand(brandsDir, 'marginalia')
    expect(before.fontFiles.title).toBe(join(brandsDir, 'marginalia', 'fonts', 'Fraunces_700Bold.ttf'))
    const after = await loadChanged((kit) => {
      kit.tagline = 'Another line.'
    })
    expect(after).not.toMatchObject({ version: before.version })
  })

  it('with mistakes are refused with all of them at once', async () => {
    const loading = loadChanged((kit) => {
      Object.assign(kit.colours, { accent: 'red' })
      Object.assign(kit, { handle: 'no at sign', surprise: true })
    })
    await expect(loading).rejects.toMatchObject({
      code: 'bad_config',
      message: expect.stringMatching(/(?=.*handle)(?=.*colours\.accent: must look like #1A2B3C)(?=.*surprise)/s),
    })
  })

  it('with sizes that contradict each other are refused', async () => {
    const loading = loadChanged((kit) => {
      Object.assign(kit.layouts.hook.text?.title ?? {}, { minPx: 150 })
    })
    await expect(loading).rejects.toMatchObject({
      message: expect.stringContaining('layouts.hook.text.title: minPx is above maxPx'),
    })
  })

  it('that lack a font name the missing file', async () => {
    await rm(join(brandsDir, 'marginalia', 'fonts', 'Fraunces_700Bold.ttf'))
    const loading = loadBrand(brandsDir, 'marginalia')
    await expect(loading).rejects.toMatchObject({
      code: 'bad_config',
      message: expect.stringContaining(
        `missing file: ${join(brandsDir, 'marginalia', 'fonts', 'Fraunces_700Bold.ttf')}`,
      ),
    })
  })

  it('that do not exist are refused with the names of those that do', async () => {
    await expect(loadBrand(brandsDir, 'nobody')).rejects.toMatchObject({
      code: 'bad_config',
      message: expect.stringContaining('kits here: marginalia'),
    })
  })

  it('cannot be loaded from outside their folder', async () => {
    await expect(loadBrand(brandsDir, '../marginalia')).rejects.toMatchObject({ code: 'bad_config' })
  })

  it('that are not JSON are refused', async () => {
    await writeFile(join(brandsDir, 'marginalia', 'brand.json'), '{')
    await expect(loadBrand(brandsDir, 'marginalia')).rejects.toMatchObject({
      message: expect.stringContaining('not JSON'),
    })
  })
})

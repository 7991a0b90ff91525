import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import type { Renderer } from '../../pipeline/render/renderer.ts'
import type { ImageModel } from '../../src/providers/ports.ts'

/** Small real pictures in place of the real renderer, for flows that are not about pictures: 10 ms instead of a second. */
export function createQuickRenderer(): Renderer & { rendered: string[] } {
  const rendered: string[] = []
  const write = async (
    outDir: string,
    name: string,
    size: { width: number; height: number },
    words: string,
    kinds: readonly ['png', 'jpeg-preview'] | readonly ['png'],
  ) => {
    rendered.push(name)
    await mkdir(outDir, { recursive: true })
    const [r = 0, g = 0, b = 0] = createHash('sha256').update(words).digest()
    const canvas = sharp({ create: { ...size, channels: 3, background: { r, g, b } } })
    return Promise.all(
      kinds.map(async (kind) => {
        const bytes = await (kind === 'png' ? canvas.clone().png() : canvas.clone().jpeg()).toBuffer()
        const path = join(outDir, `${name}.${kind === 'png' ? 'png' : 'jpg'}`)
        await writeFile(path, bytes)
        return { kind, path, sha256: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.length }
      }),
    )
  }
  return {
    rendered,
    prepare: () => undefined,
    // The real rules are tested with the real renderer; here only what no renderer could set is refused.
    checkCopy: async (_brand, _role, copy) =>
      /\p{Script=Han}/u.test(copy.title + copy.body) ? ['no font has these characters'] : [],
    renderSlide: async ({ outDir, name, role, copy, picturePath }) => ({
      files: await write(outDir, name, { width: 216, height: 270 }, `${role}${copy.title}${copy.body}${picturePath}`, [
        'png',
        'jpeg-preview',
      ]),
    }),
    renderStory: async ({ outDir, name, title, picturePath }) => ({
      files: await write(outDir, name, { width: 108, height: 192 }, `story${title}${picturePath}`, ['png']),
    }),
  }
}

/** A painter that gives a small real picture at once and counts. */
export function createQuickArt(): ImageModel & { painted: string[] } {
  const painted: string[] = []
  return {
    painted,
    maker: { provider: 'local', model: 'quick-art' },
    paint: async ({ seed, role }) => {
      painted.push(role)
      const [r = 0, g = 0, b = 0] = createHash('sha256')
        .update(seed + role)
        .digest()
      const bytes = await sharp({ create: { width: 64, height: 80, channels: 3, background: { r, g, b } } })
        .png()
        .toBuffer()
      return { bytes, mime: 'image/png' }
    },
  }
}

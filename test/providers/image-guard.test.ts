import sharp from 'sharp'
import { beforeAll, describe, expect, it } from 'vitest'
import { validateImage } from '../../src/providers/image-guard.ts'
import { imageBomb, pictureFor } from '../support/fakes/pictures.ts'

let png: Buffer
let jpeg: Buffer

beforeAll(async () => {
  png = await pictureFor('a dark sea')
  jpeg = await pictureFor('a dark sea', 'jpeg')
})

const refusal = (message: string | RegExp) =>
  expect.objectContaining({ code: 'bad_image', retryable: false, message: expect.stringMatching(message) })

function flat(width: number, height: number) {
  return sharp({ create: { width, height, channels: 3, background: '#020308' } })
}

describe('a picture from outside', () => {
  it('passes as PNG, JPEG or WebP, with its size', async () => {
    expect(await validateImage(png)).toEqual({ width: 1024, height: 1280, mime: 'image/png' })
    expect(await validateImage(jpeg)).toEqual({ width: 1024, height: 1280, mime: 'image/jpeg' })
    const webp = await sharp(png).webp().toBuffer()
    expect(await validateImage(webp)).toEqual({ width: 1024, height: 1280, mime: 'image/webp' })
  })

  it('is refused as a bomb before anything is decoded', async () => {
    const bomb = imageBomb()
    expect(bomb.length).toBeLessThan(100_000)
    await expect(validateImage(bomb)).rejects.toEqual(refusal('10000x10000 pixels: more than 12 megapixels'))
  })

  it('may have twice the pixels of a slide and no more', async () => {
    await expect(validateImage(await flat(3000, 4000).png().toBuffer())).resolves.toMatchObject({ height: 4000 })
    await expect(validateImage(await flat(3000, 4001).png().toBuffer())).rejects.toEqual(refusal(/12 megapixels/))
  })

  it('is decoded when the one before it is done', async () => {
    const busy: number[] = []
    const watch = () => void busy.push(sharp.counters().process + sharp.counters().queue)
    sharp.queue.on('change', watch)
    await Promise.all([png, jpeg, png, jpeg].map((bytes) => validateImage(bytes)))
    sharp.queue.off('change', watch)
    expect(Math.max(...busy)).toBe(1)
  })

  it.each([0.3, 0.6, 0.9, 0.99])('is refused when only %d of it arrived', async (part) => {
    await expect(validateImage(png.subarray(0, Math.floor(png.length * part)))).rejects.toEqual(refusal(/damaged/))
    await expect(validateImage(jpeg.subarray(0, Math.floor(jpeg.length * part)))).rejects.toEqual(refusal(/damaged/))
  })

  it('is refused when its middle is damaged', async () => {
    const damaged = Buffer.from(png)
    damaged.fill(0, Math.floor(damaged.length / 2), Math.floor(damaged.length / 2) + 4096)
    await expect(validateImage(damaged)).rejects.toEqual(refusal(/damaged/))
  })

  it.each([
    ['an SVG', '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="1024" height="1024"/>', /SVG/],
    ['a web page', '<!DOCTYPE html><title>Sign in</title>', /web page/],
    ['JSON', '{"error":"no"}', /JSON/],
    ['words', 'Here is your picture.', /not a PNG/],
    ['nothing', '', /empty/],
  ])('is refused when it is %s', async (_, text, message) => {
    await expect(validateImage(Buffer.from(text))).rejects.toEqual(refusal(message))
  })

  it('is refused as a GIF', async () => {
    await expect(validateImage(await flat(600, 600).gif().toBuffer())).rejects.toEqual(refusal(/GIF/))
  })

  it('is refused when it moves', async () => {
    const frames = await Promise.all(
      ['#f00', '#00f'].map((background) => flat(600, 600).tint(background).png().toBuffer()),
    )
    const moving = await sharp(frames, { join: { animated: true } })
      .webp()
      .toBuffer()
    await expect(validateImage(moving)).rejects.toEqual(refusal(/animated/))
  })

  it('is refused when it is too small to fill a slide', async () => {
    await expect(validateImage(await flat(511, 2000).png().toBuffer())).rejects.toEqual(refusal(/511x2000.*512/))
    await expect(validateImage(await flat(512, 512).png().toBuffer())).resolves.toMatchObject({ width: 512 })
  })

  it('is refused when it is heavier than 20 MB', async () => {
    await expect(validateImage(Buffer.concat([png, Buffer.alloc(20_000_000)]))).rejects.toEqual(
      refusal('larger than 20 MB'),
    )
  })

  it('is refused when only its first bytes are those of a picture', async () => {
    await expect(validateImage(Buffer.concat([png.subarray(0, 8), Buffer.from('<svg/>')]))).rejects.toEqual(
      refusal(/damaged/),
    )
  })
})

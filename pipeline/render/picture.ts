import sharp, { type Sharp } from 'sharp'
import { Failure } from '../../src/failure.ts'
import type { RawPicture } from './resample.ts'

/** As in the image port: larger pictures are refused before they are unpacked. */
const MAX_PIXELS = 40_000_000

/** A strong blur is done small: the enlargement that follows smooths the rest. */
const BLUR_SHRINK = 8

/**
 * Unpacks a picture that is to cover `width` x `height`. A larger one is cut down to exactly that; a smaller one stays as
 * it is, since enlarging is part of blending. @throws Failure bad_image
 */
export async function loadPicture(path: string, width: number, height: number, blur: number): Promise<RawPicture> {
  try {
    const source = sharp(path, { limitInputPixels: MAX_PIXELS, failOn: 'error' })
    const { data, info } = await toRgb(await fitDown(source, width, height, blur)).toBuffer({ resolveWithObject: true })
    return { width: info.width, height: info.height, rgb: data }
  } catch (cause) {
    throw new Failure(`the picture ${path} cannot be read`, { code: 'bad_image', cause })
  }
}

async function fitDown(source: Sharp, width: number, height: number, blur: number): Promise<Sharp> {
  if (blur > 0) {
    const small = { width: Math.ceil(width / BLUR_SHRINK), height: Math.ceil(height / BLUR_SHRINK) }
    return source
      .autoOrient()
      .resize({ ...small, fit: 'cover' })
      .blur(Math.max(0.3, blur / BLUR_SHRINK))
  }
  const { autoOrient } = await source.metadata()
  const enlarges = autoOrient.width <= width || autoOrient.height <= height
  return enlarges
    ? source.autoOrient()
    : source.autoOrient().resize({ width, height, fit: 'cover', kernel: 'lanczos3' })
}

function toRgb(image: Sharp): Sharp {
  return image.flatten({ background: '#000' }).toColourspace('srgb').raw()
}

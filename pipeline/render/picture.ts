import sharp, { type Sharp } from 'sharp'
import { Failure } from '../../src/failure.ts'

export type RawPicture = { width: number; height: number; rgb: Uint8Array }

/** As in the image port: larger pictures are refused before they are unpacked. */
const MAX_PIXELS = 40_000_000

/** A picture cut and scaled to cover exactly `width` x `height`. @throws Failure bad_image */
export async function loadCovering(path: string, width: number, height: number, blur: number): Promise<RawPicture> {
  try {
    const source = sharp(path, { limitInputPixels: MAX_PIXELS, failOn: 'error' }).autoOrient()
    const scaled =
      blur > 0
        ? await blurred(source, width, height, blur)
        : source.resize(width, height, { fit: 'cover', kernel: 'cubic', fastShrinkOnLoad: true })
    const { data, info } = await toRgb(scaled).toBuffer({ resolveWithObject: true })
    return { width: info.width, height: info.height, rgb: data }
  } catch (cause) {
    throw new Failure(`the picture ${path} cannot be read`, { code: 'bad_image', cause })
  }
}

/** A strong blur is done small: the enlargement smooths the rest. */
async function blurred(source: Sharp, width: number, height: number, blur: number): Promise<Sharp> {
  const shrink = 8
  const size = { width: Math.ceil(width / shrink), height: Math.ceil(height / shrink) }
  const { data, info } = await toRgb(
    source.resize(size.width, size.height, { fit: 'cover' }).blur(Math.max(0.3, blur / shrink)),
  ).toBuffer({ resolveWithObject: true })
  const raw = { width: info.width, height: info.height, channels: 3 } as const
  return sharp(data, { raw }).resize(width, height, { fit: 'fill', kernel: 'cubic' })
}

function toRgb(image: Sharp): Sharp {
  return image.flatten({ background: '#000' }).toColourspace('srgb').raw()
}

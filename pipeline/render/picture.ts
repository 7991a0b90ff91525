import sharp, { type Sharp } from 'sharp'
import { Failure } from '../../src/failure.ts'
import type { RawPicture } from './resample.ts'

/** As in the image port: larger pictures are refused before they are unpacked. */
const MAX_PIXELS = 40_000_000

/** A strong blur is done small: the enlargement that follows smooths the rest. */
const BLUR_SHRINK = 8

/** Where a picture is to go, in device pixels. */
export type Place = { width: number; height: number; focusY: number; blur: number }

/**
 * Unpacks a picture that is to cover its place. A larger one is cut and scaled down to exactly that; a smaller one stays
 * as it is, since enlarging is part of blending. @throws Failure bad_image
 */
export async function loadPicture(path: string, place: Place): Promise<RawPicture> {
  try {
    const source = sharp(path, { limitInputPixels: MAX_PIXELS, failOn: 'error' })
    const { autoOrient } = await source.metadata()
    const fitted = fitDown(source.autoOrient(), autoOrient, place)
    const { data, info } = await toRgb(fitted).toBuffer({ resolveWithObject: true })
    return { width: info.width, height: info.height, rgb: data }
  } catch (cause) {
    throw new Failure(`the picture ${path} cannot be read`, { code: 'bad_image', cause })
  }
}

function fitDown(source: Sharp, size: { width: number; height: number }, place: Place): Sharp {
  const scale = Math.max(place.width / size.width, place.height / size.height)
  const target = place.blur > 0 ? Math.min(scale, 1 / BLUR_SHRINK) : scale
  if (target >= 1) return source
  const region = { width: Math.round(place.width / scale), height: Math.round(place.height / scale) }
  const visible = { width: Math.min(region.width, size.width), height: Math.min(region.height, size.height) }
  const shrunk = source
    .extract({
      left: Math.floor((size.width - visible.width) / 2),
      top: Math.floor((size.height - visible.height) * place.focusY),
      ...visible,
    })
    .resize(Math.ceil((place.width * target) / scale), Math.ceil((place.height * target) / scale), { fit: 'fill' })
  return place.blur > 0 ? shrunk.blur(Math.max(0.3, (place.blur * target) / scale)) : shrunk
}

function toRgb(image: Sharp): Sharp {
  return image.flatten({ background: '#000' }).toColourspace('srgb').raw()
}

import { createHash } from 'node:crypto'
import { z } from 'zod'
import { Failure } from '../failure.ts'
import { cleanName } from '../plain-words.ts'
import { badOutput } from './answer-schema.ts'
import { type Fetch, readBounded } from './bounded-fetch.ts'
import { guardedCall, type MakerDeps } from './guarded-call.ts'
import { IMAGE_LIMITS, validateImage } from './image-guard.ts'
import { NO_USAGE } from './ledger.ts'
import type { CallContext, ImageModel, Painting, PaintRequest } from './ports.ts'
import { searchWords } from './search-words.ts'
import { ServiceError } from './translate.ts'

export type PexelsConfig = { apiKey: string; baseUrl: string }

const DEFAULT_HOST = 'api.pexels.com'
const PICTURE_HOST = 'images.pexels.com'
const RESULTS_PER_SEARCH = 30
const MAX_SEARCH_BYTES = 1_000_000
/** As wide as a slide's master; the picture host scales on request. */
const PICTURE_WIDTH_PX = 2160
const MAX_NAME_CHARS = 60

const SearchResult = z.object({
  photos: z.array(z.object({ id: z.number(), photographer: z.string(), src: z.object({ original: z.url() }) })),
})
type Photo = z.infer<typeof SearchResult>['photos'][number]

/** Stock photos: searched by words from the prompt, portrait and cold in colour. The same seed picks the same photo. */
export function createPexelsImages(config: PexelsConfig, deps: MakerDeps): ImageModel {
  const maker = { provider: 'pexels', model: 'search' } as const
  const guard = {
    maker,
    kind: 'image',
    service: 'Pexels',
    apiKey: config.apiKey,
    maxResponseBytes: IMAGE_LIMITS.maxBytes,
  } as const
  return {
    maker,
    paint: (request: PaintRequest, context: CallContext) =>
      guardedCall(deps, guard, context, NO_USAGE, async (signal, fetch) => {
        const photo = await findPhoto(config, fetch, request, signal)
        const bytes = await download(config, fetch, photo, signal)
        return { usage: { ...NO_USAGE, images: 1 }, read: () => toPainting(bytes, photo) }
      }),
  }
}

async function toPainting(bytes: Buffer, photo: Photo): Promise<Painting> {
  const { mime } = await validateImage(bytes)
  return { bytes, mime, credit: `Photo: ${cleanName(photo.photographer, MAX_NAME_CHARS) || 'unknown'} / Pexels` }
}

/** From the narrowest search to the widest: the first that finds anything. */
async function findPhoto(
  config: PexelsConfig,
  fetch: Fetch,
  request: PaintRequest,
  signal: AbortSignal,
): Promise<Photo> {
  const words = searchWords(request.prompt)
  const searches = [
    { query: words.join(' '), color: 'blue' },
    { query: words.slice(0, 1).join(' '), color: 'black' },
    { query: request.category, color: undefined },
  ].filter((search) => search.query !== '')
  for (const search of searches) {
    const photos = await searchPhotos(config, fetch, search, signal)
    const photo = photos[pickIndex(`${request.seed}/${request.role}`, photos.length)]
    if (photo !== undefined) return photo
  }
  throw new Failure('Pexels has no photo for this slide', { code: 'not_found' })
}

async function searchPhotos(
  config: PexelsConfig,
  fetch: Fetch,
  search: { query: string; color: string | undefined },
  signal: AbortSignal,
): Promise<Photo[]> {
  const url = new URL('/v1/search', config.baseUrl)
  url.searchParams.set('query', search.query)
  url.searchParams.set('orientation', 'portrait')
  url.searchParams.set('size', 'medium')
  url.searchParams.set('per_page', String(RESULTS_PER_SEARCH))
  if (search.color !== undefined) url.searchParams.set('color', search.color)
  const response = await fetch(url, { headers: { authorization: config.apiKey }, signal })
  await refuseError(response)
  const body = await readBounded(response, MAX_SEARCH_BYTES, 'bad_model_output')
  const parsed = SearchResult.safeParse(JSON.parse(body.toString('utf8')))
  if (!parsed.success) throw badOutput('Pexels answered in a shape that it does not document')
  return parsed.data.photos
}

async function download(config: PexelsConfig, fetch: Fetch, photo: Photo, signal: AbortSignal): Promise<Buffer> {
  const url = new URL(photo.src.original)
  if (!isPictureHost(url, config.baseUrl)) {
    throw new Failure('Pexels named a picture on a host that is not its own', { code: 'bad_image' })
  }
  url.searchParams.set('auto', 'compress')
  url.searchParams.set('cs', 'tinysrgb')
  url.searchParams.set('w', String(PICTURE_WIDTH_PX))
  // The key stays with the search: pictures are public.
  const response = await fetch(url, { signal })
  await refuseError(response)
  return readBounded(response, IMAGE_LIMITS.maxBytes)
}

/** The picture host, or the overridden service itself (a proxy, or a test's server). */
function isPictureHost(url: URL, baseUrl: string): boolean {
  if (url.protocol === 'https:' && url.host === PICTURE_HOST) return true
  const base = new URL(baseUrl)
  return base.host !== DEFAULT_HOST && url.origin === base.origin
}

async function refuseError(response: Response): Promise<void> {
  if (response.ok) return
  const said = await readBounded(response, MAX_SEARCH_BYTES, 'bad_model_output')
  throw new ServiceError(said.toString('utf8'), { name: 'PexelsError', status: response.status })
}

function pickIndex(seed: string, count: number): number {
  return count === 0 ? 0 : createHash('sha256').update(seed).digest().readUInt32BE(0) % count
}

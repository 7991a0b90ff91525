import {
  type Behaviour,
  type FakeOptions,
  type FakeRequest,
  type HttpFake,
  type Reply,
  startHttpFake,
} from './http-fake.ts'
import { pictureFor, scriptedPicture } from './pictures.ts'

export const FAKE_PEXELS_KEY = 'fakePexelsKey0123456789abcdef'

export type FakePexelsOptions = FakeOptions & {
  key?: string
  /** Photos found for a query. */
  found?: (query: string) => number
  /** Where the pictures are said to be; the default is this server. */
  pictureOrigin?: string
}

/** A strict stand-in for Pexels: the search, and the pictures that it points to. Scripts count only searches or pictures as given. */
export function startFakePexels(options: FakePexelsOptions = {}): Promise<HttpFake> {
  const key = options.key ?? FAKE_PEXELS_KEY
  const serve = async (request: FakeRequest, behaviour: Behaviour | null, url: string): Promise<Reply> => {
    if (request.path.startsWith('/photos/')) return picture(request, behaviour)
    if (request.method !== 'GET' || request.path !== '/v1/search') return error(404, 'Not Found')
    if (request.headers.authorization !== key) return error(401, `Unauthorized: ${request.headers.authorization}`)
    const query = request.query.get('query')
    if (!query) return error(400, 'Query param must be present')
    const total = options.found?.(query) ?? 15
    const origin = options.pictureOrigin ?? url
    const photos = Array.from({ length: total }, (_, at) => photo(origin, query, at))
    return { status: 200, body: { page: 1, per_page: 30, total_results: total, photos } }
  }
  return startHttpFake({ serve, errorBody: (status, message) => ({ status, code: message }) }, options)
}

async function picture(request: FakeRequest, behaviour: Behaviour | null): Promise<Reply> {
  if (request.headers.authorization !== undefined) return error(400, 'a key has no business at the picture host')
  const scripted = await scriptedPicture(behaviour, request.path)
  if (scripted !== null) return { status: 200, body: scripted.bytes, mime: scripted.mime }
  return { status: 200, body: await pictureFor(request.path, 'jpeg'), mime: 'image/jpeg' }
}

function photo(origin: string, query: string, at: number) {
  const id = 1000 + at
  return {
    id,
    width: 3000,
    height: 4500,
    photographer: `Sample Photographer ${at}`,
    alt: query,
    src: { original: `${origin}/photos/${id}/${encodeURIComponent(query)}.jpeg` },
  }
}

function error(status: number, message: string): Reply {
  return { status, body: { status, code: message } }
}

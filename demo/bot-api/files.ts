import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { ApiError, badRequest } from './api-error.ts'
import type { Params, Upload } from './params.ts'
import { MAX_FILE_BYTES } from './read-request.ts'
import type { ChatFile, ChatPhoto } from './types.ts'

const MAX_PHOTO_BYTES = 10 * 1024 * 1024
const MAX_SIDES_SUM_PX = 10_000
const MAX_RATIO = 20

export type StoredFile = ChatFile & { uniqueId: string; path: string; width?: number; height?: number }

/** Uploaded files by their file_id; a photo is kept as it came (the real service recompresses it). */
export class FileStore {
  private readonly known = new Map<string, StoredFile>()
  private readonly dataDir: string | undefined

  constructor(dataDir: string | undefined) {
    this.dataDir = dataDir
    if (dataDir !== undefined) mkdirSync(dataDir, { recursive: true })
  }

  byId(fileId: string): StoredFile | undefined {
    return this.known.get(fileId)
  }

  byPath(path: string): StoredFile | undefined {
    return [...this.known.values()].find((stored) => stored.path === path)
  }

  async keepPhoto(upload: Upload): Promise<ChatPhoto> {
    const sides = await measurePhoto(upload)
    return Object.assign(withBytes(this.keep(upload, 'photos', sides)), sides)
  }

  keepDocument(upload: Upload): ChatFile {
    if (upload.bytes.length === 0) throw badRequest('file must be non-empty')
    if (upload.bytes.length > MAX_FILE_BYTES) throw new ApiError(413, 'Request Entity Too Large')
    return withBytes(this.keep(upload, 'documents'))
  }

  /** A photo sent before, by its file_id. */
  photoAgain(fileId: string): ChatPhoto {
    const stored = this.known.get(fileId)
    if (!stored?.width || !stored.height) throw wrongFileId()
    return Object.assign(withBytes(stored), { width: stored.width, height: stored.height })
  }

  documentAgain(fileId: string): ChatFile {
    const stored = this.known.get(fileId)
    if (!stored || stored.width) throw wrongFileId()
    return withBytes(stored)
  }

  /** Descriptions for a restart; the contents are in the folder already. */
  describeAll(): StoredFile[] {
    return [...this.known.values()].map(({ ...described }) => described)
  }

  restore(described: Omit<StoredFile, 'bytes'>): void {
    this.remember(described, undefined)
  }

  private keep(upload: Upload, kind: 'photos' | 'documents', sides?: { width: number; height: number }): StoredFile {
    const uniqueId = randomBytes(9).toString('base64url')
    const fileId = `${kind === 'photos' ? 'AgAC' : 'BQAC'}${randomBytes(24).toString('base64url')}`
    const extension = /\.[A-Za-z0-9]{1,8}$/.exec(upload.name)?.[0] ?? (kind === 'photos' ? '.jpg' : '')
    if (this.dataDir !== undefined) writeFileSync(join(this.dataDir, uniqueId), upload.bytes)
    const path = `${kind}/file_${this.known.size + 1}${extension}`
    const described = { fileId, uniqueId, path, name: upload.name, mime: mimeOf(upload), size: upload.bytes.length }
    return this.remember({ ...described, ...sides }, this.dataDir === undefined ? upload.bytes : undefined)
  }

  private remember(described: Omit<StoredFile, 'bytes'>, inMemory: Buffer | undefined): StoredFile {
    const onDisk = join(this.dataDir ?? '', described.uniqueId)
    const get = () => inMemory ?? readFileSync(onDisk)
    const stored: StoredFile = Object.defineProperty({ ...described, bytes: Buffer.alloc(0) }, 'bytes', { get })
    Object.defineProperty(stored, 'bytes', { enumerable: false })
    this.known.set(stored.fileId, stored)
    return stored
  }
}

/** The contents stay out of prints and copies; with a folder they are read only when asked for. */
function withBytes(stored: StoredFile): ChatFile {
  const { fileId, name, mime, size } = stored
  return Object.defineProperty({ fileId, name, mime, size, bytes: Buffer.alloc(0) }, 'bytes', {
    get: () => stored.bytes,
    enumerable: false,
  })
}

/** What a `photo`, `document` or `media` value points to: an upload of this request or a file sent earlier. */
export function findUpload(params: Params, reference: unknown, field: string): Upload | string {
  const direct = params.uploads.get(field)
  if (direct && (reference === undefined || reference === '')) return direct
  if (typeof reference !== 'string' || reference === '') throw badRequest(`there is no ${field} in the request`)
  if (reference.startsWith('attach://')) {
    const upload = params.uploads.get(reference.slice('attach://'.length))
    if (!upload) throw badRequest('wrong file identifier/HTTP URL specified')
    return upload
  }
  // The local server reaches nothing outside, so a URL can only fail, in the words of a failed download.
  if (/^https?:/i.test(reference)) throw badRequest('failed to get HTTP URL content')
  return reference
}

async function measurePhoto(upload: Upload): Promise<{ width: number; height: number }> {
  if (upload.bytes.length === 0) throw badRequest('file must be non-empty')
  if (upload.bytes.length > MAX_PHOTO_BYTES) {
    const size = upload.bytes.length
    throw badRequest(`file of size ${size} bytes is too big for a photo; the maximum size is ${MAX_PHOTO_BYTES} bytes`)
  }
  const { width, height } = await sharp(upload.bytes, { limitInputPixels: false })
    .metadata()
    .catch(() => {
      throw badRequest('IMAGE_PROCESS_FAILED')
    })
  const ratio = Math.max(width, height) / Math.max(1, Math.min(width, height))
  if (width + height > MAX_SIDES_SUM_PX || ratio > MAX_RATIO) throw badRequest('PHOTO_INVALID_DIMENSIONS')
  return { width, height }
}

function wrongFileId(): ApiError {
  return badRequest('wrong remote file identifier specified: Wrong string length')
}

const MIME_BY_EXTENSION: Record<string, string> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  webp: 'image/webp',
  gif: 'image/gif',
  txt: 'text/plain',
  json: 'application/json',
  pdf: 'application/pdf',
  zip: 'application/zip',
  mp4: 'video/mp4',
}

function mimeOf(upload: Upload): string {
  const extension = /\.([A-Za-z0-9]+)$/.exec(upload.name)?.[1]?.toLowerCase() ?? ''
  return MIME_BY_EXTENSION[extension] ?? 'application/octet-stream'
}

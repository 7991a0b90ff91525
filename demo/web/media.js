import { formatSize, h, icon } from './dom.js'
import { openViewer } from './viewer.js'

/** How many pictures stand in each row of a mosaic. */
const ROWS = {
  1: [1],
  2: [2],
  3: [1, 2],
  4: [2, 2],
  5: [2, 3],
  6: [3, 3],
  7: [2, 2, 3],
  8: [2, 3, 3],
  9: [3, 3, 3],
  10: [3, 3, 4],
}
/** A very tall single picture would fill the screen; it is cut in the chat and whole in the viewer. */
const MIN_RATIO = 0.62
const MAX_RATIO = 2.6

/** Rows of equal height, each picture as wide as its shape asks: an album needs no cropping. */
export function renderMosaic(photos, caption) {
  const rows = []
  let at = 0
  for (const size of ROWS[photos.length] ?? [photos.length]) {
    const row = photos.slice(at, at + size).map((photo, index) => renderPhoto(photos, at + index, photo, caption))
    rows.push(h('div', { class: 'mosaic-row' }, row))
    at += size
  }
  return h('div', { class: 'mosaic' }, rows)
}

function renderPhoto(photos, index, photo, caption) {
  const ratio = Math.min(MAX_RATIO, Math.max(MIN_RATIO, photo.width / photo.height))
  const label = photos.length > 1 ? `Open picture ${index + 1} of ${photos.length}` : 'Open picture'
  const image = h('img', { src: photo.url, alt: '', decoding: 'async', draggable: 'false' })
  const button = h('button', { type: 'button', class: 'photo', 'aria-label': label }, image)
  button.style.flex = `${ratio} 1 0`
  button.style.aspectRatio = String(ratio)
  button.addEventListener('click', () => {
    const images = [...button.closest('.mosaic').querySelectorAll('img')]
    openViewer(photos, index, caption, images)
  })
  return button
}

export function renderFiles(documents) {
  return h('div', { class: 'files' }, documents.map(renderFile))
}

function renderFile(file) {
  const extension = (/\.([A-Za-z0-9]{1,5})$/.exec(file.name)?.[1] ?? 'file').toUpperCase()
  const tile = h('span', { class: 'file-tile', 'aria-hidden': 'true' }, h('span', {}, extension), icon('download'))
  const words = h(
    'span',
    {},
    h('span', { class: 'file-name' }, file.name),
    h('span', { class: 'file-size' }, formatSize(file.size)),
  )
  return h('a', { class: 'file', href: `${file.url}&download=1`, download: file.name }, tile, words)
}

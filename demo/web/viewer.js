import { byId, h, icon } from './dom.js'
import { morph } from './morph.js'

/** The full-screen viewer: arrow keys, swipe, thumbnails, Escape. */

const SWIPE_PX = 50
const CLOSE_PX = 110

const dialog = byId('viewer')
const count = h('p', { class: 'viewer-count', 'aria-live': 'polite' })
const download = h('a', { class: 'icon-button', 'aria-label': 'Download this picture' }, icon('download'))
const close = h(
  'button',
  { type: 'button', class: 'icon-button', 'aria-label': 'Close', onclick: closeViewer },
  icon('close'),
)
const previous = h(
  'button',
  {
    type: 'button',
    class: 'icon-button viewer-step previous',
    'aria-label': 'Previous picture',
    onclick: () => show(current - 1),
  },
  icon('left'),
)
const next = h(
  'button',
  {
    type: 'button',
    class: 'icon-button viewer-step next',
    'aria-label': 'Next picture',
    onclick: () => show(current + 1),
  },
  icon('right'),
)
const track = h('div', { class: 'viewer-track' })
const stage = h('div', { class: 'viewer-stage' }, track, previous, next)
const caption = h('p', { class: 'viewer-caption' })
const strip = h('div', { class: 'viewer-strip' })
dialog.append(h('div', { class: 'viewer-top' }, count, download, close), stage, h('div', {}, caption, strip))

let photos = []
let thumbs = []
let current = 0

/** `images` are the pictures in the chat, in the order of the album: the viewer grows out of one and shrinks back into one. */
export function openViewer(album, index, text, images) {
  photos = album
  thumbs = images
  caption.textContent = text.length > 280 ? `${text.slice(0, 279)}…` : text
  caption.hidden = text === ''
  track.replaceChildren(
    ...album.map((photo) =>
      h(
        'div',
        { class: 'viewer-slide' },
        h('img', { src: photo.url, alt: photo.name, width: photo.width, height: photo.height, draggable: 'false' }),
      ),
    ),
  )
  strip.replaceChildren(
    ...album.map((photo, at) =>
      h(
        'button',
        { type: 'button', 'aria-label': `Picture ${at + 1}`, onclick: () => show(at) },
        h('img', { src: photo.url, alt: '' }),
      ),
    ),
  )
  strip.hidden = album.length < 2
  morph(thumbs[index], () => openAt(index), shownImage)
}

function openAt(index) {
  // The first picture must be in place at once: sliding there would look like a mistake.
  track.classList.add('dragging')
  show(index)
  dialog.showModal()
  close.focus()
  requestAnimationFrame(() => track.classList.remove('dragging'))
}

function closeViewer() {
  const thumb = thumbs[current]
  const isSeen = thumb?.isConnected && isInView(thumb)
  morph(
    isSeen ? shownImage() : undefined,
    () => dialog.close(),
    () => thumb,
  )
}

function shownImage() {
  return track.children[current]?.firstElementChild
}

function isInView(element) {
  const { top, bottom } = element.getBoundingClientRect()
  return bottom > 0 && top < innerHeight
}

function show(index) {
  current = Math.min(photos.length - 1, Math.max(0, index))
  moveTrack(0)
  count.textContent = photos.length > 1 ? `${current + 1} / ${photos.length}` : photos[current].name
  previous.disabled = current === 0
  next.disabled = current === photos.length - 1
  download.href = `${photos[current].url}&download=1`
  download.download = photos[current].name
  for (const [at, thumb] of [...strip.children].entries()) thumb.setAttribute('aria-current', String(at === current))
}

function moveTrack(offsetPx) {
  track.style.transform = `translateX(calc(${-100 * current}% + ${offsetPx}px))`
}

dialog.addEventListener('keydown', (event) => {
  if (event.key === 'ArrowLeft') show(current - 1)
  else if (event.key === 'ArrowRight') show(current + 1)
  else if (event.key === 'Home') show(0)
  else if (event.key === 'End') show(photos.length - 1)
  else return
  event.preventDefault()
})

dialog.addEventListener('cancel', (event) => {
  event.preventDefault()
  closeViewer()
})
dialog.addEventListener('close', () => track.replaceChildren())

let drag
stage.addEventListener('pointerdown', (event) => {
  if (event.target.closest('button') || !event.isPrimary) return
  drag = { x: event.clientX, y: event.clientY, onImage: event.target.tagName === 'IMG' }
  stage.setPointerCapture(event.pointerId)
  track.classList.add('dragging')
})
stage.addEventListener('pointermove', (event) => {
  if (drag) moveTrack(event.clientX - drag.x)
})
stage.addEventListener('pointerup', (event) => {
  if (!drag) return
  const { x, y, onImage } = drag
  const dx = event.clientX - x
  const dy = event.clientY - y
  endDrag()
  if (Math.abs(dx) > SWIPE_PX && Math.abs(dx) > Math.abs(dy)) show(current + (dx < 0 ? 1 : -1))
  else if (dy > CLOSE_PX) closeViewer()
  else if (!onImage && Math.hypot(dx, dy) < 6) closeViewer()
})
stage.addEventListener('pointercancel', () => drag && endDrag())

function endDrag() {
  drag = undefined
  track.classList.remove('dragging')
  moveTrack(0)
}

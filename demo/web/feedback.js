import { byId, h } from './dom.js'

const TOAST_MS = 3200

export function showToast(text) {
  const toast = h('div', { class: 'toast' }, text)
  byId('toasts').replaceChildren(toast)
  setTimeout(() => toast.classList.add('leaving'), TOAST_MS)
  setTimeout(() => toast.remove(), TOAST_MS + 300)
}

export function showAlert(text) {
  byId('alert-text').textContent = text
  byId('alert').showModal()
}

export async function copyText(text, said = 'Copied') {
  try {
    await navigator.clipboard.writeText(text)
  } catch {
    copyByHand(text)
  }
  showToast(said)
}

/** Where the clipboard needs a permission that nobody gave. */
function copyByHand(text) {
  const area = h('textarea', { class: 'visually-hidden' })
  area.value = text
  document.body.append(area)
  area.select()
  document.execCommand('copy')
  area.remove()
}

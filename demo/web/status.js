import { byId, h } from './dom.js'

/** Telegram shows an action for five seconds, or until the message is there. */
const ACTION_MS = 5000

const WORDS = {
  typing: 'typing',
  upload_photo: 'sending photo',
  upload_document: 'sending file',
  upload_video: 'sending video',
  choose_sticker: 'choosing sticker',
}

export function createStatus() {
  const line = byId('status')
  let idle = 'connecting…'
  let timer

  function act(action) {
    clearTimeout(timer)
    line.classList.toggle('busy', action !== undefined)
    if (action === undefined) return line.replaceChildren(idle)
    if (line.dataset.action !== action || line.childElementCount === 0) {
      line.replaceChildren(
        WORDS[action] ?? 'busy',
        h('span', { class: 'dots', 'aria-hidden': 'true' }, h('i'), h('i'), h('i')),
      )
    }
    line.dataset.action = action
    timer = setTimeout(() => act(undefined), ACTION_MS)
  }

  return {
    act,
    setIdle(text) {
      idle = text
      act(undefined)
    },
  }
}

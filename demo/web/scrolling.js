import { byId, h } from './dom.js'

/** Nearer than this to the end counts as reading the newest. */
const END_PX = 80

/** Who reads the newest message stays at the end; who reads further up is never moved. */
export function createScrolling() {
  const scroller = byId('scroller')
  const button = byId('to-end')
  const badge = h('b', { hidden: true })
  button.append(badge)
  let isAtEnd = true
  let unread = 0

  const toEnd = (behavior = 'instant') => scroller.scrollTo({ top: scroller.scrollHeight, behavior })

  function update() {
    isAtEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < END_PX
    if (isAtEnd) unread = 0
    button.hidden = isAtEnd
    badge.hidden = unread === 0
    badge.textContent = String(unread)
  }

  scroller.addEventListener('scroll', update, { passive: true })
  button.addEventListener('click', () => toEnd('smooth'))
  // The keyboard of a phone, a longer draft, fonts that arrive late.
  const observer = new ResizeObserver(() => isAtEnd && toEnd())
  observer.observe(scroller)
  observer.observe(byId('log'))

  return {
    stickToEnd() {
      isAtEnd = true
    },
    keep(change) {
      const stays = isAtEnd
      change()
      if (stays) toEnd()
    },
    noteUnread(count) {
      if (!isAtEnd) unread += count
      update()
    },
  }
}

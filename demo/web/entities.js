import { h, icon } from './dom.js'
import { copyText } from './feedback.js'

const SAFE_LINK = /^(https?|mailto|tg|tel):/i

/** Text with its formatting as DOM nodes. Entities nest but never cross; offsets count UTF-16 units, as strings do. */
export function renderText(text, entities, actions) {
  const ordered = [...entities].sort((a, b) => a.offset - b.offset || b.length - a.length)
  return renderRange(text, ordered, 0, text.length, actions)
}

function renderRange(text, entities, start, end, actions) {
  const nodes = []
  let at = start
  let rest = entities
  while (rest.length > 0) {
    const [first] = rest
    const stop = Math.min(end, first.offset + first.length)
    const inner = rest.slice(1).filter((entity) => entity.offset < stop)
    rest = rest.slice(1 + inner.length)
    if (first.offset > at) nodes.push(text.slice(at, first.offset))
    nodes.push(
      wrap(first, text.slice(first.offset, stop), renderRange(text, inner, first.offset, stop, actions), actions),
    )
    at = stop
  }
  if (at < end) nodes.push(text.slice(at, end))
  return nodes
}

const PLAIN_TAGS = { bold: 'strong', italic: 'em', underline: 'u', strikethrough: 's' }

function wrap(entity, raw, children, actions) {
  const tag = PLAIN_TAGS[entity.type]
  if (tag) return h(tag, {}, children)
  switch (entity.type) {
    case 'code':
      return h('code', { title: 'Copy', onclick: () => copyText(raw) }, children)
    case 'pre':
      return renderPre(raw, children)
    case 'blockquote':
      return h('blockquote', {}, children)
    case 'expandable_blockquote':
      return h(
        'blockquote',
        { class: 'expandable', onclick: (event) => event.currentTarget.classList.toggle('open') },
        children,
      )
    case 'spoiler':
      return renderSpoiler(children)
    case 'url':
    case 'text_link':
      return renderLink(entity.url ?? raw, children)
    case 'email':
      return renderLink(`mailto:${raw}`, children)
    case 'bot_command':
      return h('button', { type: 'button', class: 'token', onclick: () => actions.send(raw) }, children)
    case 'hashtag':
    case 'mention':
      return h('span', { class: 'token' }, children)
    default:
      return h('span', {}, children)
  }
}

function renderPre(raw, children) {
  const button = h(
    'button',
    { type: 'button', class: 'copy', 'aria-label': 'Copy this text', onclick: () => copyText(raw) },
    icon('copy'),
  )
  return h('pre', {}, children, button)
}

function renderSpoiler(children) {
  const spoiler = h('span', { class: 'spoiler', role: 'button', tabindex: 0, 'aria-label': 'Hidden text' }, children)
  const open = () => {
    spoiler.classList.add('open')
    spoiler.removeAttribute('aria-label')
  }
  spoiler.addEventListener('click', open)
  spoiler.addEventListener('keydown', (event) => event.key === 'Enter' && open())
  return spoiler
}

function renderLink(url, children) {
  if (!SAFE_LINK.test(url)) return h('span', {}, children)
  return h('a', { href: url, target: '_blank', rel: 'noopener noreferrer' }, children)
}

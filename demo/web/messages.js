import { byId, h, icon } from './dom.js'
import { renderText } from './entities.js'
import { renderKeys } from './keyboard.js'
import { renderFiles, renderMosaic } from './media.js'

/** Messages of one side this close together form one group of bubbles. */
const GROUP_MS = 5 * 60 * 1000
const ONLY_EMOJI =
  /^(?:\p{Extended_Pictographic}(?:\u200d\p{Extended_Pictographic}|\ufe0f|[\u{1f3fb}-\u{1f3ff}])*\s?){1,3}$/u

const log = byId('log')
/** What stands in the log: key → its element and what each part of it was made from. */
const shown = new Map()

/** Brings the log up to date and touches nothing that did not change: pictures stay loaded, texts selected, scrolling in place. */
export function renderLog(messages, actions, options) {
  const blocks = toBlocks(messages)
  const wanted = new Set(blocks.map((block) => block.key))
  for (const [key, entry] of shown) {
    if (wanted.has(key)) continue
    entry.element.remove()
    shown.delete(key)
  }
  let cursor = log.firstElementChild
  for (const block of blocks) {
    const element = block.day ? renderDay(block) : renderBlock(block, messages, actions, options)
    if (element === cursor) cursor = cursor.nextElementSibling
    else log.insertBefore(element, cursor)
  }
}

/** Days, single messages and albums in order; an album is one block. */
function toBlocks(messages) {
  const blocks = []
  let day = ''
  for (const message of messages) {
    const itsDay = dayOf(message)
    if (itsDay !== day) blocks.push({ key: `day ${itsDay}`, day: message.at })
    day = itsDay
    const last = blocks.at(-1)
    if (message.group && last?.group === message.group) last.messages.push(message)
    else
      blocks.push({
        key: message.group ? `album ${message.group}` : `message ${message.id}`,
        group: message.group,
        messages: [message],
      })
  }
  for (const [index, block] of blocks.entries()) {
    if (!block.messages) continue
    block.follows = isNear(blocks[index - 1], block)
    block.leads = isNear(block, blocks[index + 1])
  }
  return blocks
}

const days = new WeakMap()

function dayOf(message) {
  if (!days.has(message)) days.set(message, new Date(message.at).toDateString())
  return days.get(message)
}

function isNear(a, b) {
  const [before, after] = [a?.messages?.at(-1), b?.messages?.[0]]
  return Boolean(before && after && before.mine === after.mine && after.at - before.at < GROUP_MS)
}

function renderDay({ key, day }) {
  const entry = shown.get(key) ?? { element: h('li', { class: 'day' }) }
  shown.set(key, entry)
  const label = describeDay(day)
  if (entry.element.textContent !== label) entry.element.textContent = label
  return entry.element
}

function describeDay(at) {
  const date = new Date(at)
  const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(at).setHours(0, 0, 0, 0)) / 86_400_000)
  if (days === 0) return 'Today'
  if (days === 1) return 'Yesterday'
  const sameYear = date.getFullYear() === new Date().getFullYear()
  return date.toLocaleDateString('en-GB', { day: 'numeric', month: 'long', ...(sameYear ? {} : { year: 'numeric' }) })
}

function renderBlock(block, messages, actions, { isFirstRender }) {
  const isNew = !shown.has(block.key)
  const entry = shown.get(block.key) ?? createEntry(block)
  shown.set(block.key, entry)
  if (isSameBlock(entry.block, block)) return entry.element
  entry.block = block
  const parts = describeParts(block, messages)
  for (const [name, part] of Object.entries(parts)) {
    const made = JSON.stringify(part)
    if (entry.made[name] === made) continue
    entry.made[name] = made
    entry.slots[name].replaceChildren(...(part === null ? [] : [BUILDERS[name](block, part, actions, messages)]))
  }
  setClasses(entry.element, block, parts, isNew && !isFirstRender)
  return entry.element
}

/** A changed message arrives as a new object, so that an old one needs no second look. */
function isSameBlock(before, now) {
  if (!before || before.follows !== now.follows || before.leads !== now.leads) return false
  return (
    before.messages.length === now.messages.length &&
    now.messages.every((message, at) => message === before.messages[at])
  )
}

/** `display: contents` holders keep each part's place, so that one can be exchanged without its neighbours. */
function createEntry(block) {
  const slots = {}
  for (const name of Object.keys(BUILDERS)) {
    slots[name] = h('div')
    slots[name].style.display = 'contents'
  }
  const bubble = h(
    'div',
    { class: 'bubble' },
    slots.quote,
    slots.photos,
    slots.documents,
    slots.words,
    slots.reaction,
    slots.meta,
  )
  const element = h('li', { class: 'message', 'data-id': block.messages[0].id }, bubble, slots.keys)
  return { element, slots, made: {} }
}

function describeParts({ messages: own }, all) {
  const captioned = own.find((message) => message.text !== '') ?? own[0]
  const last = own.at(-1)
  const photos = own.flatMap((message) => message.photos)
  const documents = own.flatMap((message) => message.documents)
  const original = own[0].replyTo === null ? undefined : all.find((message) => message.id === own[0].replyTo)
  return {
    quote: original ? { mine: original.mine, text: original.text || 'Picture' } : null,
    photos: photos.length > 0 ? { photos, caption: captioned.text } : null,
    documents: documents.length > 0 ? documents : null,
    words: captioned.text === '' ? null : { text: captioned.text, entities: captioned.entities },
    reaction: last.reaction,
    meta: { at: last.at, edited: captioned.edited && captioned.text !== '', pinned: last.pinned },
    keys: last.keyboard.length > 0 ? last.keyboard : null,
  }
}

const BUILDERS = {
  quote: (block, part, actions) => renderQuote(block, part, actions),
  photos: (_block, { photos, caption }) => renderMosaic(photos, caption),
  documents: (_block, documents) => renderFiles(documents),
  words: (_block, { text, entities }, actions) => {
    const last = entities.findLast((entity) => entity.offset + entity.length === text.length)
    const endsInBlock = last && /pre|quote/.test(last.type)
    return h('div', { class: `words ${endsInBlock ? 'ends-in-block' : ''}` }, renderText(text, entities, actions))
  },
  reaction: (_block, emoji) => h('div', { class: 'reaction', 'aria-label': `Reaction ${emoji}` }, emoji),
  meta: (_block, { at, edited, pinned }) => {
    const time = new Date(at).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })
    const clock = h('time', { datetime: new Date(at).toISOString() }, time)
    return h('div', { class: 'meta' }, pinned ? icon('pin') : null, edited ? h('span', {}, 'edited') : null, clock)
  },
  keys: ({ messages: own }, _keyboard, actions) => renderKeys(own.at(-1), actions),
}

function renderQuote({ messages: own }, { mine, text }, actions) {
  const go = () =>
    log.querySelector(`[data-id="${own[0].replyTo}"]`)?.scrollIntoView({ block: 'center', behavior: 'smooth' })
  return h(
    'button',
    { type: 'button', class: 'quote', onclick: go },
    h('b', {}, mine ? 'You' : actions.botName()),
    text,
  )
}

function setClasses(element, block, parts, isFresh) {
  const [first] = block.messages
  const isBare = parts.words === null && parts.photos !== null && parts.documents === null
  const names = {
    mine: first.mine,
    follows: block.follows,
    leads: block.leads,
    keyed: parts.keys !== null,
    bare: isBare,
    edited: parts.meta.edited,
    'files-only': parts.documents !== null && parts.words === null,
    'big-emoji': parts.words !== null && parts.photos === null && ONLY_EMOJI.test(parts.words.text),
  }
  for (const [name, isOn] of Object.entries(names)) element.classList.toggle(name, Boolean(isOn))
  if (isFresh) element.classList.add('fresh')
}

import { createComposer } from './composer.js'
import { connect, post } from './connection.js'
import { byId, h, icon } from './dom.js'
import { showAlert, showToast } from './feedback.js'
import { renderLog } from './messages.js'
import { showPeople } from './people.js'
import { createScrolling } from './scrolling.js'
import { createStatus } from './status.js'
import { createThemeButton } from './theme-button.js'

const MAX_MESSAGES = 600
const SUGGESTIONS = ['/generate octopus hearts', '/start', '/help']

const messages = new Map()
let personId = new URLSearchParams(location.search).get('person') ?? ''
let botName = 'Nexus'
let isFirstRender = true
let disconnect = () => {}

const actions = { send, tap, botName: () => botName }
const status = createStatus()
const scrolling = createScrolling()
const composer = createComposer(send)
createThemeButton()
byId('suggestions').append(
  ...SUGGESTIONS.map((text, index) =>
    h('button', { type: 'button', class: index === 0 ? 'chip main' : 'chip', onclick: () => send(text) }, text),
  ),
)
follow()

async function send(text) {
  scrolling.stickToEnd()
  const answer = await post('/api/send', personId, { text })
  if (answer.error) showToast(answer.error)
  return !answer.error
}

async function tap(messageId, data) {
  const answer = await post('/api/tap', personId, { messageId, data })
  if (answer.error) showToast(answer.error)
  else if (answer.text && answer.showAlert) showAlert(answer.text)
  else if (answer.text) showToast(answer.text)
}

function follow() {
  disconnect()
  disconnect = connect(personId, {
    hello,
    messages: take,
    gone: drop,
    action: status.act,
    commands: composer.setCommands,
    lost,
  })
}

function hello(chat) {
  byId('banner').hidden = true
  botName = chat.bot.name
  personId = String(chat.person.id)
  byId('bot-name').textContent = botName
  status.setIdle('bot on this machine')
  composer.setCommands(chat.commands)
  showPeople(chat.people, chat.person, switchTo)
  messages.clear()
  for (const message of chat.messages) messages.set(message.id, message)
  render()
}

function take(changed) {
  const fresh = changed.filter((message) => !messages.has(message.id) && !message.mine)
  for (const message of changed) messages.set(message.id, message)
  dropOldest()
  if (fresh.length > 0) status.act(undefined)
  render()
  scrolling.noteUnread(fresh.length)
  noteInTitle(fresh.length)
}

/** A page that stays open for weeks must not grow; the map keeps the order of arrival. */
function dropOldest() {
  for (const id of messages.keys()) {
    if (messages.size <= MAX_MESSAGES) return
    messages.delete(id)
  }
}

function drop(ids) {
  for (const id of ids) messages.delete(id)
  render()
}

function lost() {
  byId('banner').hidden = false
  status.act(undefined)
}

function switchTo(id) {
  personId = String(id)
  history.replaceState(null, '', `?person=${personId}`)
  messages.clear()
  isFirstRender = true
  scrolling.stickToEnd()
  follow()
}

function render() {
  const ordered = [...messages.values()].sort((a, b) => a.id - b.id)
  scrolling.keep(() => renderLog(ordered, actions, { isFirstRender }))
  byId('empty').hidden = ordered.length > 0
  byId('log').hidden = ordered.length === 0
  isFirstRender = false
}

let unseen = 0
function noteInTitle(count) {
  if (document.hidden) unseen += count
  document.title = unseen > 0 ? `(${unseen}) ${botName}` : botName
}
document.addEventListener('visibilitychange', () => {
  if (document.hidden) return
  unseen = 0
  noteInTitle(0)
})
byId('to-end').append(icon('down'))
if (matchMedia('(hover: hover)').matches) composer.focus()

import { CommandList } from './command-list.js'
import { byId, icon } from './dom.js'

/** The line to write in: Enter sends, Shift+Enter breaks the line, "/" opens the bot's commands, Tab completes one. */
export function createComposer(send) {
  const draft = byId('draft')
  const sendButton = byId('send')
  const menuButton = byId('menu-button')
  const list = new CommandList(submit)
  let commands = []
  menuButton.append(icon('menu'))
  sendButton.append(icon('send'))

  function refresh() {
    sendButton.disabled = draft.value.trim() === ''
    grow(draft)
    const typed = /^\/(\w*)$/.exec(draft.value)?.[1]?.toLowerCase()
    list.offer(typed === undefined ? [] : commands.filter(({ command }) => command.startsWith(typed)))
  }

  function write(text) {
    draft.value = text
    refresh()
  }

  async function submit(text) {
    if (text.trim() === '') return
    write('')
    const isSent = await send(text)
    // What could not be sent is given back, unless something new was typed meanwhile.
    if (!isSent && draft.value === '') write(text)
  }

  draft.addEventListener('input', refresh)
  draft.addEventListener('keydown', (event) => onKey(event, { draft, list, submit, write }))
  draft.addEventListener('blur', () => list.offer([]))
  byId('composer').addEventListener('submit', (event) => {
    event.preventDefault()
    submit(draft.value)
  })
  menuButton.addEventListener('pointerdown', (event) => event.preventDefault())
  menuButton.addEventListener('click', () => {
    list.offer(list.isOpen ? [] : commands)
    draft.focus()
  })
  return {
    setCommands(menu) {
      commands = menu
      menuButton.hidden = menu.length === 0
      refresh()
    },
    focus: () => draft.focus(),
  }
}

function onKey(event, { draft, list, submit, write }) {
  const { key } = event
  if (event.isComposing) return
  if (key === 'Enter' && !event.shiftKey) submit(list.current ? `/${list.current}` : draft.value)
  else if (key === 'Tab' && list.isOpen && !event.shiftKey) write(`/${list.current} `)
  else if (key === 'Escape' && list.isOpen) list.offer([])
  else if (key === 'ArrowDown' && list.isOpen) list.move(1)
  else if (key === 'ArrowUp' && list.isOpen) list.move(-1)
  else return
  event.preventDefault()
}

/** Browsers without `field-sizing` need to be told the height. */
function grow(draft) {
  if (CSS.supports('field-sizing', 'content')) return
  draft.style.height = 'auto'
  draft.style.height = `${draft.scrollHeight}px`
}

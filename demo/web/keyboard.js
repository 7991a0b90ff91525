import { h, icon } from './dom.js'
import { copyText } from './feedback.js'

/** The buttons under a message. A pressed one shows that it waits until the bot has answered. */
export function renderKeys(message, actions) {
  const rows = message.keyboard.map((row) =>
    h(
      'div',
      { class: 'keys-row' },
      row.map((key) => renderKey(message, key, actions)),
    ),
  )
  return h('div', { class: 'keys', role: 'group', 'aria-label': 'Actions' }, rows)
}

function renderKey(message, key, actions) {
  const look = `key ${key.style ?? ''}`.trim()
  if (key.url) {
    return h('a', { class: look, href: key.url, target: '_blank', rel: 'noopener noreferrer' }, key.text, icon('out'))
  }
  if (key.copy_text !== undefined) {
    return h('button', { type: 'button', class: look, onclick: () => copyText(key.copy_text) }, key.text, icon('copy'))
  }
  const button = h('button', { type: 'button', class: look }, key.text)
  button.addEventListener('click', () => press(button, () => actions.tap(message.id, key.callback_data)))
  return button
}

async function press(button, tap) {
  if (button.classList.contains('pending')) return
  button.classList.add('pending')
  button.setAttribute('aria-busy', 'true')
  await tap()
  button.classList.remove('pending')
  button.removeAttribute('aria-busy')
}

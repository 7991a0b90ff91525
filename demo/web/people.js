import { byId, h, icon } from './dom.js'

/** The switch of who writes: to see what a second owner or a stranger may do. */
export function showPeople(people, current, choose) {
  const button = byId('person-button')
  const menu = byId('person-menu')
  button.hidden = people.length < 2
  button.replaceChildren(initialOf(current), h('span', {}, current.first_name))
  button.setAttribute('aria-label', `Writing as ${current.first_name}. Change`)
  const items = people.map((person) => {
    const label = h(
      'span',
      {},
      person.first_name,
      h('small', {}, person.note ?? (person.username ? `@${person.username}` : '')),
    )
    const isCurrent = person.id === current.id
    const pick = () => {
      menu.hidePopover()
      if (!isCurrent) choose(person.id)
    }
    const attributes = { type: 'button', role: 'menuitemradio', 'aria-checked': String(isCurrent), onclick: pick }
    return h('button', attributes, initialOf(person), label, isCurrent ? icon('check') : null)
  })
  menu.replaceChildren(h('p', {}, 'Write as'), ...items)
  menu.ontoggle = () => place(menu, button)
}

function initialOf(person) {
  const initial = h('i', { class: 'initial', 'aria-hidden': 'true' }, [...person.first_name][0] ?? '?')
  initial.style.filter = `hue-rotate(${(person.id * 67) % 200}deg)`
  return initial
}

function place(menu, button) {
  const { bottom, right } = button.getBoundingClientRect()
  menu.style.top = `${bottom + 8}px`
  menu.style.right = `${document.documentElement.clientWidth - right}px`
}

import { byId, h } from './dom.js'

/** The list of commands above the line to write in; the focus stays in the line. */
export class CommandList {
  offered = []
  selected = -1
  list = byId('commands')
  draft = byId('draft')
  menuButton = byId('menu-button')

  constructor(choose) {
    this.choose = choose
  }

  get isOpen() {
    return this.offered.length > 0
  }

  /** The command that Enter would send. */
  get current() {
    return this.offered[this.selected]?.command
  }

  offer(commands) {
    this.offered = commands
    this.selected = commands.length > 0 ? 0 : -1
    this.list.hidden = !this.isOpen
    for (const element of [this.draft, this.menuButton]) element.setAttribute('aria-expanded', String(this.isOpen))
    this.list.replaceChildren(...commands.map((command, index) => this.render(command, index)))
    this.mark()
  }

  move(steps) {
    this.selected = (this.selected + steps + this.offered.length) % this.offered.length
    this.mark()
  }

  render({ command, description }, index) {
    const words = [h('b', {}, `/${command}`), h('span', {}, description)]
    const item = h('div', { role: 'option', id: `command-${index}` }, words)
    item.addEventListener('pointerdown', (event) => event.preventDefault())
    item.addEventListener('pointermove', () => this.move(index - this.selected))
    item.addEventListener('click', () => this.choose(`/${command}`))
    return item
  }

  mark() {
    for (const [index, item] of [...this.list.children].entries()) {
      item.setAttribute('aria-selected', String(index === this.selected))
      if (index === this.selected) item.scrollIntoView({ block: 'nearest' })
    }
    if (this.isOpen) this.draft.setAttribute('aria-activedescendant', `command-${this.selected}`)
    else this.draft.removeAttribute('aria-activedescendant')
  }
}

import { byId, icon } from './dom.js'

const ORDER = ['auto', 'light', 'dark']
const ICONS = { auto: 'auto', light: 'sun', dark: 'moon' }

/** Goes through automatic, light and dark; the choice is kept in this browser. */
export function createThemeButton() {
  const button = byId('theme-button')
  const stored = localStorage.getItem('theme') ?? 'auto'
  let theme = ORDER.includes(stored) ? stored : 'auto'
  const show = () => {
    if (theme === 'auto') delete document.documentElement.dataset.theme
    else document.documentElement.dataset.theme = theme
    button.replaceChildren(icon(ICONS[theme]))
    button.setAttribute('aria-label', `Theme: ${theme}. Change`)
    button.title = `Theme: ${theme}`
  }
  button.addEventListener('click', () => {
    theme = ORDER[(ORDER.indexOf(theme) + 1) % ORDER.length]
    localStorage.setItem('theme', theme)
    show()
  })
  show()
}

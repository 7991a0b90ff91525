import { describe, expect, it } from 'vitest'
import {
  fillName,
  loadRunbooks,
  matchRunbook,
  parseRunbook,
  RUNBOOK_SECTIONS,
  toLibrary,
  WITHOUT_RUNBOOK,
} from '../../../ops/diagnose/runbooks.ts'
import { CAUSES } from '../../../ops/diagnose/types.ts'

const BOOKS = loadRunbooks()

describe('runbooks', () => {
  it('are at least fifteen, each with its id, title, causes and five sections', () => {
    expect(BOOKS.length).toBeGreaterThanOrEqual(15)
    for (const { id, text, title, causes } of BOOKS) {
      const sections = [...text.matchAll(/^## (.*)$/gm)].map(([, name]) => name)
      expect({ id, sections }).toEqual({ id, sections: [...RUNBOOK_SECTIONS] })
      expect(title).not.toMatch(/[.!]$/)
      expect(causes.length).toBeGreaterThan(0)
    }
    expect(new Set(BOOKS.map(({ id }) => id)).size).toBe(BOOKS.length)
  })

  it('there is one for each cause, but for those that need none', () => {
    const covered = new Set(BOOKS.flatMap(({ causes }) => causes))
    expect(CAUSES.filter((cause) => !covered.has(cause))).toEqual(
      CAUSES.filter((cause) => WITHOUT_RUNBOOK.includes(cause)),
    )
  })

  it('are quoted in one or two whole sentences', () => {
    for (const { id, quote } of BOOKS) {
      expect(quote, id).toMatch(/^[A-Z].*[.:]$/)
      expect(quote.length, id).toBeGreaterThan(30)
      expect(quote.length, id).toBeLessThanOrEqual(280)
      expect(quote, id).not.toContain('`')
    }
  })

  it.each([
    ['shop-db', 'Then docker compose up -d shop-db.'],
    ['$&', 'Then docker compose up -d NAME.'],
    ['a; rm -rf /', 'Then docker compose up -d NAME.'],
    [null, 'Then docker compose up -d NAME.'],
  ])('have the name of the container in their commands: %s', (name, quote) => {
    expect(fillName('Then docker compose up -d NAME.', name)).toBe(quote)
  })

  it('have no figure in what is quoted that belongs to another container', () => {
    for (const { id, quote } of BOOKS) expect(quote, id).not.toMatch(/\d+\s?(?:[mk]b?|gb)\b/i)
  })

  it('are found by the cause, and there is none for what needs none', () => {
    expect(matchRunbook(BOOKS, 'disk-full', 'no space left')?.id).toBe('disk-full')
    expect(matchRunbook(BOOKS, 'unknown', 'no space left')).toBeNull()
  })

  it('of several for one cause the words decide', () => {
    const book = (id: string, text: string) =>
      parseRunbook(`${id}.md`, `---\nid: ${id}\ntitle: T\ncauses: disk-full\n---\n\n## Fix\n\n${text}\n`)
    const two = [book('logs', 'Rotate the logs.'), book('backups', 'Delete old backups.')]
    expect(matchRunbook(two, 'disk-full', 'the backups are large')?.id).toBe('backups')
    expect(matchRunbook(two, 'disk-full', 'logs, logs, logs')?.id).toBe('logs')
  })

  it('a file without front matter, or with a cause that does not exist, is named', () => {
    expect(() => parseRunbook('odd.md', '# Nothing')).toThrow('docs/runbooks/odd.md has no front matter')
    expect(() => parseRunbook('odd.md', '---\nid: odd\ntitle: Odd\ncauses: gremlins\n---\n')).toThrow(
      'docs/runbooks/odd.md',
    )
  })

  it('can be read by their ids', () => {
    const library = toLibrary(BOOKS)
    expect(library.titles.get('port-conflict')).toBe('A port is taken')
    expect(library.read('port-conflict')).toContain('## Fix')
    expect(library.read('../../package')).toBeNull()
  })
})

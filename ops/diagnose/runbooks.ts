import { readdirSync, readFileSync } from 'node:fs'
import { z } from 'zod'
import { Failure } from '../../src/failure.ts'
import { Cause } from './types.ts'

/** docs/runbooks: what people have written down for the next time. Front matter, then five sections. */

const FOLDER = new URL('../../docs/runbooks/', import.meta.url)

export const RUNBOOK_SECTIONS = ['What it looks like', 'Why', 'Look first', 'Fix', 'Prevent'] as const

const FrontMatter = z.object({
  id: z.string().regex(/^[a-z][a-z0-9-]*$/),
  title: z.string().min(1),
  causes: z
    .string()
    .transform((text) => text.split(',').map((cause) => cause.trim()))
    .pipe(z.array(Cause).min(1)),
})

export type Runbook = z.infer<typeof FrontMatter> & {
  /** The first sentences of how to repair it. */
  quote: string
  /** All of it below the front matter. */
  text: string
}

/** There is nothing to repair, or nobody knows what. */
export const WITHOUT_RUNBOOK: readonly Cause[] = ['slow-start', 'unknown']

const MAX_QUOTE_CHARS = 280

/** @throws Failure bad_config that names the file */
export function parseRunbook(name: string, source: string): Runbook {
  const [, head, text = ''] = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(source) ?? []
  if (head === undefined) throw new Failure(`docs/runbooks/${name} has no front matter`, { code: 'bad_config' })
  const pairs = head.split('\n').map((line) => line.split(/:\s*(.*)/, 2))
  const read = FrontMatter.safeParse(Object.fromEntries(pairs))
  if (!read.success) throw new Failure(`docs/runbooks/${name}: ${z.prettifyError(read.error)}`, { code: 'bad_config' })
  const fix = /^## Fix\n+([\s\S]*?)(?=\n## |$(?![\s\S]))/m.exec(text)?.[1] ?? ''
  return { ...read.data, quote: takeSentences(fix), text: text.trim() }
}

/** A page says NAME; whoever reads it at night has one container at hand. A name that a shell would read stays out. */
export function fillName(quote: string, name: string | null): string {
  return name !== null && /^[\w.-]+$/.test(name) ? quote.replaceAll(/\bNAME\b/g, () => name) : quote
}

/** The first two, or what of them fits; without marks, since it is shown as plain words. */
function takeSentences(text: string): string {
  const plain = text.replaceAll(/\s+/g, ' ').replaceAll('`', '').trim()
  const [first = '', second = ''] = plain.split(/(?<=[.!?])\s+(?=[A-Z])/)
  const both = `${first} ${second}`.trim()
  return both.length <= MAX_QUOTE_CHARS ? both : first.slice(0, MAX_QUOTE_CHARS)
}

/** Sorted by id; read once at the start. @throws Failure bad_config */
export function loadRunbooks(): Runbook[] {
  const names = readdirSync(FOLDER)
    .filter((name) => name.endsWith('.md'))
    .sort()
  return names.map((name) => parseRunbook(name, readFileSync(new URL(name, FOLDER), 'utf8')))
}

/** By id: titles to choose from, and a text to read. */
export function toLibrary(runbooks: readonly Runbook[]) {
  const titles = new Map(runbooks.map(({ id, title }) => [id, title]))
  return { titles, read: (id: string) => runbooks.find((one) => one.id === id)?.text ?? null }
}

/** Of the runbooks for a cause the one that has most words in common with what was said. */
export function matchRunbook(runbooks: readonly Runbook[], cause: Cause, words: string): Runbook | null {
  const fitting = runbooks.filter(({ causes }) => causes.includes(cause))
  const said = toWords(words)
  const rank = ({ text }: Runbook) => [...toWords(text)].filter((word) => said.has(word)).length
  return fitting.toSorted((a, b) => rank(b) - rank(a))[0] ?? null
}

function toWords(text: string): Set<string> {
  return new Set(text.toLowerCase().match(/[a-z0-9]{4,}/g))
}

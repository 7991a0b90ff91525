import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { Failure } from './failure.ts'

const PROMPTS_DIR = new URL('../prompts/', import.meta.url)

const Settings = z.object({
  temperature: z.coerce.number().min(0).max(2),
  maxOutputTokens: z.coerce.number().int().positive(),
})

export type Prompt = z.infer<typeof Settings> & {
  system: string
  user: string
  /** First 12 hex digits of the file's SHA-256: another wording is another version. */
  version: string
}

/**
 * Reads prompts/<name>.md (front matter, "# System", "# User") and fills in {{variables}}.
 * Values are data: they cannot contain a variable themselves, nor close the <marker> they stand in.
 * @throws Failure bad_config when the file is missing or malformed, or lacks a variable's value
 */
export async function loadPrompt(name: string, variables: Record<string, string>): Promise<Prompt> {
  const source = await readFile(new URL(`${name}.md`, PROMPTS_DIR), 'utf8').catch((cause) => {
    throw new Failure(`prompts/${name}.md cannot be read: ${cause.message}`, { code: 'bad_config', cause })
  })
  const [, frontMatter, system, user] =
    /^---\n([\s\S]*?)\n---\n+# System\n([\s\S]*?)\n# User\n([\s\S]*)$/.exec(source) ?? []
  if (frontMatter === undefined || system === undefined || user === undefined) {
    throw new Failure(`prompts/${name}.md needs front matter, "# System" and "# User"`, { code: 'bad_config' })
  }
  const settings = Settings.safeParse(Object.fromEntries(frontMatter.split('\n').map((line) => line.split(/:\s*/, 2))))
  if (!settings.success) {
    throw new Failure(`prompts/${name}.md: ${z.prettifyError(settings.error)}`, { code: 'bad_config' })
  }
  const version = createHash('sha256').update(source).digest('hex').slice(0, 12)
  const fill = (text: string) => fillIn(text.trim(), variables, name)
  return { ...settings.data, system: fill(system), user: fill(user), version }
}

function fillIn(text: string, variables: Record<string, string>, name: string): string {
  return text.replaceAll(/\{\{(\w+)\}\}/g, (_, variable: string) => {
    const value = variables[variable]
    if (value === undefined) throw new Failure(`prompts/${name}.md wants {{${variable}}}`, { code: 'bad_config' })
    return value.replaceAll('<', '‹').replaceAll('>', '›')
  })
}

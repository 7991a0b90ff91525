import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { checkLayers } from '../../scripts/check-layers.ts'

const PACKAGES = ['grammy', '@grammyjs/runner', 'groq-sdk', '@anthropic-ai/sdk', '@google/genai', 'pg', 'zod']

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'nexus-layers-'))
  write(
    'package.json',
    JSON.stringify({ name: 'nexus', dependencies: Object.fromEntries(PACKAGES.map((n) => [n, '1'])) }),
  )
})
afterEach(() => rmSync(root, { recursive: true }))

function write(path: string, content: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), content)
}

function violationsOf(files: Record<string, string>): string[] {
  for (const [path, content] of Object.entries(files)) write(path, content)
  return checkLayers(root).violations
}

describe('the allowed direction', () => {
  test('a tree that keeps the rule has no violation', () => {
    const violations = violationsOf({
      'src/log.ts': `import { z } from 'zod'\nimport { readFileSync } from 'node:fs'\nexport const log = { z, readFileSync }`,
      'src/config.ts': 'export const level = process.env.LOG_LEVEL',
      'src/db/pool.ts': `import pg from 'pg'\nexport type Pool = pg.Pool`,
      'src/providers/groq.ts': `import type Groq from 'groq-sdk'\nexport const load = () => import('groq-sdk')`,
      'pipeline/run.ts': `import { log } from '../src/log.ts'\nimport type { Pool } from '../src/db/pool.ts'\nexport * from './step.ts'`,
      'pipeline/step.ts': `export type Step = import('../src/log.ts').Log`,
      'ops/snapshot.ts': `import { log } from '../src/log.ts'`,
      'handlers/taps.ts': `import { Bot } from 'grammy'\nimport { run } from '../pipeline/run.ts'\nimport { s } from '../ops/snapshot.ts'`,
      'src/app.ts': `import { run } from '../pipeline/run.ts'\nexport type App = { run: typeof run }`,
      'handlers/app-slice.ts': `import type { App } from '../src/app.ts'`,
      'src/main.ts': `import { Bot } from 'grammy'\nimport { t } from '../handlers/taps.ts'\nimport { createApp } from './app.ts'\nconst c = process.env`,
      'src/cli/generate.ts': `import { createApp } from '../app.ts'\nloadConfig(process.env)`,
      'demo/main.ts': `import { createApp } from '../src/app.ts'\nimport { Api } from 'grammy'`,
      'test/run.test.ts': `import { run } from '../pipeline/run.ts'\nimport pg from 'pg'\nconst m = await import(process.env.X)`,
      'templates/kit/brand.json': '{}',
    })
    expect(violations).toEqual([])
  })
})

describe('a planted violation is reported with its file and line', () => {
  const cases: [what: string, path: string, code: string, complaint: string][] = [
    [
      'a value',
      'pipeline/a.ts',
      `// one\nimport { x } from '../ops/x.ts'`,
      '2 pipeline must not import ops (ops/x.ts)',
    ],
    [
      'a type',
      'src/a.ts',
      `import type { X } from '../pipeline/x.ts'`,
      '1 src must not import pipeline (pipeline/x.ts)',
    ],
    ['a type among values', 'ops/a.ts', `import { type X } from '../pipeline/x.ts'`, '1 ops must not import pipeline'],
    ['an import type', 'ops/a.ts', `let x: import('../pipeline/x.ts').X`, '1 ops must not import pipeline'],
    ['a typeof import', 'ops/a.ts', `type X = typeof import('../handlers/x.ts')`, '1 ops must not import handlers'],
    ['a dynamic import', 'pipeline/a.ts', `await import('../handlers/x.ts')`, '1 pipeline must not import handlers'],
    [
      'a dynamic import in back-ticks',
      'pipeline/a.ts',
      'await import(`../ops/x.ts`)',
      '1 pipeline must not import ops',
    ],
    ['an import for its effect', 'src/a.ts', `import '../ops/x.ts'`, '1 src must not import ops'],
    ['a re-export', 'src/a.ts', `export { x } from '../handlers/x.ts'`, '1 src must not import handlers'],
    ['a re-export of everything', 'src/a.ts', `export * from '../ops/x.ts'`, '1 src must not import ops'],
    ['a re-exported type', 'src/a.ts', `export type { X } from '../ops/x.ts'`, '1 src must not import ops'],
    ['a require', 'src/a.ts', `const x = require('../ops/x.ts')`, '1 src must not import ops'],
    ['an import assignment', 'src/a.cts', `import x = require('../ops/x.ts')`, '1 src must not import ops'],
    ['a worker', 'src/a.ts', `new Worker(new URL('../ops/x.ts', import.meta.url))`, '1 src must not import ops'],
    ['a resolved worker', 'src/a.ts', `f(import.meta.resolve('../ops/x.ts'))`, '1 src must not import ops'],
    ['an augmented module', 'src/a.ts', `export {}\ndeclare module '../ops/x.ts' {}`, '2 src must not import ops'],
    ['a reference', 'src/a.ts', `/// <reference path="../ops/x.ts" />`, '1 src must not import ops'],
    ['a plain JavaScript file', 'src/a.mjs', `import '../ops/x.ts'`, '1 src must not import ops'],
    ['a detour', 'src/db/a.ts', `import '../../src/../ops/x.ts'`, '1 src must not import ops'],
    [
      'the root from below',
      'src/a.ts',
      `import type { App } from './app.ts'`,
      '1 src must not import root (src/app.ts)',
    ],
    [
      'the root as a value',
      'pipeline/a.ts',
      `import { createApp } from '../src/app.ts'`,
      '1 pipeline must not import root',
    ],
    ['the main file', 'handlers/a.ts', `import type { x } from '../src/main.ts'`, '1 handlers must not import root'],
    [
      'the database from a handler',
      'handlers/a.ts',
      `import type { P } from '../src/db/pool.ts'`,
      '1 handlers must not import src/db/pool.ts',
    ],
    [
      'a provider from a handler',
      'handlers/a.ts',
      `await import('../src/providers/groq.ts')`,
      '1 handlers must not import src/providers/groq.ts',
    ],
    ['demo from the root', 'src/main.ts', `import '../demo/x.ts'`, '1 root must not import demo'],
    ['test from demo', 'demo/a.ts', `import '../test/x.ts'`, '1 demo must not import test'],
    ['bench from handlers', 'handlers/a.ts', `import '../bench/x.ts'`, '1 handlers must not import bench'],
    [
      'grammY in the pipeline',
      'pipeline/a.ts',
      `import type { Api } from 'grammy'`,
      '1 grammy may be imported only in',
    ],
    ['a part of grammY', 'pipeline/a.ts', `let u: import('grammy/types').Update`, '1 grammy may be imported only in'],
    [
      'a grammY plugin',
      'src/a.ts',
      `import { run } from '@grammyjs/runner'`,
      '1 @grammyjs/runner may be imported only in',
    ],
    ['grammY in another root', 'src/app.ts', `import { Bot } from 'grammy'`, '1 grammy may be imported only in'],
    [
      'an SDK outside of the providers',
      'pipeline/a.ts',
      `await import('groq-sdk')`,
      '1 groq-sdk may be imported only in src/providers/',
    ],
    [
      'an SDK type',
      'src/a.ts',
      `import type { Message } from '@anthropic-ai/sdk/resources'`,
      '1 @anthropic-ai/sdk may be imported only in',
    ],
    [
      'an SDK in a root',
      'src/main.ts',
      `import { GoogleGenAI } from '@google/genai'`,
      '1 @google/genai may be imported only in',
    ],
    ['pg outside of the database', 'pipeline/a.ts', `import type pg from 'pg'`, '1 pg may be imported only in src/db/'],
    ['an alias', 'src/a.ts', `import '#log'`, '1 #log is neither a relative path nor a package'],
    ['a path alias', 'src/a.ts', `import '@/log.ts'`, '1 @/log.ts is neither a relative path nor a package'],
    ['the own package name', 'src/a.ts', `import 'nexus/ops/x.ts'`, '1 nexus/ops/x.ts is neither'],
    ['an absolute path', 'src/a.ts', `import '/ops/x.ts'`, '1 /ops/x.ts is neither'],
    ['a file address', 'src/a.ts', `import 'file:///ops/x.ts'`, '1 file:///ops/x.ts is neither'],
    ['an undeclared package', 'src/a.ts', `import 'left-pad'`, '1 left-pad is neither'],
    ['a way out of the project', 'src/a.ts', `import '../../elsewhere/x.ts'`, '1 leaves the project'],
    ['a computed import', 'pipeline/a.ts', "await import('./' + name)", '1 computes what it imports'],
    ['a computed require', 'src/a.ts', 'require(name)', '1 computes what it imports'],
    ['an unknown folder', 'lib/a.ts', 'export {}', '1 belongs to no layer'],
    ['the environment', 'pipeline/a.ts', 'const x = 1\nprocess.env.HOME', '2 reads the environment'],
    ['the whole environment', 'src/app.ts', 'loadConfig(process.env)', '1 reads the environment'],
    ['the environment in brackets', 'src/a.ts', `process['env'].HOME`, '1 reads the environment'],
    ['the global environment', 'src/a.ts', 'globalThis.process.env', '1 reads the environment'],
    ['an unpacked environment', 'src/a.ts', 'const { env } = process', '1 reads the environment'],
    ['an imported environment', 'src/a.ts', `import { env as e } from 'node:process'`, '1 reads the environment'],
    ['a compared variable', 'src/a.ts', 'if (process.env.A === 1) {}', '1 reads the environment'],
  ]
  test.each(cases)('%s', (_what, path, code, complaint) => {
    const violations = violationsOf({ [path]: code })
    expect(violations).toHaveLength(1)
    expect(violations[0]).toContain(`${path}:${complaint}`)
  })
})

describe('what only looks like a violation passes', () => {
  const cases: [what: string, path: string, code: string][] = [
    ['a path in a string', 'src/a.ts', `const text = "import '../ops/x.ts'"`],
    ['a path in a comment', 'src/a.ts', `// import '../ops/x.ts'\n/* await import('../ops/x.ts') */`],
    ['a data file', 'src/a.ts', `new URL('../prompts/fact.md', import.meta.url)`],
    ['a file of a package', 'demo/a.ts', "import.meta.resolve('zod/' + name)"],
    ['the address of a web page', 'src/a.ts', `new URL('https://example.org/x.ts')`],
    ['setting a variable for a native library', 'src/a.ts', `process.env.FONTCONFIG_FILE = 'x'`],
    ['another env', 'src/a.ts', 'const { platform } = process\noptions.env.HOME'],
    ['the entry of the thread pool', 'src/worker-entry.ts', 'await import(module)'],
  ]
  test.each(cases)('%s', (_what, path, code) => {
    expect(violationsOf({ [path]: code })).toEqual([])
  })
})

test('the command fails on a planted violation, names it, and passes without it', () => {
  const run = () => spawnSync(process.execPath, ['scripts/check-layers.ts', root], { encoding: 'utf8' })
  write('ops/a.ts', 'export {}')
  expect(run()).toMatchObject({ status: 0, stdout: expect.stringContaining('1 files, 0 violations') })
  write('ops/a.ts', `import '../pipeline/x.ts'`)
  expect(run()).toMatchObject({ status: 1, stdout: expect.stringContaining('ops/a.ts:1 ops must not import pipeline') })
})

test('an empty folder is no success: a wrong path would pass for ever', () => {
  const { status } = spawnSync(process.execPath, ['scripts/check-layers.ts', root], { encoding: 'utf8' })
  expect(status).toBe(1)
})

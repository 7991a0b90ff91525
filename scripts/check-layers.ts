/** Checks the import rule on a folder (default: this project). Prints each violation; exit code 1 when there is one. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import type { SourceFile } from 'typescript/unstable/ast'
import { API } from 'typescript/unstable/sync'
import { findEnvReads } from './layers/find-env-reads.ts'
import { findImports } from './layers/find-imports.ts'
import { judgeImport, layerOf, mayReadEnv } from './layers/rules.ts'

const CODE_FILE = /\.[cm]?[jt]sx?$/
/** Not ours, or made while running. */
const IGNORED_FOLDERS = new Set(['node_modules', 'data', 'outputs', 'coverage'])

if (import.meta.main) process.exitCode = report(resolve(process.argv[2] ?? new URL('..', import.meta.url).pathname))

function report(root: string): number {
  const { files, violations } = checkLayers(root)
  for (const violation of violations) process.stdout.write(`${violation}\n`)
  process.stdout.write(`${files} files, ${violations.length} violations of the import rule\n`)
  return violations.length > 0 || files === 0 ? 1 : 0
}

/** Violations as "path:line what is wrong", in order. */
export function checkLayers(root: string): { files: number; violations: string[] } {
  const paths = listCode(root, root)
  const dependencies = readDependencies(root)
  const violations: string[] = []
  parseFiles(root, paths, (path, file) => violations.push(...judgeFile(path, file, dependencies)))
  return { files: paths.length, violations }
}

function judgeFile(path: string, file: SourceFile, dependencies: ReadonlySet<string>): string[] {
  if (!layerOf(path)) return [`${path}:1 belongs to no layer: code lives in one of the folders of docs/architecture.md`]
  const imports = findImports(file).flatMap((found) => {
    const complaint = judgeImport(path, found, dependencies)
    return complaint === null ? [] : [`${path}:${found.line} ${complaint}`]
  })
  const reads = mayReadEnv(path) ? [] : findEnvReads(file)
  return [...imports, ...reads.map((line) => `${path}:${line} reads the environment: only src/config.ts does`)]
}

function listCode(root: string, folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) {
      return entry.name.startsWith('.') || IGNORED_FOLDERS.has(entry.name) ? [] : listCode(root, path)
    }
    return CODE_FILE.test(entry.name) ? [relative(root, path)] : []
  })
}

function readDependencies(root: string): Set<string> {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  return new Set([...Object.keys(dependencies ?? {}), ...Object.keys(devDependencies ?? {})])
}

/** Parses only: a project that exists in memory, whose files are not followed to what they import. */
function parseFiles(root: string, paths: readonly string[], use: (path: string, file: SourceFile) => void): void {
  const config = join(root, 'tsconfig.layers.json')
  const options = { noResolve: true, noLib: true, types: [], allowJs: true, noEmit: true, module: 'nodenext' }
  const content = JSON.stringify({ compilerOptions: options, files: paths })
  const api = new API({ cwd: root, fs: { readFile: (name) => (name === config ? content : undefined) } })
  try {
    const [project] = api.updateSnapshot({ openProjects: [config] }).getProjects()
    for (const path of paths) {
      const file = project?.program.getSourceFile(join(root, path))
      if (!file) throw new Error(`${path} could not be parsed`)
      use(path, file)
    }
  } finally {
    api.close()
  }
}

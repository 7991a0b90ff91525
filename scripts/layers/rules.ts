import { isBuiltin } from 'node:module'
import { posix } from 'node:path'
import type { Import } from './find-imports.ts'

/**
 * The import rule: src/main → handlers → {pipeline, ops} → src. It holds for values, types and dynamic imports alike.
 * A root composes the others; demo is a program beside the bot; test, bench and scripts stand above everything.
 */
export type Layer = 'src' | 'root' | 'handlers' | 'pipeline' | 'ops' | 'demo' | 'test' | 'bench' | 'scripts'

const ALLOWED: Record<Layer, readonly Layer[]> = {
  src: ['src'],
  pipeline: ['pipeline', 'src'],
  ops: ['ops', 'src'],
  handlers: ['handlers', 'pipeline', 'ops', 'src'],
  root: ['root', 'handlers', 'pipeline', 'ops', 'src'],
  demo: ['demo', 'root', 'handlers', 'pipeline', 'ops', 'src'],
  test: ['test', 'bench', 'scripts', 'demo', 'root', 'handlers', 'pipeline', 'ops', 'src'],
  bench: ['bench', 'test', 'demo', 'root', 'handlers', 'pipeline', 'ops', 'src'],
  scripts: ['scripts', 'test', 'demo', 'root', 'handlers', 'pipeline', 'ops', 'src'],
}

/** Handlers reach data through pipeline and ops functions. */
const CLOSED_TO_HANDLERS = ['src/db/', 'src/providers/']
/** The composition root's type may be sliced with Pick<> by those whom it serves. */
const APP_FILE = 'src/app.ts'
/** The entry of the thread pool is told which module to run. Its callers name it by `new URL('./x.ts', import.meta.url)`, which is checked. */
const MAY_COMPUTE_IMPORTS = ['src/worker-entry.ts']
const ENV_READERS = ['src/config.ts', 'src/main.ts', 'src/cli/', 'demo/', 'scripts/', 'bench/', 'test/']

/** Where a package may be imported, besides test, bench and scripts. */
const PACKAGE_HOMES: readonly { packages: RegExp; homes: readonly string[] }[] = [
  { packages: /^(grammy|@grammyjs\/.+)$/, homes: ['handlers/', 'src/main.ts', 'demo/'] },
  { packages: /^(groq-sdk|@anthropic-ai\/sdk|@google\/genai)$/, homes: ['src/providers/'] },
  { packages: /^(pg|pgvector|pg-boss|node-pg-migrate|@electric-sql\/.+)$/, homes: ['src/db/'] },
]

export function layerOf(path: string): Layer | undefined {
  if (path === 'src/main.ts' || path === APP_FILE || path.startsWith('src/cli/')) return 'root'
  const folder = path.includes('/') ? path.slice(0, path.indexOf('/')) : 'scripts'
  return Object.hasOwn(ALLOWED, folder) ? (folder as Layer) : undefined
}

export function mayReadEnv(path: string): boolean {
  // A file beside package.json configures a tool.
  return !path.includes('/') || isBelow(path, ENV_READERS)
}

/** What is wrong with this import in this file, or null. `dependencies` are the packages of package.json. */
export function judgeImport(path: string, found: Import, dependencies: ReadonlySet<string>): string | null {
  const layer = layerOf(path)
  if (!layer) return 'belongs to no layer: code lives in one of the folders of docs/architecture.md'
  const { specifier } = found
  if (specifier === null) {
    const allowed = isTool(layer) || MAY_COMPUTE_IMPORTS.includes(path)
    return allowed ? null : 'computes what it imports: write the path out, so that it can be checked'
  }
  if (isRelative(specifier)) return judgeFile(path, layer, found.kind, posix.join(posix.dirname(path), specifier))
  return judgePackage(path, layer, specifier, dependencies)
}

function judgeFile(path: string, layer: Layer, kind: Import['kind'], target: string): string | null {
  if (target.startsWith('..')) return `leaves the project: ${target}`
  if (!/\.[cm]?[jt]sx?$/.test(target)) return null // data
  const targetLayer = layerOf(target)
  if (!targetLayer) return `imports ${target}, which belongs to no layer`
  if (target === APP_FILE && kind === 'type' && (layer === 'pipeline' || layer === 'ops' || layer === 'handlers')) {
    return null
  }
  if (!ALLOWED[layer].includes(targetLayer)) return `${layer} must not import ${targetLayer} (${target})`
  if (layer === 'handlers' && isBelow(target, CLOSED_TO_HANDLERS)) {
    return `handlers must not import ${target}: ask a function of pipeline or ops`
  }
  return path === target ? 'imports itself' : null
}

function judgePackage(path: string, layer: Layer, specifier: string, dependencies: ReadonlySet<string>): string | null {
  if (isBuiltin(specifier)) return null
  const name = packageOf(specifier)
  if (!dependencies.has(name)) return `${specifier} is neither a relative path nor a package of package.json`
  if (isTool(layer)) return null
  const rule = PACKAGE_HOMES.find(({ packages }) => packages.test(name))
  return rule && !isBelow(path, rule.homes) ? `${name} may be imported only in ${rule.homes.join(', ')}` : null
}

function isRelative(specifier: string): boolean {
  return specifier === '.' || specifier === '..' || specifier.startsWith('./') || specifier.startsWith('../')
}

/** '@scope/name/deep' → '@scope/name'. */
function packageOf(specifier: string): string {
  const parts = specifier.split('/')
  return parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/')
}

function isTool(layer: Layer): boolean {
  return layer === 'test' || layer === 'bench' || layer === 'scripts'
}

function isBelow(path: string, places: readonly string[]): boolean {
  return places.some((place) => (place.endsWith('/') ? path.startsWith(place) : path === place))
}

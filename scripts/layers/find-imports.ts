import {
  type CallExpression,
  isCallExpression,
  isExportDeclaration,
  isExternalModuleReference,
  isIdentifier,
  isImportDeclaration,
  isImportTypeNode,
  isLiteralTypeNode,
  isMetaProperty,
  isModuleDeclaration,
  isNamedImports,
  isNewExpression,
  isPropertyAccessExpression,
  isStringLiteralLikeNode,
  type Node,
  type SourceFile,
  SyntaxKind,
} from 'typescript/unstable/ast'

export type Import = {
  line: number
  kind: 'value' | 'type' | 'dynamic'
  /** As written; null where it is computed and so cannot be judged. */
  specifier: string | null
  /** Imported names of a static import, before renaming. */
  names: readonly string[]
}

type Found = Omit<Import, 'line' | 'names'> & { names?: readonly string[] }

/** Everything in a file that makes it depend on another module: imports, re-exports, types, dynamic imports, workers. */
export function findImports(file: SourceFile): Import[] {
  const imports: Import[] = file.referencedFiles.map((reference) => ({
    line: lineOf(file, reference.pos),
    kind: 'type',
    specifier: reference.fileName.startsWith('.') ? reference.fileName : `./${reference.fileName}`,
    names: [],
  }))
  const visit = (node: Node): void => {
    const found = importOf(node)
    if (found) imports.push({ names: [], ...found, line: lineOf(file, node.getStart(file)) })
    node.forEachChild(visit)
  }
  visit(file)
  return imports
}

function importOf(node: Node): Found | undefined {
  return staticImportOf(node) ?? typeImportOf(node) ?? callImportOf(node) ?? fileUrlOf(node)
}

function staticImportOf(node: Node): Found | undefined {
  if (isImportDeclaration(node)) {
    const clause = node.importClause
    const bindings = clause?.namedBindings
    const elements = bindings && isNamedImports(bindings) ? [...bindings.elements] : []
    const typeOnly = clause?.phaseModifier === SyntaxKind.TypeKeyword
    const names = elements.map((element) => (element.propertyName ?? element.name).text)
    return { kind: typeOnly ? 'type' : 'value', specifier: textOf(node.moduleSpecifier), names }
  }
  if (isExportDeclaration(node) && node.moduleSpecifier) {
    return { kind: node.isTypeOnly ? 'type' : 'value', specifier: textOf(node.moduleSpecifier) }
  }
  if (isExternalModuleReference(node)) return { kind: 'value', specifier: textOf(node.expression) }
  return undefined
}

/** `import('x').T`, `typeof import('x')`, and `declare module 'x'`, which adds to x. */
function typeImportOf(node: Node): Found | undefined {
  if (isImportTypeNode(node)) {
    const { argument } = node
    return { kind: 'type', specifier: isLiteralTypeNode(argument) ? textOf(argument.literal) : null }
  }
  if (isModuleDeclaration(node) && isStringLiteralLikeNode(node.name)) {
    return { kind: 'type', specifier: node.name.text }
  }
  return undefined
}

/** `import('x')` and `require('x')`. */
function callImportOf(node: Node): Found | undefined {
  if (!isCallExpression(node)) return undefined
  const callee = node.expression
  const isImport = callee.kind === SyntaxKind.ImportKeyword
  const isRequire = isIdentifier(callee) && callee.text === 'require'
  if (!isImport && !isRequire) return undefined
  return { kind: 'dynamic', specifier: textOf(node.arguments[0]) }
}

const CODE_FILE = /\.[cm]?[jt]sx?$/

/** `new URL('./worker.ts', import.meta.url)` and `import.meta.resolve('./worker.ts')`: how workers are named. Other files are data. */
function fileUrlOf(node: Node): Found | undefined {
  const isUrl = isNewExpression(node) && isIdentifier(node.expression) && node.expression.text === 'URL'
  if (!isUrl && !isMetaResolve(node)) return undefined
  const specifier = textOf(node.arguments?.[0])
  return specifier !== null && CODE_FILE.test(specifier) && !URL.canParse(specifier)
    ? { kind: 'dynamic', specifier }
    : undefined
}

function isMetaResolve(node: Node): node is CallExpression {
  if (!isCallExpression(node)) return false
  const callee = node.expression
  return isPropertyAccessExpression(callee) && isMetaProperty(callee.expression) && callee.name.text === 'resolve'
}

function textOf(node: Node | undefined): string | null {
  return node && isStringLiteralLikeNode(node) ? node.text : null
}

export function lineOf(file: SourceFile, position: number): number {
  return file.getLineAndCharacterOfPosition(position).line + 1
}

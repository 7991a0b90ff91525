import {
  isBinaryExpression,
  isElementAccessExpression,
  isIdentifier,
  isObjectBindingPattern,
  isPropertyAccessExpression,
  isStringLiteralLikeNode,
  isVariableDeclaration,
  type Node,
  type SourceFile,
  SyntaxKind,
} from 'typescript/unstable/ast'
import { findImports, lineOf } from './find-imports.ts'

/**
 * Lines that read the environment: `process.env`, `process['env']`, `const { env } = process`, `import { env } from 'node:process'`.
 * Setting one variable (`process.env.NAME = …`, for a native library that reads it) is no read.
 */
export function findEnvReads(file: SourceFile): number[] {
  const lines = findImports(file)
    .filter(({ specifier, names }) => /^(node:)?process$/.test(specifier ?? '') && names.includes('env'))
    .map(({ line }) => line)
  const visit = (node: Node): void => {
    if (isEnvOfProcess(node) ? !isSet(node) : unpacksEnv(node)) lines.push(lineOf(file, node.getStart(file)))
    node.forEachChild(visit)
  }
  visit(file)
  return lines
}

function isEnvOfProcess(node: Node): boolean {
  if (isPropertyAccessExpression(node)) return node.name.text === 'env' && isProcess(node.expression)
  if (!isElementAccessExpression(node)) return false
  const key = node.argumentExpression
  return isProcess(node.expression) && isStringLiteralLikeNode(key) && key.text === 'env'
}

/** `process`, or `globalThis.process`. */
function isProcess(node: Node): boolean {
  if (isIdentifier(node)) return node.text === 'process'
  return isPropertyAccessExpression(node) && node.name.text === 'process'
}

function unpacksEnv(node: Node): boolean {
  if (!isVariableDeclaration(node) || !node.initializer || !isProcess(node.initializer)) return false
  return isObjectBindingPattern(node.name) && /\benv\b/.test(node.name.getText())
}

function isSet(env: Node): boolean {
  const variable = env.parent
  const assignment = variable.parent
  return (
    isPropertyAccessExpression(variable) &&
    isBinaryExpression(assignment) &&
    assignment.left === variable &&
    assignment.operatorToken.kind === SyntaxKind.EqualsToken
  )
}

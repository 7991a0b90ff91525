import { spawn } from 'node:child_process'

export type ScriptResult = { code: number; output: string; tookMs: number }

/** Runs a program to its end and returns all that it printed. `quiet` keeps its standard output from the terminal. */
export function runScript(
  command: string,
  args: readonly string[],
  options: { quiet?: boolean; cwd?: string } = {},
): Promise<ScriptResult> {
  const startedAt = performance.now()
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...(options.cwd && { cwd: options.cwd }) })
  const chunks: string[] = []
  child.stdout.on('data', (chunk: Buffer) => {
    chunks.push(chunk.toString())
    if (!options.quiet) process.stdout.write(chunk)
  })
  child.stderr.on('data', (chunk: Buffer) => {
    chunks.push(chunk.toString())
    process.stderr.write(chunk)
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) =>
      resolve({ code: code ?? 1, output: chunks.join(''), tookMs: performance.now() - startedAt }),
    )
  })
}

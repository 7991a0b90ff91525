import { readFile, writeFile } from 'node:fs/promises'
import { assemble } from './assemble.ts'

/** Writes pipeline/render/kernel.wasm anew from kernel.wat beside it. */
const folder = new URL('../../pipeline/render/', import.meta.url)
const bytes = assemble(await readFile(new URL('kernel.wat', folder), 'utf8'))
await writeFile(new URL('kernel.wasm', folder), bytes)
process.stdout.write(`kernel.wasm: ${bytes.length} bytes\n`)

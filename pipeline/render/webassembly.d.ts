/** The part of WebAssembly's JavaScript interface that kernel.ts uses: without the DOM library TypeScript knows none. */
declare namespace WebAssembly {
  class CompileError extends Error {}
  class Memory {
    readonly buffer: ArrayBuffer
    grow(pages: number): number
  }
  class Module {
    constructor(bytes: Uint8Array)
  }
  class Instance {
    constructor(module: Module)
    readonly exports: Record<string, unknown>
  }
}

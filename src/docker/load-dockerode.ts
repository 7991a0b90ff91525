import { createRequire } from 'node:module'
import type Dockerode from 'dockerode'

/**
 * The client without two parts that nobody here uses, and that cost two thirds of its memory (26 MB with them, 9 without):
 * reaching an engine through SSH, and building images by BuildKit's gRPC. docs/decisions/050-a-slim-docker-client.md
 */
export async function loadDockerode(): Promise<typeof Dockerode> {
  leaveOut()
  const { default: client } = await import('dockerode')
  return client
}

function leaveOut(): void {
  const ours = createRequire(import.meta.url)
  try {
    const client = createRequire(ours.resolve('dockerode'))
    const modem = createRequire(client.resolve('docker-modem'))
    for (const file of [client.resolve('./session'), modem.resolve('./ssh')]) ours.cache[file] ??= emptyModule(file)
  } catch {
    // A later version keeps its parts elsewhere: then it is loaded whole, which costs memory and nothing else.
  }
}

function emptyModule(file: string): NodeJS.Module {
  const refuse = () => {
    throw new Error('this part of the Docker client is left out')
  }
  return {
    id: file,
    filename: file,
    path: file,
    loaded: true,
    exports: refuse,
    children: [],
    paths: [],
  } as unknown as NodeJS.Module
}

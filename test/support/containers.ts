import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

/**
 * A real Docker Engine of its own in a temporary folder, with one image made of Debian's static busybox: no registry, no
 * network, nothing of the host's Docker. Needs root, dockerd and busybox-static.
 */

const BUSYBOX = '/bin/busybox'

/** Null when the engine can be started here, else what is missing: for the name of what is skipped. */
export function findEngineGap(): string | null {
  if (process.getuid?.() !== 0) return 'needs root'
  for (const program of ['dockerd', 'docker'])
    if (!(process.env.PATH ?? '').split(':').some((folder) => existsSync(join(folder, program))))
      return `needs ${program}`
  return existsSync(BUSYBOX) ? null : 'needs busybox-static'
}

/** Crashes on USR1, stops answering its health check on USR2, ends politely on TERM. */
const APP = `#!/bin/sh
trap 'echo "fatal: told to crash"; exit 42' USR1
trap 'rm -f /healthy; echo "error: stuck"' USR2
trap 'echo bye; exit 0' TERM
touch /healthy
echo "app is up"
while :; do sleep 1 & wait $!; done
`

const DOCKERFILE = `FROM scratch
COPY busybox /bin/busybox
COPY busybox /bin/sh
COPY busybox /bin/sleep
COPY app.sh /app.sh
ENV SECRET_OF_IMAGE=hunter2hunter2
CMD ["/bin/sh", "/app.sh"]
`

const HEALTH = [
  '--health-cmd=/bin/busybox test -f /healthy',
  '--health-interval=500ms',
  '--health-retries=1',
  '--health-timeout=2s',
]

export type Engine = {
  /** As DOCKER_HOST takes it. */
  host: string
  socketPath: string
  /** Runs a container without a network; gives its full id. */
  run(name: string, options?: RunOptions): string
  docker(...args: string[]): string
  signal(name: string, signal: string): void
  /** Ends the engine and starts it again, as an update does. */
  restart(): Promise<void>
  close(): Promise<void>
}

type RunOptions = {
  /** For busybox sh; the well-behaved app when absent. */
  script?: string
  labels?: Record<string, string>
  health?: boolean
  args?: readonly string[]
}

export const MANAGED = { 'nexus.managed': 'true' }

export async function startEngine(): Promise<Engine> {
  const folder = mkdtempSync(join(tmpdir(), 'nexus-docker-'))
  const socketPath = join(folder, 'docker.sock')
  const host = `unix://${socketPath}`
  const begin = () => {
    const daemon = spawn('dockerd', daemonArguments(folder, host), { stdio: 'ignore' })
    return { daemon, ended: once(daemon, 'exit') }
  }
  let { daemon, ended } = begin()
  const docker = (...args: string[]) =>
    execFileSync('docker', ['--host', host, ...args], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, DOCKER_BUILDKIT: '0', HOME: folder },
      stdio: ['ignore', 'pipe', 'pipe'],
    }).trim()
  const end = () => {
    daemon.kill('SIGTERM')
    return ended
  }
  const close = async () => {
    try {
      const all = docker('ps', '--all', '--quiet', '--no-trunc').split('\n').filter(Boolean)
      if (all.length > 0) docker('rm', '--force', '--volumes', ...all)
    } finally {
      await end()
      rmSync(folder, { recursive: true, force: true })
    }
  }
  await untilReady(docker, daemon)
  buildImage(folder, docker)
  return {
    host,
    socketPath,
    docker,
    close,
    restart: async () => {
      await end()
      ;({ daemon, ended } = begin())
      await untilReady(docker, daemon)
    },
    signal: (name, signal) => void docker('kill', '--signal', signal, name),
    run: (name, { script, labels = {}, health = false, args = [] } = {}) => {
      const marks = Object.entries(labels).flatMap(([key, value]) => ['--label', `${key}=${value}`])
      const command = script === undefined ? [] : ['/bin/sh', '-c', script]
      const given = [...marks, ...(health ? HEALTH : []), ...args]
      return docker('run', '--detach', '--network', 'none', '--name', name, ...given, 'nexus-test-app', ...command)
    },
  }
}

function daemonArguments(folder: string, host: string): string[] {
  return [
    '--iptables=false',
    '--ip6tables=false',
    '--bridge=none',
    '--storage-driver=vfs',
    `--data-root=${join(folder, 'data')}`,
    `--exec-root=${join(folder, 'exec')}`,
    `--pidfile=${join(folder, 'pid')}`,
    `--host=${host}`,
  ]
}

const READY_TRIES = 150

async function untilReady(docker: Engine['docker'], daemon: { exitCode: number | null }): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      docker('version')
      return
    } catch (err) {
      if (daemon.exitCode !== null || tries === READY_TRIES) throw new Error('dockerd does not start', { cause: err })
      await pause(100)
    }
  }
}

function buildImage(folder: string, docker: Engine['docker']): void {
  copyFileSync(BUSYBOX, join(folder, 'busybox'))
  writeFileSync(join(folder, 'app.sh'), APP)
  writeFileSync(join(folder, 'Dockerfile'), DOCKERFILE)
  writeFileSync(join(folder, '.dockerignore'), '*\n!busybox\n!app.sh\n')
  docker('build', '--quiet', '--network', 'none', '--tag', 'nexus-test-app', folder)
}

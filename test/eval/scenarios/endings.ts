import type { Scenario } from '../scenario.ts'

/** Containers that end although they should not. */

export const ENDINGS: readonly Scenario[] = [
  {
    name: 'crash at start',
    fault: 'reads a broken configuration and ends with code 1, each time',
    quick: true,
    about: 'app',
    developsMs: 3_000,
    stage: (stage) =>
      stage.run('app', {
        script: 'echo "loading /etc/app.yml"; echo "fatal: cannot parse config: line 3" >&2; exit 1',
      }),
    expect: {
      detected: ['container-died', 'container-down'],
      causes: ['crash-at-start'],
      right: ['none', { kind: 'start', on: 'app' }],
      tap: { kind: 'start', on: 'app' },
      outcome: 'not-fixed',
    },
  },
  {
    name: 'crash loop',
    fault: 'ends with code 1 after a second; the engine restarts it each time',
    about: 'app',
    developsMs: 25_000,
    stage: (stage) =>
      stage.run('app', {
        script: 'echo "worker up"; sleep 1; echo "panic: index out of range"; exit 1',
        args: ['--restart', 'always'],
      }),
    expect: {
      detected: ['container-loop', 'container-died', 'container-restarts'],
      causes: ['crash-loop'],
      right: ['none', { kind: 'stop', on: 'app' }],
      tap: { kind: 'restart', on: 'app' },
      outcome: 'not-fixed',
    },
  },
  {
    name: 'slow crash loop',
    fault: 'crashes twelve seconds after each start: it looks well for a while',
    about: 'app',
    developsMs: 45_000,
    stage: (stage) =>
      stage.run('app', {
        script: 'echo "worker up"; sleep 12; echo "panic: lost the leader"; exit 1',
        args: ['--restart', 'always'],
      }),
    expect: {
      detected: ['container-loop', 'container-died'],
      causes: ['crash-loop'],
      right: ['none', { kind: 'stop', on: 'app' }],
      tap: { kind: 'restart', on: 'app' },
      outcome: 'not-fixed',
    },
  },
  {
    name: 'out of memory',
    fault: 'needs more than its 16 MB and is killed by the kernel',
    quick: true,
    about: 'app',
    developsMs: 5_000,
    stage: (stage) =>
      stage.run('app', {
        script: 'echo "building the index"; x=a; while :; do x=$x$x; done',
        args: ['--memory', '16m', '--memory-swap', '16m'],
      }),
    expect: {
      detected: ['container-oom'],
      causes: ['oom-kill'],
      right: ['none', { kind: 'start', on: 'app' }],
      tap: { kind: 'start', on: 'app' },
      outcome: 'not-fixed',
    },
  },
  {
    name: 'segmentation fault',
    fault: 'crashes once inside its own program (139), and works when it is started again',
    quick: true,
    about: 'app',
    developsMs: 4_000,
    stage: (stage) =>
      stage.run('app', {
        script: `[ -f /crashed ] && { echo ready; while :; do sleep 1; done; }
          echo > /crashed; sleep 1; sh -c 'kill -SEGV $$'; exit $?`,
      }),
    expect: {
      detected: ['container-died', 'container-down'],
      causes: ['segfault'],
      right: [{ kind: 'start', on: 'app' }],
      tap: { kind: 'start', on: 'app' },
      outcome: 'fixed',
    },
  },
  {
    name: 'wrong command',
    fault: 'its script calls a program that the image does not have (127)',
    quick: true,
    about: 'app',
    developsMs: 3_000,
    stage: (stage) => stage.run('app', { script: 'exec gunicorn app:main' }),
    expect: {
      detected: ['container-died', 'container-down'],
      causes: ['command-not-found'],
      right: ['none'],
      tap: { kind: 'start', on: 'app' },
      outcome: 'not-fixed',
    },
  },
  {
    name: 'wrong entrypoint',
    fault: 'the engine cannot find the entrypoint, so the container stays "created"',
    about: 'app',
    developsMs: 30_000,
    stage: (stage) => stage.run('app', { args: ['--entrypoint', '/usr/local/bin/serve'] }),
    expect: {
      detected: ['container-down', 'container-died'],
      causes: ['command-not-found'],
      right: ['none'],
      tap: { kind: 'start', on: 'app' },
      outcome: 'not-fixed',
    },
  },
  {
    name: 'command not executable',
    fault: 'the entrypoint is there, but its file may not be run (126)',
    about: 'app',
    developsMs: 3_000,
    stage: (stage) => stage.run('app', { script: 'exec /app.sh', args: ['--user', '65534'] }),
    expect: {
      detected: ['container-died', 'container-down'],
      causes: ['permission-denied'],
      right: ['none'],
      tap: { kind: 'start', on: 'app' },
      outcome: 'not-fixed',
    },
  },
  {
    name: 'restart storm',
    fault: 'ends in peace at once, and the engine brings it back each time',
    about: 'app',
    developsMs: 30_000,
    stage: (stage) => stage.run('app', { script: 'echo "nothing to do"; exit 0', args: ['--restart', 'always'] }),
    expect: {
      detected: ['container-restarts', 'container-loop'],
      causes: ['restart-storm'],
      right: ['none', { kind: 'stop', on: 'app' }],
      tap: { kind: 'restart', on: 'app' },
      outcome: 'not-fixed',
    },
  },
  {
    name: 'protected container',
    fault: 'crashes, and its label forbids every action',
    quick: true,
    about: 'db',
    developsMs: 3_000,
    stage: (stage) =>
      stage.run('db', {
        script: 'echo "PANIC: could not locate a valid checkpoint record"; exit 1',
        labels: { 'nexus.protected': 'true' },
      }),
    expect: {
      detected: ['container-died', 'container-down'],
      causes: ['crash-at-start'],
      right: ['none'],
      tap: { kind: 'start', on: 'db' },
      outcome: 'refused',
    },
  },
]

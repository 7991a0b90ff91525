import type { Scenario } from '../scenario.ts'

/** Health checks, load, and logs. */

const QUICK_CHECK = ['--health-interval=1s', '--health-retries=2', '--health-timeout=2s'] as const
/** Its worker hangs after four seconds, and never again once it was started anew. */
const HANGS_ONCE = `trap 'exit 0' TERM
  echo > /healthy; echo "worker up"
  [ -f /hung ] || { sleep 4; echo > /hung; busybox rm /healthy; echo "error: worker thread stuck"; }
  while :; do sleep 1 & wait $!; done`
const SERVICE = `trap 'exit 0' TERM; echo up; while :; do sleep 1 & wait $!; done`

export const HEALTH: readonly Scenario[] = [
  {
    name: 'hung health check',
    fault: 'runs on, but its check does not come back in time',
    quick: true,
    about: 'app',
    developsMs: 12_000,
    stage: (stage) =>
      stage.run('app', {
        script: HANGS_ONCE,
        args: ['--health-cmd=[ -f /healthy ] || busybox sleep 30', ...QUICK_CHECK],
      }),
    expect: {
      detected: ['container-unhealthy'],
      causes: ['unhealthy-check'],
      right: [{ kind: 'restart', on: 'app' }],
      tap: { kind: 'restart', on: 'app' },
      outcome: 'fixed',
    },
  },
  {
    name: 'broken health check',
    fault: 'the program of its check is not in the image; the service itself works',
    about: 'app',
    developsMs: 6_000,
    stage: (stage) =>
      stage.run('app', { script: SERVICE, args: ['--health-cmd=curl -f http://127.0.0.1/', ...QUICK_CHECK] }),
    expect: {
      detected: ['container-unhealthy'],
      causes: ['unhealthy-check'],
      right: ['none'],
      tap: { kind: 'restart', on: 'app' },
      outcome: 'not-fixed',
    },
  },
  {
    name: 'flapping health',
    fault: 'well for four seconds, unwell for four, without an end',
    about: 'app',
    developsMs: 30_000,
    stage: (stage) =>
      stage.run('app', {
        script: 'while :; do echo > /healthy; sleep 4; busybox rm /healthy; sleep 4; done',
        args: ['--health-cmd=busybox test -f /healthy', '--health-interval=1s', '--health-retries=1'],
      }),
    expect: {
      detected: ['container-unhealthy'],
      causes: ['unhealthy-check'],
      right: [{ kind: 'restart', on: 'app' }],
      tap: { kind: 'restart', on: 'app' },
      outcome: 'not-fixed',
      maxMessages: 3,
    },
  },
  {
    name: 'log flood',
    fault: 'writes thousands of lines a second into a log without a limit',
    about: 'app',
    developsMs: 100_000,
    stage: (stage) =>
      stage.run('app', {
        script: 'while :; do echo "error: cannot reach metrics, trying again at once without any pause at all"; done',
        labels: { 'nexus.log-pattern': 'error', 'nexus.log-rate': '50/1' },
        args: ['--cpus', '0.1'],
      }),
    expect: {
      detected: ['log-pattern'],
      causes: ['log-flood'],
      right: [
        { kind: 'shrink-log', on: 'app' },
        { kind: 'restart', on: 'app' },
      ],
      tap: null,
      outcome: null,
    },
  },
  {
    name: 'memory leak',
    fault: 'grows to 29 of the 32 MB that it may take, and stays there',
    about: 'app',
    developsMs: 110_000,
    stage: (stage) =>
      stage.run('app', {
        script:
          'i=0; while [ $i -lt 28 ]; do busybox dd if=/dev/zero of=/dev/shm/$i bs=1M count=1 2>/dev/null; i=$((i+1)); sleep 1; done; while :; do sleep 1; done',
        args: ['--memory', '32m', '--memory-swap', '32m'],
      }),
    expect: {
      detected: ['container-memory'],
      causes: ['memory-leak'],
      right: [{ kind: 'restart', on: 'app' }],
      tap: { kind: 'restart', on: 'app' },
      outcome: 'fixed',
    },
  },
  {
    name: 'processor hog',
    fault: 'turns in a circle and takes all of the processor that its label allows, and more',
    about: 'app',
    developsMs: 110_000,
    stage: (stage) =>
      stage.run('app', {
        script: 'echo "job 1 started"; while :; do :; done',
        labels: { 'nexus.cpu-percent': '10' },
        args: ['--cpus', '0.3'],
      }),
    expect: {
      detected: ['container-cpu'],
      causes: ['cpu-hog'],
      right: ['none', { kind: 'restart', on: 'app' }, { kind: 'stop', on: 'app' }],
      tap: null,
      outcome: null,
    },
  },
  {
    name: 'disk nearly full',
    fault: 'a disk of the machine is filled to more than nine tenths',
    alone: true,
    about: 'machine',
    developsMs: 100_000,
    stage: async (stage) => {
      const folder = await stage.mountDisk(8_000_000)
      await stage.docker(
        'run',
        '--rm',
        '--network',
        'none',
        '-v',
        `${folder}:/disk`,
        'nexus-test-app',
        '/bin/sh',
        '-c',
        'busybox dd if=/dev/zero of=/disk/backup.tar bs=100k count=76',
      )
    },
    expect: {
      detected: ['disk'],
      causes: ['disk-full'],
      right: ['none'],
      tap: null,
      outcome: null,
    },
  },
]

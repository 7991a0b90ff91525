import type { Scenario } from '../scenario.ts'

/** Health checks, load, and logs. */

const QUICK_CHECK = ['--health-interval=1s', '--health-retries=2', '--health-timeout=2s'] as const
/** Its worker hangs after four seconds, and never again once it was started anew. */
const HANGS_ONCE = `trap 'exit 0' TERM
  echo > /healthy; echo "worker up"
  [ -f /hung ] || { sleep 4; echo > /hung; busybox rm /healthy; echo "error: worker thread stuck"; }
  while :; do sleep 1 & wait $!; done`
const SERVICE = `trap 'exit 0' TERM; echo up; while :; do sleep 1 & wait $!; done`

/** Percent of all processors that its label allows, and a limit that spares the machine of the tests. */
const HOG = { labels: { 'nexus.cpu-percent': '8' }, args: ['--cpus', '0.3'] }

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
    developsMs: 45_000,
    withinMs: 80_000,
    stage: (stage) =>
      stage.run('app', {
        script: `line="error: cannot reach metrics, trying again at once without any pause at all"
          i=0; while [ $i -lt 8 ]; do line="$line
$line"; i=$((i+1)); done
          while :; do echo "$line"; sleep 0.05; done`,
        labels: { 'nexus.log-pattern': 'error', 'nexus.log-rate': '50/1' },
      }),
    expect: {
      detected: ['log-pattern'],
      causes: ['log-flood'],
      right: [{ kind: 'shrink-log', on: 'app' }],
      tap: { kind: 'shrink-log', on: 'app' },
      outcome: 'fixed',
    },
  },
  {
    name: 'memory leak',
    fault: 'grows to 28 of the 32 MB that it may take; after a restart it does so slowly',
    about: 'app',
    developsMs: 35_000,
    withinMs: 120_000,
    stage: (stage) =>
      stage.run('app', {
        script: `pause=1; [ -f /again ] && pause=30; echo > /again
          i=0; while [ $i -lt 28 ]; do busybox dd if=/dev/zero of=/dev/shm/$i bs=1M count=1 2>/dev/null; i=$((i+1)); sleep $pause; done
          while :; do sleep 1; done`,
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
    name: 'processor hog, once',
    fault: 'turns in a circle and takes more than its label allows; after a restart it rests',
    about: 'app',
    developsMs: 5_000,
    withinMs: 150_000,
    stage: (stage) =>
      stage.run('app', {
        script: '[ -f /again ] && while :; do sleep 1; done; echo > /again; echo "job 1"; while :; do :; done',
        ...HOG,
      }),
    expect: {
      detected: ['container-cpu'],
      causes: ['cpu-hog'],
      right: [{ kind: 'restart', on: 'app' }],
      tap: { kind: 'restart', on: 'app' },
      outcome: 'fixed',
    },
  },
  {
    name: 'processor hog, again',
    fault: 'turns in a circle, also after a restart',
    about: 'app',
    developsMs: 5_000,
    withinMs: 150_000,
    stage: (stage) => stage.run('app', { script: 'echo "job 1"; while :; do :; done', ...HOG }),
    expect: {
      detected: ['container-cpu'],
      causes: ['cpu-hog'],
      right: ['none', { kind: 'restart', on: 'app' }, { kind: 'stop', on: 'app' }],
      tap: { kind: 'restart', on: 'app' },
      outcome: 'not-fixed',
    },
  },
  {
    name: 'disk nearly full',
    fault: 'a disk of the machine is filled to more than nine tenths',
    alone: true,
    about: 'machine',
    developsMs: 5_000,
    withinMs: 130_000,
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

import type { Scenario } from '../scenario.ts'

/** What a container cannot reach. */

const NET = 'while :; do sleep 1; done'
const CHECKED = ['--health-interval=1s', '--health-retries=2', '--health-timeout=2s'] as const

export const NETWORK: readonly Scenario[] = [
  {
    name: 'refused database',
    fault: 'nothing listens where its database should be, and it ends',
    quick: true,
    about: 'app',
    developsMs: 4_000,
    stage: (stage) =>
      stage.run('app', {
        script: 'echo "connecting to db 127.0.0.1:5432"; busybox wget -q -O- http://127.0.0.1:5432/ || exit 1',
      }),
    expect: {
      detected: ['container-died', 'container-down'],
      causes: ['connection-refused'],
      right: ['none'],
      tap: { kind: 'start', on: 'app' },
      outcome: 'not-fixed',
    },
  },
  {
    name: 'dead dependency, three symptoms',
    fault: 'the database crashes; three services that need it become unhealthy',
    quick: true,
    about: 'db',
    developsMs: 15_000,
    stage: async (stage) => {
      await stage.run('net', { script: NET })
      await stage.run('db', {
        networkOf: 'net',
        // The first time it crashes after eight seconds; started again it works.
        script: `busybox nc -ll -p 5432 -e /bin/busybox true &
          [ -f /crashed ] && wait
          sleep 8; echo > /crashed; echo "server process was terminated by signal 11: Segmentation fault"; exit 139`,
      })
      for (const short of ['api', 'jobs', 'mail'])
        await stage.run(short, {
          networkOf: 'net',
          labels: { 'nexus.depends-on': stage.fullName('db') },
          args: ['--health-cmd=busybox nc -w 1 127.0.0.1 5432 < /dev/null', ...CHECKED],
        })
      await stage.pause(6_000)
    },
    expect: {
      detected: ['container-died', 'container-down'],
      causes: ['segfault', 'dependency-down'],
      right: [{ kind: 'start', on: 'db' }],
      tap: { kind: 'start', on: 'db' },
      outcome: 'fixed',
      together: ['db', 'api', 'jobs', 'mail'],
      asked: { about: 'api', causes: ['dependency-down'], right: [{ kind: 'start', on: 'db' }] },
      maxMessages: 1,
    },
  },
  {
    name: 'name not resolved',
    fault: 'cannot look up the name of its service, and ends',
    about: 'app',
    developsMs: 4_000,
    stage: (stage) =>
      stage.run('app', { script: 'echo "fetching feed"; busybox wget -q -O- http://feed.internal/ || exit 1' }),
    expect: {
      detected: ['container-died', 'container-down'],
      causes: ['dns-failure'],
      right: ['none'],
      tap: { kind: 'start', on: 'app' },
      outcome: 'not-fixed',
    },
  },
  {
    name: 'upstream too slow',
    fault: 'the service that it asks accepts the call and never answers',
    about: 'app',
    developsMs: 12_000,
    stage: async (stage) => {
      await stage.run('slow', { script: 'while :; do busybox nc -l -p 7000 -e /bin/busybox sleep 30; done' })
      await stage.pause(500)
      await stage.run('app', {
        networkOf: 'slow',
        script: `echo "asking http://127.0.0.1:7000/"
          busybox timeout 2 busybox nc 127.0.0.1 7000 < /dev/null
          echo "error: request to http://127.0.0.1:7000/ timed out after 2000 ms"; exit 1`,
      })
    },
    expect: {
      detected: ['container-died', 'container-down'],
      causes: ['upstream-timeout'],
      right: ['none'],
      tap: { kind: 'start', on: 'app' },
      outcome: 'not-fixed',
    },
  },
  {
    name: 'flapping network',
    fault: 'what it needs is reachable for three seconds and away for three',
    about: 'app',
    developsMs: 30_000,
    stage: async (stage) => {
      await stage.run('link', {
        script: 'while :; do busybox timeout 3 busybox nc -ll -p 7001 -e /bin/busybox true; sleep 3; done',
        unmanaged: true,
      })
      await stage.run('app', {
        networkOf: 'link',
        script: 'while :; do busybox nc -w 1 127.0.0.1 7001 < /dev/null || exit 1; sleep 1; done',
        args: ['--restart', 'always'],
      })
    },
    expect: {
      detected: ['container-died', 'container-loop', 'container-down', 'container-restarts'],
      causes: ['connection-refused', 'dependency-down'],
      right: ['none'],
      tap: { kind: 'restart', on: 'app' },
      outcome: 'not-fixed',
      maxMessages: 3,
    },
  },
]

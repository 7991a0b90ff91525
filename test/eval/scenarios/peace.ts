import type { Scenario } from '../scenario.ts'

/** What looks like trouble and is none: nobody may be woken. */

export const PEACE: readonly Scenario[] = [
  {
    name: 'slow start',
    fault: 'none: it needs half a minute until its check answers, and says so by its start period',
    about: 'app',
    developsMs: 20_000,
    stage: (stage) =>
      stage.run('app', {
        script: 'echo "warming the cache"; sleep 40; echo > /healthy; while :; do sleep 1; done',
        args: [
          '--health-cmd=busybox test -f /healthy',
          '--health-interval=2s',
          '--health-retries=2',
          '--health-start-period=60s',
        ],
      }),
    expect: { detected: null, causes: ['slow-start'], right: ['none'], tap: null, outcome: null },
  },
  {
    name: 'clean exit',
    fault: 'none: a task that has done its work',
    quick: true,
    about: 'job',
    developsMs: 8_000,
    stage: (stage) => stage.run('job', { script: 'echo "backup done: 3 files"; exit 0' }),
    expect: { detected: null, causes: ['clean-exit'], right: ['none'], tap: null, outcome: null },
  },
  {
    name: 'stopped by hand',
    fault: 'none: somebody stops it in the shell',
    quick: true,
    about: 'app',
    developsMs: 8_000,
    stage: async (stage) => {
      await stage.run('app')
      await stage.pause(1_000)
      await stage.docker('stop', '--timeout', '5', stage.fullName('app'))
    },
    expect: {
      detected: null,
      causes: ['stopped-by-hand'],
      right: ['none', { kind: 'start', on: 'app' }],
      tap: { kind: 'start', on: 'app' },
      outcome: 'fixed',
    },
  },
  {
    name: 'killed by hand',
    fault: 'none: somebody kills one that does not listen (137 without a lack of memory)',
    about: 'app',
    developsMs: 8_000,
    stage: async (stage) => {
      await stage.run('app', { script: 'trap "" TERM; echo up; while :; do sleep 1; done' })
      await stage.pause(1_000)
      await stage.docker('kill', stage.fullName('app'))
    },
    expect: {
      detected: null,
      causes: ['stopped-by-hand'],
      right: ['none', { kind: 'start', on: 'app' }],
      tap: null,
      outcome: null,
    },
  },
  {
    name: 'deployed anew',
    fault: 'none: it is removed and made again with another version',
    about: 'app',
    developsMs: 8_000,
    stage: async (stage) => {
      await stage.run('app')
      await stage.pause(1_000)
      await stage.docker('rm', '--force', stage.fullName('app'))
      await stage.run('app')
    },
    expect: { detected: null, causes: [], right: ['none'], tap: null, outcome: null },
  },
]

import { ok } from '../../../../ops/snapshot/reading.ts'
import { again, ago, check, ended, event, type Row } from '../sample-facts.ts'

/** How it ended, and how its checks are. */

export const STATES: readonly Row[] = [
  [
    'the kernel ended it at its limit',
    'oom-kill',
    'start app',
    {
      container: { ...ended(137), oomKilled: true },
      details: { memoryLimitBytes: 256_000_000 },
      target: { events: [event('oom', 31), event('die', 30, { exitCode: 137 })] },
    },
  ],
  [
    'it runs into its limit after every restart',
    'oom-kill',
    '',
    {
      container: { ...ended(137, 40), state: 'restarting', restarts: 5, oomKilled: true },
    },
  ],
  [
    'a heap of its own is full',
    'oom-kill',
    'start app',
    {
      container: ended(134, 900),
      log: [
        'Mark-Compact 2041.2 (2083.1)',
        'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory',
      ],
    },
  ],
  ['a segmentation fault', 'segfault', 'start app', { container: ended(139, 4_000) }],
  [
    'its check does not come back',
    'unhealthy-check',
    'restart app',
    {
      container: { health: 'unhealthy' },
      details: { check: check([[-1, 'Health check exceeded timeout (5s)']]) },
    },
  ],
  [
    'its check says no',
    'unhealthy-check',
    'restart app',
    {
      container: { health: 'unhealthy' },
      details: { check: check([[22, 'curl: (22) The requested URL returned error: 500']]) },
    },
  ],
  [
    'its check asks itself in vain',
    'unhealthy-check',
    'restart app',
    {
      container: { health: 'unhealthy' },
      details: { check: check([[1, 'wget: can’t connect to remote host (127.0.0.1): Connection refused']]) },
    },
  ],
  [
    'its check cannot run',
    'unhealthy-check',
    '',
    {
      container: { health: 'unhealthy' },
      details: { check: check([[127, '/bin/sh: curl: not found']]) },
    },
  ],
  [
    'its check fails time and again',
    'unhealthy-check',
    'restart app',
    {
      container: { health: 'healthy' },
      details: {
        check: check([
          [1, ''],
          [0, ''],
          [1, ''],
          [0, ''],
        ]),
      },
      findings: [{ rule: 'container-unhealthy' }],
    },
  ],
  [
    'it is still starting',
    'slow-start',
    '',
    {
      container: { health: 'starting', startedAt: ago(20) },
      details: { check: check([[1, 'not yet']], { startPeriodMs: 120_000 }) },
    },
  ],
  ['its work is done', 'clean-exit', '', { container: ended(0, 80), log: ['backup written: 12 files'] }],
  [
    'somebody stopped it',
    'stopped-by-hand',
    'start app',
    {
      container: ended(0, 5_000),
      target: { events: [event('kill', 31, { signal: 15 }), event('die', 30, { exitCode: 0 }), event('stop', 30)] },
    },
  ],
  [
    'somebody killed it',
    'stopped-by-hand',
    'start app',
    {
      container: ended(137, 5_000),
      target: { events: [event('kill', 30, { signal: 9 })] },
    },
  ],
  [
    'it was stopped by a signal of its own',
    'stopped-by-hand',
    'start app',
    {
      container: { ...ended(131, 5_000), stopSignal: 'SIGQUIT' },
      target: { events: [event('kill', 30, { signal: 3 }), event('die', 30, { exitCode: 131 })] },
    },
  ],
  [
    'it was stopped, and fails at its end',
    'stopped-by-hand',
    'start app',
    {
      container: ended(1, 5_000),
      target: { events: [event('kill', 31, { signal: 15 }), event('die', 30, { exitCode: 1 }), event('stop', 30)] },
    },
  ],
  [
    'it was asked to end, and nobody remembers by whom',
    'stopped-by-hand',
    'start app',
    { container: ended(143, 5_000) },
  ],
  [
    'Docker would have brought it back',
    'stopped-by-hand',
    'start app',
    {
      container: ended(0, 5_000),
      details: { restartPolicy: 'unless-stopped' },
    },
  ],
  [
    'the machine was restarted',
    'stopped-by-hand',
    'start app',
    {
      container: ended(255, 80_000, 620),
      snapshot: { uptime: ok({ machineSeconds: 600, botSeconds: 590 }) },
    },
  ],
  [
    'somebody keeps restarting it',
    'restart-storm',
    '',
    {
      container: { startedAt: ago(20) },
      target: { events: [300, 200, 100, 20].map((seconds) => event('restart', seconds)) },
    },
  ],
  [
    'it ends in peace and is started each time',
    'restart-storm',
    '',
    {
      container: { ...ended(0, 0, 3), state: 'restarting', restarts: 9 },
      details: { restartPolicy: 'always' },
    },
  ],
  [
    'it crashes again and again',
    'crash-loop',
    '',
    {
      container: { ...ended(1, 1, 3), state: 'restarting', restarts: 7 },
      log: ['worker up', 'panic: index out of range'],
      target: { events: [event('die', 40, { exitCode: 1 }), event('die', 3, { exitCode: 1 })] },
    },
  ],
  [
    'between two crashes it looks well',
    'crash-loop',
    '',
    {
      container: { startedAt: ago(5), restarts: 4 },
      target: { events: [event('die', 18, { exitCode: 1 }), event('die', 6, { exitCode: 1 })] },
    },
  ],
  [
    'it does not get beyond its start',
    'crash-at-start',
    '',
    {
      container: ended(1),
      log: ['loading /etc/app.yml', 'fatal: cannot parse config: line 3'],
    },
  ],
  [
    'it worked for hours and ended by itself',
    'unknown',
    'start app',
    {
      container: ended(1, 9_000),
      log: ['serving', 'bye'],
    },
  ],
  [
    'it crashed on a signal that means nothing to Docker',
    'unknown',
    'start app',
    {
      container: ended(42, 5_000),
      log: ['serving', 'fatal: told to crash'],
      target: { events: [event('kill', 31, { signal: 10 }), event('die', 30, { exitCode: 42 })] },
    },
  ],
  [
    'it runs again after a crash that explains itself',
    'read-only',
    '',
    {
      container: again(),
      log: ['up'],
      target: {
        events: [event('start', 900), event('die', 61, { exitCode: 1 }), event('start', 60)],
        before: { lines: ['cannot open /conf/x: Read-only file system'], cut: false },
      },
    },
  ],
  [
    'it runs again after somebody restarted it',
    'stopped-by-hand',
    '',
    {
      container: again(),
      target: {
        events: [event('kill', 62, { signal: 15 }), event('die', 61, { exitCode: 0 }), event('stop', 61)],
      },
    },
  ],
  [
    'it runs again after it ran out of memory',
    'oom-kill',
    '',
    {
      container: again(),
      target: { events: [event('start', 900), event('oom', 61), event('die', 61, { exitCode: 137 })] },
    },
  ],
  ['nothing is wrong with it', 'unknown', '', { log: ['listening on :80'] }],
]

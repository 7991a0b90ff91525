import { ok } from '../../../../ops/snapshot/reading.ts'
import { BOT, diskAt, GB } from '../../sample-snapshot.ts'
import { ago, check, container, ended, type Row } from '../sample-facts.ts'

/** What it cannot reach, and what it or the machine has too much of. */

const disks = (...all: ReturnType<typeof diskAt>[]) => ({ disks: ok({ disks: all, silent: [] }) })
const busy = (load: number) => ({
  cpu: ok({ percent: 99, cores: 4, load: [load, load, load] as [number, number, number] }),
})
const minutes = (bytes: readonly number[]) =>
  bytes.map((memoryBytes, index) => ({ at: ago((bytes.length - index) * 60), cpuPercent: 5, memoryBytes, restarts: 0 }))

export const SURROUNDINGS: readonly Row[] = [
  [
    'the disk of the machine is full',
    'disk-full',
    'prune-images, prune-build-cache, clear-outputs',
    {
      container: ended(1, 5_000),
      log: ['PANIC: could not write to file "pg_wal/xlogtemp.31": No space left on device'],
      snapshot: disks(diskAt(100)),
    },
  ],
  [
    'a volume of its own is full',
    'disk-full',
    '',
    {
      container: { health: 'unhealthy' },
      details: { check: check([[1, 'write failed']]) },
      log: ['OSError: [Errno 28] No space left on device: "/cache/x"'],
    },
  ],
  [
    'the machine’s disk is nearly full',
    'disk-full',
    'prune-images, prune-build-cache, clear-outputs',
    {
      subject: 'machine',
      findings: [{ rule: 'disk', subject: '/', words: 'Disk {} is 93 % full' }],
      snapshot: disks(diskAt(93)),
    },
  ],
  [
    'the disk has room but no inodes',
    'inodes-full',
    '',
    {
      container: ended(1, 5_000),
      log: ['touch: /var/cache/a: No space left on device'],
      snapshot: disks({ ...diskAt(50), inodesPercent: 100 }),
    },
  ],
  [
    'the machine’s inodes are at their end',
    'inodes-full',
    '',
    {
      subject: 'machine',
      findings: [{ rule: 'inodes', subject: '/', words: 'Disk {} has used 97 % of the files it can hold' }],
      snapshot: disks({ ...diskAt(50), inodesPercent: 97 }),
    },
  ],
  [
    'nothing listens where it asks',
    'connection-refused',
    '',
    {
      container: ended(1),
      log: ['Error: connect ECONNREFUSED 10.0.0.9:5432'],
    },
  ],
  [
    'the database is up but refuses',
    'connection-refused',
    '',
    {
      container: ended(1),
      log: [
        'could not connect to server: Connection refused. Is the server running on host "db" and accepting TCP/IP connections on port 5432?',
      ],
      siblings: [container('db')],
    },
  ],
  [
    'the database is down',
    'dependency-down',
    'start db',
    {
      container: ended(1),
      log: ['connection to server at "db" (172.18.0.2), port 5432 failed: Connection refused'],
      siblings: [container('db', { ...ended(137), labels: { 'nexus.managed': 'true' } })],
    },
  ],
  [
    'what it needs cannot be found by name, since it is down',
    'dependency-down',
    'start shop-cache-1',
    {
      container: { ...ended(1), state: 'restarting', restarts: 4 },
      log: ['Error: getaddrinfo ENOTFOUND cache'],
      siblings: [container('shop-cache-1', { ...ended(1), hosts: ['cache'], labels: { 'nexus.managed': 'true' } })],
    },
  ],
  [
    'only its labels say what it needs',
    'dependency-down',
    'restart db',
    {
      container: { health: 'unhealthy', labels: { 'com.docker.compose.depends_on': 'db:service_healthy:false' } },
      details: { check: check([[1, 'status 500']]) },
      siblings: [container('db', { health: 'unhealthy' })],
    },
  ],
  [
    'others need it, and nobody knows why it ended',
    'dependency-down',
    'start app',
    {
      container: ended(42, 5_000),
      siblings: [
        container('api', { health: 'unhealthy', labels: { 'nexus.depends-on': 'app' } }),
        container('jobs', { ...ended(1), labels: { 'nexus.depends-on': 'app' } }),
      ],
    },
  ],
  [
    'a name cannot be resolved',
    'dns-failure',
    '',
    {
      container: ended(1),
      log: ["wget: bad address 'feeds.example.org'"],
    },
  ],
  [
    'the name server is away',
    'dns-failure',
    '',
    {
      container: { ...ended(1), state: 'restarting', restarts: 3 },
      log: [
        'requests.exceptions.ConnectionError: Failed to resolve api.example.org ([Errno -3] Temporary failure in name resolution)',
      ],
    },
  ],
  [
    'the other side is too slow',
    'upstream-timeout',
    '',
    {
      container: { health: 'unhealthy' },
      details: { check: check([[1, 'HTTP/1.1 504 Gateway Timeout']]) },
      log: [
        'GET http://backend:8000/items: net/http: request canceled (Client.Timeout exceeded): context deadline exceeded',
      ],
    },
  ],
  [
    'its memory grows towards the limit',
    'memory-leak',
    'restart app',
    {
      target: {
        usage: { cpuPercent: 3, memoryBytes: 450_000_000, memoryLimitBytes: 512_000_000 },
        past: minutes([100, 150, 210, 260, 310, 350, 400, 450].map((mb) => mb * 1_000_000)),
      },
    },
  ],
  [
    'its memory is near the limit, as the rules see it',
    'memory-leak',
    'restart app',
    {
      target: { usage: { cpuPercent: 3, memoryBytes: 29_000_000, memoryLimitBytes: 32_000_000 } },
      findings: [{ rule: 'container-memory', words: 'Container {} uses 91 % of its memory' }],
    },
  ],
  [
    'it takes a whole processor',
    'cpu-hog',
    'restart app',
    {
      target: { usage: { cpuPercent: 100, memoryBytes: 9_000_000, memoryLimitBytes: null } },
      findings: [{ rule: 'container-cpu', words: 'Container {} takes 100 % of a core' }],
    },
  ],
  [
    'it is expendable, and the machine has no time left',
    'cpu-hog',
    'restart app, stop app',
    {
      container: { labels: { 'nexus.managed': 'true', 'nexus.expendable': 'true' } },
      target: { usage: { cpuPercent: 180, memoryBytes: 9_000_000, memoryLimitBytes: null } },
      snapshot: busy(5),
    },
  ],
  [
    'it floods its log',
    'log-flood',
    'shrink-log app',
    {
      log: ['debug: tick', 'debug: tick', 'debug: tick'],
      target: { logBytesPerSecond: 400_000 },
    },
  ],
  ['Docker does not answer', 'docker-silent', '', { dockerSilent: 'Docker did not answer within 8 s.' }],
  [
    'the rules saw Docker silent',
    'docker-silent',
    '',
    {
      subject: 'machine',
      findings: [{ rule: 'no-answer', subject: 'Docker', words: '{} cannot be read' }],
    },
  ],
  [
    'memory and swap are at their end',
    'machine-pressure',
    '',
    {
      subject: 'machine',
      findings: [{ rule: 'memory', subject: '', words: 'Memory is 95 % used' }],
      snapshot: {
        memory: ok({ totalBytes: 4 * GB, availableBytes: 0.2 * GB, swapTotalBytes: 2 * GB, swapFreeBytes: 0.1 * GB }),
      },
    },
  ],
  ['the processors have more to do than they can', 'machine-pressure', '', { subject: 'machine', snapshot: busy(9) }],
  [
    'the processor is hot',
    'machine-pressure',
    '',
    {
      subject: 'machine',
      findings: [{ rule: 'temperature', subject: '', words: 'The processor is at 82 °C' }],
      snapshot: { temperature: ok(82) },
    },
  ],
  [
    'a service refuses the key',
    'provider-failing',
    '',
    {
      subject: 'bot',
      findings: [{ rule: 'generation-failing', subject: '', words: 'Two carousels in a row failed' }],
      providers: [{ provider: 'groq', calls: 6, failed: 6, lastCode: 'unauthorized' }],
    },
  ],
  [
    'the budget of the day is spent',
    'budget-spent',
    '',
    {
      subject: 'bot',
      findings: [{ rule: 'spend-day', subject: '', words: 'Today 100 % of the budget is spent' }],
      snapshot: { bot: ok({ ...BOT, spend: { todayUsd: 5, monthUsd: 20, dailyCapUsd: 5, monthlyCapUsd: 60 } }) },
    },
  ],
]

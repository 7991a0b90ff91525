import { ago, container, ended, type Row } from '../sample-facts.ts'

/** What a person has set wrongly. */

const COMPOSED = (project: string, more: Record<string, string> = {}) => ({
  'com.docker.compose.project': project,
  'com.docker.compose.service': 'web',
  ...more,
})
const engineSays = (engineError: string) => ({ engineError })

export const SETTINGS: readonly Row[] = [
  [
    'Docker cannot find its program',
    'command-not-found',
    '',
    {
      container: { state: 'created', exitCode: 127, startedAt: null },
      details: engineSays(
        'failed to create shim task: OCI runtime create failed: exec: "gunicorn": executable file not found in $PATH: unknown',
      ),
    },
  ],
  [
    'its shell cannot find its program',
    'command-not-found',
    '',
    {
      container: ended(127),
      log: ['/entrypoint.sh: line 4: pg_isready: not found'],
    },
  ],
  [
    'the image is for another processor',
    'command-not-found',
    '',
    {
      container: ended(255, 0),
      log: ['exec /usr/local/bin/app: exec format error'],
    },
  ],
  [
    'its script is not executable',
    'permission-denied',
    '',
    {
      container: { state: 'created', exitCode: 126, startedAt: null },
      details: engineSays(
        'OCI runtime create failed: unable to start container process: exec: "/app.sh": permission denied: unknown',
      ),
    },
  ],
  [
    'its folder belongs to another user',
    'permission-denied',
    '',
    {
      container: ended(1),
      details: { user: '1000', mounts: [{ type: 'bind', source: '/srv/data', destination: '/data', readOnly: false }] },
      log: ['mkdir: cannot create directory ‘/data/cache’: Permission denied'],
    },
  ],
  [
    'a setting is not there',
    'missing-env',
    '',
    {
      container: ended(1),
      log: ['[boot] reading configuration', 'Error: DATABASE_URL is not set. Refusing to start.'],
    },
  ],
  [
    'a setting that a script asks for',
    'missing-env',
    '',
    {
      container: ended(2),
      log: ['/bin/sh: API_TOKEN: parameter not set'],
    },
  ],
  [
    'a setting that Python asks for',
    'missing-env',
    '',
    {
      container: ended(1),
      log: [
        'Traceback (most recent call last):',
        '  File "/app/main.py", line 3, in <module>',
        "KeyError: 'SMTP_HOST'",
      ],
    },
  ],
  [
    'a setting that is named in a list',
    'missing-env',
    '',
    {
      container: { ...ended(1), state: 'restarting', restarts: 6 },
      log: ['fatal: missing required environment variables: S3_BUCKET, S3_KEY'],
    },
  ],
  [
    'Docker cannot give it its port',
    'port-conflict',
    '',
    {
      container: { state: 'created', exitCode: 128, startedAt: null },
      details: {
        ...engineSays(
          'driver failed programming external connectivity on endpoint app: Bind for 0.0.0.0:8080 failed: port is already allocated',
        ),
        wantedPorts: [8080],
      },
      siblings: [container('old-proxy', { publishedPorts: [8080] })],
    },
  ],
  [
    'its own program cannot have its port',
    'port-conflict',
    '',
    {
      container: ended(1),
      log: ['Error: listen EADDRINUSE: address already in use 0.0.0.0:3000'],
    },
  ],
  [
    'it writes into a read-only mount',
    'read-only',
    '',
    {
      container: ended(1),
      details: { mounts: [{ type: 'bind', source: '/srv/conf', destination: '/conf', readOnly: true }] },
      log: ['cannot write /conf/state.json: Read-only file system'],
    },
  ],
  [
    'Docker does not find its image',
    'image-missing',
    '',
    {
      container: { state: 'created', startedAt: null },
      details: engineSays('No such image: shop/api:2.1'),
    },
  ],
  [
    'its image was removed while it was down',
    'image-missing',
    '',
    {
      container: ended(3),
      target: { hasImage: false },
    },
  ],
  [
    'what it mounts is gone',
    'mount-missing',
    '',
    {
      container: { ...ended(0), exitCode: 128 },
      details: engineSays('invalid mount config for type "bind": bind source path does not exist: /mnt/ssd/photos'),
    },
  ],
  [
    'it was stopped, and what it mounts is gone since then',
    'mount-missing',
    '',
    {
      container: ended(143, 500),
      details: { mounts: [{ type: 'bind', source: '/mnt/ssd/photos', destination: '/photos', readOnly: false }] },
      target: { goneMounts: [0] },
    },
  ],
  [
    'a folder is mounted where a file is wanted',
    'mount-missing',
    '',
    {
      container: { state: 'created', exitCode: 127, startedAt: null },
      details: engineSays(
        'OCI runtime create failed: error mounting "/srv/app.yml" to rootfs at "/etc/app.yml": not a directory: Are you trying to mount a directory onto a file (or vice-versa)?',
      ),
    },
  ],
  [
    'a left-over of a renamed project',
    'stale-project',
    'stop app',
    {
      container: {
        labels: {
          'nexus.managed': 'true',
          ...COMPOSED('shop-old', { 'com.docker.compose.project.working_dir': '/srv/shop' }),
        },
        createdAt: ago(90_000),
        image: 'shop/web:1',
      },
      siblings: [
        container('shop-web-1', {
          labels: COMPOSED('shop', { 'com.docker.compose.project.working_dir': '/srv/shop' }),
          createdAt: ago(600),
          image: 'shop/web:2',
        }),
      ],
    },
  ],
  [
    'the clock is in the past',
    'clock-wrong',
    '',
    {
      container: ended(1),
      log: [
        'tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 2020-01-01T00:00:12Z is before 2026-03-01T00:00:00Z',
        'error: certificate is not yet valid',
      ],
    },
  ],
]

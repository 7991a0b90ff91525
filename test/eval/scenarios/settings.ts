import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Scenario } from '../scenario.ts'

/** What a person has set wrongly: no button repairs it. */

const LISTEN = 'while :; do busybox nc -l -p 5000 -e /bin/busybox true; done'

export const SETTINGS: readonly Scenario[] = [
  {
    name: 'port conflict',
    fault: 'wants the port that a neighbour in the same network has',
    quick: true,
    about: 'web',
    developsMs: 4_000,
    stage: async (stage) => {
      await stage.run('old', { script: LISTEN })
      await stage.pause(700)
      await stage.run('web', {
        script: 'echo "listening on :5000"; busybox nc -l -p 5000 -e /bin/busybox true',
        networkOf: 'old',
      })
    },
    expect: {
      detected: ['container-died', 'container-down'],
      causes: ['port-conflict'],
      right: ['none'],
      tap: { kind: 'start', on: 'web' },
      outcome: 'not-fixed',
    },
  },
  {
    name: 'missing environment',
    fault: 'its script asks for a variable that nobody has set',
    quick: true,
    about: 'app',
    developsMs: 3_000,
    // biome-ignore lint/suspicious/noTemplateCurlyInString: for the shell
    stage: (stage) => stage.run('app', { script: 'echo starting; : "${DATABASE_URL:?}"; sleep 60' }),
    expect: {
      detected: ['container-died', 'container-down'],
      causes: ['missing-env'],
      right: ['none'],
      tap: { kind: 'start', on: 'app' },
      outcome: 'not-fixed',
    },
  },
  {
    name: 'no permission',
    fault: 'runs as nobody, and its data belongs to root',
    about: 'app',
    developsMs: 3_000,
    stage: (stage) =>
      stage.run('app', {
        script: 'echo 1 > /data/app.pid || exit 1; sleep 60',
        args: ['--user', '65534', '--tmpfs', '/data:size=1m,mode=0700'],
      }),
    expect: {
      detected: ['container-died', 'container-down'],
      causes: ['permission-denied'],
      right: ['none'],
      tap: { kind: 'start', on: 'app' },
      outcome: 'not-fixed',
    },
  },
  {
    name: 'read-only mount',
    fault: 'writes into a folder that is mounted read-only',
    about: 'app',
    developsMs: 3_000,
    stage: (stage) =>
      stage.run('app', {
        script: 'echo "migrating"; echo 1 > /data/app.db || exit 1; sleep 60',
        args: ['--mount', `type=bind,src=${stage.folder},dst=/data,readonly`],
      }),
    expect: {
      detected: ['container-died', 'container-down'],
      causes: ['read-only'],
      right: ['none'],
      tap: { kind: 'start', on: 'app' },
      outcome: 'not-fixed',
    },
  },
  {
    name: 'full volume',
    fault: 'fills its volume of 1 MB and ends when a write fails',
    about: 'db',
    developsMs: 3_000,
    stage: (stage) =>
      stage.run('db', {
        script: 'echo "checkpoint starting"; busybox dd if=/dev/zero of=/data/wal bs=64k count=40 || exit 1; sleep 60',
        args: ['--tmpfs', '/data:size=1m'],
      }),
    expect: {
      detected: ['container-died', 'container-down'],
      causes: ['disk-full'],
      right: ['none'],
      tap: { kind: 'start', on: 'db' },
      outcome: 'not-fixed',
    },
  },
  {
    name: 'broken mount',
    fault: 'the file that it mounts has become a folder, and it cannot start any more',
    about: 'app',
    developsMs: 5_000,
    withinMs: 80_000,
    stage: async (stage) => {
      const file = join(stage.folder, 'app.conf')
      writeFileSync(file, 'port = 80')
      await stage.run('app', { args: ['--mount', `type=bind,src=${file},dst=/etc/app.conf`] })
      await stage.pause(500)
      await stage.docker('stop', '--timeout', '2', stage.fullName('app'))
      rmSync(file)
      mkdirSync(file)
      await stage.docker('start', stage.fullName('app')).catch(() => 'that is the fault')
    },
    expect: {
      detected: ['container-down', 'container-died'],
      causes: ['mount-missing'],
      right: ['none'],
      tap: { kind: 'start', on: 'app' },
      outcome: 'not-fixed',
    },
  },
  {
    name: 'image removed',
    fault: 'crashed, and a clean-up removed its image meanwhile',
    about: 'app',
    developsMs: 4_000,
    stage: async (stage) => {
      const image = `${stage.fullName('image')}:1`
      await stage.docker('tag', 'nexus-test-app', image)
      await stage.docker(
        'commit',
        '--change',
        'LABEL build=2',
        await stage.docker('create', '--network', 'none', '--name', stage.fullName('seed'), image),
        image,
      )
      await stage.docker('rm', stage.fullName('seed'))
      await stage.docker(
        'run',
        '-d',
        '--network',
        'none',
        '--label',
        'nexus.managed=true',
        '--name',
        stage.fullName('app'),
        image,
        '/bin/sh',
        '-c',
        'echo up; sleep 1; exit 3',
      )
      await stage.pause(1_500)
      await stage.docker('rmi', '--force', image)
    },
    expect: {
      detected: ['container-died', 'container-down'],
      causes: ['image-missing'],
      right: ['none'],
      tap: null,
      outcome: null,
    },
  },
  {
    name: 'old compose project',
    fault: 'a left-over of the project under its former name fights with the new one for a port',
    about: 'old',
    developsMs: 15_000,
    stage: async (stage) => {
      const labels = (project: string) => ({
        'com.docker.compose.project': project,
        'com.docker.compose.service': 'web',
        'com.docker.compose.project.working_dir': '/srv/shop',
      })
      await stage.run('net', { script: 'while :; do sleep 1; done' })
      // Compose would not start it; the engine does, after a boot of the machine.
      await stage.run('old', {
        script: 'sleep 2; busybox nc -l -p 5000 -e /bin/busybox true',
        labels: labels('shop-old'),
        networkOf: 'net',
        args: ['--restart', 'always'],
      })
      await stage.run('new', { script: LISTEN, labels: labels('shop'), networkOf: 'net' })
      await stage.pause(500)
    },
    expect: {
      detected: ['container-died', 'container-loop', 'container-down'],
      causes: ['stale-project'],
      right: [{ kind: 'stop', on: 'old' }],
      tap: { kind: 'stop', on: 'old' },
      outcome: 'fixed',
    },
  },
]

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readLogsWish } from '../../ops/container-logs.ts'
import { findByName, findHindrance, type Guard, sortByTrouble } from '../../ops/containers.ts'
import { readDatabaseAddress } from '../../ops/guard.ts'
import { findOwnContainerId } from '../../ops/own-container.ts'
import { type Container, parseContainer } from '../../src/docker/container.ts'
import { describeContainer } from '../support/docker-server.ts'

const ID = 'c0ffee'.padEnd(64, '0')

function create(name: string, more: Partial<Container> = {}): Container {
  return { ...parseContainer(describeContainer(ID, name)), ...more }
}

describe('which container is meant', () => {
  const all = ['nexus-redis', 'nexus-n8n', 'redis'].map((name) => create(name))
  const names = (wish: string) => {
    const found = findByName(all, wish)
    if (found.kind === 'found') return found.container.name
    return found.kind === 'none' ? null : found.candidates.map(({ name }) => name)
  }

  it('a part of the name that only one has is enough, in any case', () => {
    expect(names('n8')).toBe('nexus-n8n')
    expect(names('  N8N ')).toBe('nexus-n8n')
  })

  it('a whole name means that one, also when it is a part of others', () => expect(names('redis')).toBe('redis'))
  it('several are candidates, and never the first of them', () =>
    expect(names('nexus')).toEqual(['nexus-redis', 'nexus-n8n']))
  it('nothing, an id and a pattern mean none', () => {
    for (const wish of ['', ' ', '/', '.*', '*', ID, ID.slice(0, 12), 'nexus redis']) expect(names(wish)).toBeNull()
  })
})

describe('what may be acted on', () => {
  const guard: Guard = { managedLabel: 'nexus.managed=true', ownId: null, database: null }
  const managed = { 'nexus.managed': 'true' }

  it('only one with the managed label, and with its value', () => {
    expect(findHindrance(create('a', { labels: managed }), guard)).toBeNull()
    expect(findHindrance(create('a', { labels: {} }), guard)).toBe('not-managed')
    expect(findHindrance(create('a', { labels: { 'nexus.managed': 'false' } }), guard)).toBe('not-managed')
    expect(findHindrance(create('a', { labels: { team: '' } }), { ...guard, managedLabel: 'team' })).toBeNull()
    expect(findHindrance(create('a', { labels: { l: 'a=b' } }), { ...guard, managedLabel: 'l=a=b' })).toBeNull()
  })

  it('never a protected one, however the protection is spelled', () => {
    for (const value of ['true', 'yes', '1', '', 'True'])
      expect(findHindrance(create('a', { labels: { ...managed, 'nexus.protected': value } }), guard)).toBe('protected')
    expect(findHindrance(create('a', { labels: { ...managed, 'nexus.protected': 'false' } }), guard)).toBeNull()
  })

  it('never the bot itself, known by its whole id or the first 12 digits', () => {
    const bot = create('bot', { labels: managed })
    expect(findHindrance(bot, { ...guard, ownId: ID })).toBe('itself')
    expect(findHindrance(bot, { ...guard, ownId: ID.slice(0, 12) })).toBe('itself')
    expect(findHindrance(bot, { ...guard, ownId: 'f'.repeat(64) })).toBeNull()
  })

  it.each<[string, Partial<Container>, { host: string; port: number }]>([
    ['by its name', { name: 'nexus-postgres' }, { host: 'nexus-postgres', port: 5432 }],
    ['by its alias', { hosts: ['172.18.0.2', 'db'] }, { host: 'db', port: 5432 }],
    ['by its address', { hosts: ['172.18.0.2'] }, { host: '172.18.0.2', port: 5432 }],
    [
      'by its compose service',
      { labels: { ...managed, 'com.docker.compose.service': 'db' } },
      { host: 'DB', port: 5432 },
    ],
    ['by its published port', { publishedPorts: [54320] }, { host: '127.0.0.1', port: 54320 }],
    ['behind the gateway of the bridge', { publishedPorts: [5432] }, { host: '172.17.0.1', port: 5432 }],
    ['behind an address of the home', { publishedPorts: [5432] }, { host: '192.168.1.20', port: 5432 }],
    ['behind all addresses', { publishedPorts: [5432] }, { host: '0.0.0.0', port: 5432 }],
    ['behind the name of the machine', { publishedPorts: [5432] }, { host: hostname(), port: 5432 }],
    [
      'behind Docker’s name of the machine',
      { publishedPorts: [5432] },
      { host: 'gateway.docker.internal', port: 5432 },
    ],
    ['behind IPv6', { publishedPorts: [5432] }, { host: '[fe80::1]', port: 5432 }],
    ['behind a socket of the machine', { publishedPorts: [5432] }, { host: '/var/run/postgresql', port: 5432 }],
    [
      'on the network of the host',
      { usesHostNetwork: true, image: 'pgvector/pgvector:pg17' },
      { host: 'localhost', port: 5432 },
    ],
  ])('never the bot’s own database: found %s', (_, more, database) => {
    const container = create('x', { labels: managed, ...more })
    expect(findHindrance(container, { ...guard, database })).toBe('its-database')
    expect(findHindrance(create('y', { labels: managed }), { ...guard, database })).toBeNull()
  })
})

it('a container with the port of a database that is elsewhere may be acted on', () => {
  const managed = { 'nexus.managed': 'true' }
  const container = create('shop-postgres', { labels: managed, publishedPorts: [5432] })
  for (const host of ['db.example.com', '203.0.113.7', '2001:db8::1', 'other-machine'])
    expect(
      findHindrance(container, { managedLabel: 'nexus.managed', ownId: null, database: { host, port: 5432 } }),
      host,
    ).toBeNull()
})

it.each([
  ['postgres://u:p@db/nexus', { host: 'db', port: 5432 }],
  ['postgres://u:p@db:6000/nexus', { host: 'db', port: 6000 }],
  ['postgres://u:p@ignored:6000/nexus?host=other&port=7000', { host: 'other', port: 7000 }],
  ['postgres://u:p@/nexus?host=%2Fvar%2Frun%2Fpostgresql', { host: '/var/run/postgresql', port: 5432 }],
  ['postgres:///nexus', { host: 'localhost', port: 5432 }],
])('the address of the own database is read as the driver reads it: %s', (url, address) =>
  expect(readDatabaseAddress(url)).toEqual(address),
)

it('those in trouble come first', () => {
  const all = [
    create('done', { state: 'exited', exitCode: 0 }),
    create('up'),
    create('paused', { state: 'paused' }),
    create('sick', { health: 'unhealthy' }),
    create('crashed', { state: 'exited', exitCode: 1 }),
  ]
  expect(sortByTrouble(all).map(({ name }) => name)).toEqual(['crashed', 'sick', 'paused', 'up', 'done'])
})

describe('the container that the bot runs in', () => {
  const read = async (files: { cgroup?: string; mounts?: string }, host = 'raspberry') => {
    const folder = mkdtempSync(join(tmpdir(), 'nexus-own-'))
    const paths = { cgroup: join(folder, 'cgroup'), mounts: join(folder, 'mounts') }
    for (const name of ['cgroup', 'mounts'] as const)
      if (files[name] !== undefined) writeFileSync(paths[name], files[name])
    try {
      return await findOwnContainerId(paths, host)
    } finally {
      rmSync(folder, { recursive: true })
    }
  }

  it('is found in cgroups of version 1, also under systemd', async () => {
    expect(await read({ cgroup: `5:memory:/docker/${ID}\n1:cpu:/docker/${ID}\n` })).toBe(ID)
    expect(await read({ cgroup: `4:memory:/system.slice/docker-${ID}.scope\n` })).toBe(ID)
  })

  it('is found by its mounts where cgroups say nothing', async () => {
    const mounts = `700 650 8:1 /var/lib/docker/containers/${ID}/hostname /etc/hostname rw - ext4 /dev/sda1 rw\n`
    expect(await read({ cgroup: '0::/\n', mounts })).toBe(ID)
  })

  it('is at least known by a host name as Docker gives it', async () => {
    expect(await read({ cgroup: '0::/\n' }, 'c0ffee000000')).toBe('c0ffee000000')
  })

  it('is none on a plain machine', async () => {
    expect(
      await read({ cgroup: '0::/user.slice/user-1000.slice\n', mounts: '22 27 0:21 / /proc rw - proc proc rw\n' }),
    ).toBeNull()
    expect(await read({})).toBeNull()
  })
})

it.each([
  ['', { kind: 'last', lines: 50 }],
  ['200', { kind: 'last', lines: 200 }],
  ['0', { kind: 'last', lines: 1 }],
  ['999999', { kind: 'last', lines: 2000 }],
  ['error', { kind: 'errors' }],
  ['ERRORS', { kind: 'errors' }],
  ['yesterday', null],
  ['-5', null],
  ['1e9', null],
])('/logs name %s', (text, wish) => expect(readLogsWish(text)).toEqual(wish))

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { forecastFullDays } from '../../ops/forecast.ts'
import { toSeen } from '../../ops/snapshot/containers.ts'
import { createDisksReader, parseMountInfo } from '../../ops/snapshot/disks.ts'
import { compareCounters, parseMemInfo, parseNetDev, parseStat } from '../../ops/snapshot/machine.ts'
import { createProbe, ok } from '../../ops/snapshot/reading.ts'
import { createTemperatureReader, pickCpuSensor } from '../../ops/snapshot/temperature.ts'
import { parseUnits, readFailedUnits } from '../../ops/snapshot/units.ts'
import { describeBytes, describeDays, describeSpan } from '../../ops/words.ts'
import { parseContainer } from '../../src/docker/container.ts'
import { describeContainer } from '../support/docker-server.ts'
import { diskAt, GB, NOW } from './sample-snapshot.ts'

const NEVER = new Promise<never>(() => undefined)

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nexus-probes-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

describe('a probe', () => {
  it('that hangs is cut off, and is asked once however often it is looked at', async () => {
    let asked = 0
    const probe = createProbe(5, () => {
      asked++
      return NEVER
    })
    for (const _ of [1, 2, 3]) expect(await probe()).toEqual({ kind: 'failed', why: 'no answer within 0.005 s' })
    expect(asked).toBe(1)
  })

  it('that fails says why, in one line, and is asked again the next time', async () => {
    const answers = [() => Promise.reject(new Error('EIO: bad disk\n    at read')), async () => ok(7)]
    const probe = createProbe(1_000, () => (answers.shift() ?? (() => NEVER))())
    expect(await probe()).toEqual({ kind: 'failed', why: 'EIO: bad disk' })
    expect(await probe()).toEqual({ kind: 'ok', value: 7 })
  })
})

describe('processor and network', () => {
  const counters = { atMs: 0, totalTicks: 1000, idleTicks: 400, interfaces: ['eth0'], received: 500, sent: 900 }

  it('are shares of what passed between two readings', () => {
    const later = { ...counters, atMs: 2000, totalTicks: 1200, idleTicks: 550, received: 2500, sent: 900 }
    expect(compareCounters(counters, later)).toEqual({
      cpuPercent: 25,
      network: { interfaces: ['eth0'], receivedPerSecond: 1000, sentPerSecond: 0 },
    })
  })

  it('stay sane when nothing passed, or an interface began anew', () => {
    const same = compareCounters(counters, { ...counters, received: 3 })
    expect(same).toMatchObject({ cpuPercent: 0, network: { receivedPerSecond: 0 } })
  })

  it('waiting for the disk is idle, and guests are not counted twice', () => {
    expect(parseStat('cpu  10 1 5 80 4 0 0 0 10 1\ncpu0 1 2 3 4\n')).toEqual({ totalTicks: 100, idleTicks: 84 })
    expect(() => parseStat('nonsense')).toThrow('/proc/stat')
  })

  it('count a byte once: bridges, tunnels and the loopback are left out', () => {
    const row = (name: string) => `${name}: 100 1 0 0 0 0 0 0 50 1 0 0 0 0 0 0`
    const text = [
      'Inter-|   Receive',
      ' face |bytes',
      ...['lo', 'eth0', 'wlan0', 'docker0', 'veth12', 'tailscale0', 'br-1', 'eth0.10', 'bond0'].map(row),
    ]
    expect(parseNetDev(text.join('\n'))).toEqual({ interfaces: ['eth0', 'wlan0'], received: 200, sent: 100 })
  })
})

describe('memory', () => {
  it('counts caches as free', () => {
    const text = 'MemTotal:  1000 kB\nMemFree: 10 kB\nMemAvailable:  600 kB\nSwapTotal: 0 kB\nSwapFree: 0 kB\n'
    expect(parseMemInfo(text)).toEqual({
      totalBytes: 1_024_000,
      availableBytes: 614_400,
      swapTotalBytes: 0,
      swapFreeBytes: 0,
    })
  })
})

describe('disks', () => {
  const line = (device: string, mount: string, type: string) =>
    `27 1 ${device} / ${mount} rw,relatime shared:1 - ${type} /dev/x rw`

  it('are the real ones, each once, by the mount nearest the root', () => {
    const text = [
      line('0:21', '/proc', 'proc'),
      line('8:2', '/var/lib/docker/x', 'ext4'),
      line('8:2', '/', 'ext4'),
      line('7:1', '/snap/core', 'squashfs'),
      line('0:30', '/mnt/nas', 'nfs4'),
      line('8:17', '/mnt/my\\040backup', 'ext4'),
      line('0:22', '/run', 'tmpfs'),
    ].join('\n')
    expect(parseMountInfo(text).map(({ mount }) => mount)).toEqual(['/', '/mnt/nas', '/mnt/my backup'])
  })

  it('count a pool once, however many parts of it are mounted', () => {
    const part = (device: string, mount: string, type: string, source: string) =>
      `27 1 ${device} / ${mount} rw - ${type} ${source} rw`
    const text = [
      part('0:31', '/home', 'btrfs', '/dev/sda2'),
      part('0:30', '/', 'btrfs', '/dev/sda2'),
      part('0:40', '/tank', 'zfs', 'tank'),
      part('0:41', '/tank/photos', 'zfs', 'tank/photos'),
    ].join('\n')
    expect(parseMountInfo(text).map(({ mount }) => mount)).toEqual(['/', '/tank'])
  })

  it('a mount that hangs is named, and the others are told all the same', async () => {
    const mountInfoFile = join(folder, 'mountinfo')
    await writeFile(mountInfoFile, [line('8:2', '/', 'ext4'), line('0:30', '/mnt/nas', 'nfs4')].join('\n'))
    let asked = 0
    const read = createDisksReader({
      mountInfoFile,
      limitMs: 5,
      measure: async ({ mount }) => {
        if (mount === '/') return diskAt(42)
        asked++
        return NEVER
      },
    })
    for (const _ of [1, 2]) expect(await read()).toEqual(ok({ disks: [diskAt(42)], silent: ['/mnt/nas'] }))
    expect(asked).toBe(1)
  })

  it('the overlay of a container and its volume on the same disk are one', async () => {
    const mountInfoFile = join(folder, 'mountinfo')
    await writeFile(mountInfoFile, [line('0:50', '/', 'overlay'), line('8:2', '/data', 'ext4')].join('\n'))
    const measure = async ({ mount, type }: { mount: string; type: string }) => ({ ...diskAt(42, mount), type })
    const reading = await createDisksReader({ mountInfoFile, measure })()
    expect(reading).toMatchObject({ kind: 'ok', value: { disks: [{ mount: '/' }] } })
  })

  it.skipIf(process.platform !== 'linux')('of this machine are read', async () => {
    const reading = await createDisksReader()()
    expect(reading).toMatchObject({ kind: 'ok' })
    for (const disk of reading.kind === 'ok' ? reading.value.disks : []) {
      expect(disk.totalBytes).toBeGreaterThan(0)
      expect(disk.usedBytes).toBeLessThanOrEqual(disk.totalBytes)
    }
  })
})

describe('days until full', () => {
  const hours = (count: number, used: (hour: number) => number) =>
    Array.from({ length: count }, (_, hour) => ({
      at: new Date(NOW.getTime() - (count - hour) * 3_600_000),
      usedBytes: used(hour),
    }))

  it('follow the straight line through what was', () => {
    expect(
      forecastFullDays(
        hours(72, (hour) => 50 * GB + (hour / 24) * GB),
        10 * GB,
      ),
    ).toBeCloseTo(10, 5)
  })

  it('see through a nightly peak', () => {
    const days = forecastFullDays(
      hours(168, (hour) => 50 * GB + (hour / 24) * GB + (hour % 24 === 2 ? GB : 0)),
      10 * GB,
    )
    expect(days).toBeGreaterThan(9)
    expect(days).toBeLessThan(11)
  })

  it('are not told of a disk that does not fill, of less than a day, or beyond a year', () => {
    expect(
      forecastFullDays(
        hours(72, () => 50 * GB),
        10 * GB,
      ),
    ).toBeNull()
    expect(
      forecastFullDays(
        hours(72, (hour) => 50 * GB - hour),
        10 * GB,
      ),
    ).toBeNull()
    expect(
      forecastFullDays(
        hours(20, (hour) => hour * GB),
        10 * GB,
      ),
    ).toBeNull()
    expect(
      forecastFullDays(
        hours(72, (hour) => hour),
        10 * GB,
      ),
    ).toBeNull()
    expect(forecastFullDays([], 10 * GB)).toBeNull()
  })
})

describe('temperature', () => {
  const sensor = async (path: string, file: string, content: string) => {
    await mkdir(join(folder, path), { recursive: true })
    await writeFile(join(folder, path, file), content)
  }

  it('is read from the sensor of the processor', async () => {
    await sensor('class/thermal/thermal_zone0', 'type', 'wifi\n')
    await sensor('class/thermal/thermal_zone0', 'temp', '71000\n')
    await sensor('class/thermal/thermal_zone1', 'type', 'cpu-thermal\n')
    await sensor('class/thermal/thermal_zone1', 'temp', '52300\n')
    await sensor('class/hwmon/hwmon0', 'name', 'nvme\n')
    await sensor('class/hwmon/hwmon0', 'temp1_input', '90000\n')
    expect(await createTemperatureReader({ sysDir: folder })(false)).toEqual(ok(52.3))
  })

  it('is the hottest there is where none is called so, and a broken sensor does not count', () => {
    expect(
      pickCpuSensor([
        { name: 'a', celsius: 40 },
        { name: 'b', celsius: 45 },
        { name: 'c', celsius: 6000 },
      ]),
    ).toBe(45)
    expect(
      pickCpuSensor([
        { name: 'cpu', celsius: Number.NaN },
        { name: 'cpu', celsius: 0 },
      ]),
    ).toBeNull()
  })

  it('is said to be missing without a sensor; the library is asked once, and never for a sample', async () => {
    let asked = 0
    const askLibrary = async () => {
      asked++
      return null
    }
    const read = createTemperatureReader({ sysDir: folder, askLibrary })
    expect(await read(false)).toMatchObject({ kind: 'absent' })
    expect(asked).toBe(0)
    for (const _ of [1, 2]) expect(await read(true)).toMatchObject({ kind: 'absent' })
    expect(asked).toBe(1)
  })

  it('comes from the library where only that knows it, then for samples too', async () => {
    const read = createTemperatureReader({ sysDir: folder, askLibrary: async () => 48 })
    expect(await read(true)).toEqual(ok(48))
    expect(await read(false)).toEqual(ok(48))
  })
})

function ended(more: Record<string, unknown>, state: Record<string, unknown>) {
  const times = { StartedAt: '2026-01-02T00:00:00Z', FinishedAt: '2026-01-02T01:00:00Z' }
  return parseContainer(
    describeContainer('a'.repeat(64), 'web', { ...more, State: { Status: 'exited', ...times, ...state } }),
  )
}

describe('containers and services', () => {
  it('one that ended without an error is done; one that was killed is not', () => {
    expect(toSeen(ended({}, { ExitCode: 0 }))).toMatchObject({ finished: true, health: 'none' })
    expect(toSeen(ended({}, { ExitCode: 137 }))).toMatchObject({ finished: false })
  })

  it('one that Docker would have brought back was stopped by somebody, unless it cannot be started', () => {
    const always = { HostConfig: { NetworkMode: 'bridge', RestartPolicy: { Name: 'unless-stopped' } } }
    expect(toSeen(ended(always, { ExitCode: 137 }))).toMatchObject({ finished: true })
    const broken = { ExitCode: 128, Error: 'port is already allocated' }
    expect(toSeen(ended(always, broken))).toMatchObject({ finished: false, failedToStart: true })
  })

  it('one that somebody was seen to stop is done, whatever its code', () => {
    expect(toSeen(ended({}, { ExitCode: 137 }), undefined, () => true)).toMatchObject({ finished: true })
  })

  it('one that was stopped and then cannot be started is not done: the engine forgets the error at the next start', () => {
    const broken = ended({}, { ExitCode: 127, Error: 'failed to create shim task: not a directory' })
    expect(toSeen(broken, undefined, () => true)).toMatchObject({ finished: false, failedToStart: true })
  })

  it('the names of failed services are taken from the list of systemd', () => {
    const text =
      'cron.service   loaded failed failed Regular jobs\nmy\\x2dbackup.service loaded failed failed Backup\n\n'
    expect(parseUnits(text)).toEqual(['cron.service', 'my\\x2dbackup.service'])
  })

  it('systemd is not asked where it does not run the machine', async () => {
    expect(await readFailedUnits(join(folder, 'none'))).toMatchObject({ kind: 'absent' })
  })
})

describe('figures', () => {
  it('are as long as a phone likes', () => {
    expect([0, 999, 1_000, 999_600, 1_500_000, 81e9, 4e12].map(describeBytes)).toEqual([
      '0 B',
      '999 B',
      '1 kB',
      '1.0 MB',
      '1.5 MB',
      '81 GB',
      '4.0 TB',
    ])
    expect([0, 59.9, 60, 3_600, 7_260, 90_000, 273_600].map(describeSpan)).toEqual([
      '0 s',
      '59 s',
      '1 min',
      '1 h',
      '2 h 1 min',
      '1 d 1 h',
      '3 d 4 h',
    ])
    expect([0.2, 1.1, 8.6].map(describeDays)).toEqual(['in less than a day', 'in about a day', 'in about 9 days'])
  })
})

import { describe, expect, it } from 'vitest'
import { parseContainer } from '../../../src/docker/container.ts'
import { parseDetails, parsePastEvents } from '../../../src/docker/details.ts'
import { describeContainer } from '../../support/docker-server.ts'

const ANSWER = {
  Path: '/app',
  Args: ['--port', '80'],
  Image: `sha256:${'a'.repeat(64)}`,
  Mounts: [{ Type: 'bind', Source: '/srv', Destination: '/data', RW: false }],
  State: {
    Error: 'boom',
    Health: { FailingStreak: 2, Log: [{ End: '2026-11-22T11:00:00Z', ExitCode: 1, Output: 'x'.repeat(9_000) }] },
  },
  Config: {
    Env: ['DB_PASSWORD=correct-horse', 'EMPTY=', 'ODD'],
    User: '1000',
    Healthcheck: { Test: ['CMD-SHELL', 'curl -f localhost'], Interval: 5e9, Timeout: 0, StartPeriod: 60e9, Retries: 0 },
  },
  HostConfig: {
    NetworkMode: 'host',
    ReadonlyRootfs: true,
    Memory: 64_000_000,
    RestartPolicy: { Name: 'always' },
    LogConfig: { Type: 'json-file', Config: { 'max-size': '10m' } },
    PortBindings: { '80/tcp': [{ HostPort: '8080' }], '81/tcp': null },
  },
  NetworkSettings: { Networks: { shop: {} } },
}

describe('what a diagnosis reads of a container', () => {
  it('is its settings, with the engine’s defaults for what is not set', () => {
    expect(parseDetails(ANSWER)).toMatchObject({
      engineError: 'boom',
      command: '/app --port 80',
      restartPolicy: 'always',
      check: {
        command: 'curl -f localhost',
        intervalMs: 5_000,
        timeoutMs: 30_000,
        startPeriodMs: 60_000,
        retries: 3,
        failingStreak: 2,
      },
      mounts: [{ type: 'bind', source: '/srv', destination: '/data', readOnly: true }],
      hasReadOnlyRoot: true,
      wantedPorts: [8080],
      networks: ['shop'],
      memoryLimitBytes: 64_000_000,
      log: { driver: 'json-file', maxSize: '10m' },
    })
  })

  it('holds names of the environment and never a value', () => {
    const details = parseDetails(ANSWER)
    expect(details.envNames).toEqual(['DB_PASSWORD', 'EMPTY', 'ODD'])
    expect(JSON.stringify(details)).not.toContain('correct-horse')
  })

  it.each([
    'OCI runtime exec failed: exec failed: cannot exec in a stopped container: unknown',
    'OCI runtime exec failed: exec failed: cannot exec in a stopped state: unknown',
    'container 8f2b is not running',
  ])('has no result of a check that found nothing to run in: %s', (Output) => {
    const Log = [
      { End: '', ExitCode: 1, Output: 'refused' },
      { End: '', ExitCode: -1, Output },
    ]
    const details = parseDetails({ ...ANSWER, State: { Error: '', Health: { FailingStreak: 2, Log } } })
    expect(details.check?.runs.map(({ output }) => output)).toEqual(['refused'])
  })

  it('keeps what a check says by itself, also of things that are not running', () => {
    const Log = [
      { End: '', ExitCode: 1, Output: 'container is not running' },
      { End: '', ExitCode: -1, Output: 'Health check exceeded timeout (5s)' },
    ]
    const details = parseDetails({ ...ANSWER, State: { Error: '', Health: { FailingStreak: 2, Log } } })
    expect(details.check?.runs).toHaveLength(2)
  })

  it('has no health where nothing runs, though the engine keeps the last word of the check', () => {
    const health = (Status: string) =>
      parseContainer(
        describeContainer('ab'.repeat(32), 'app', {
          State: {
            Status,
            OOMKilled: false,
            ExitCode: 42,
            Error: '',
            StartedAt: '',
            FinishedAt: '',
            Health: { Status: 'unhealthy' },
          },
        }),
      ).health
    expect([health('running'), health('paused'), health('exited'), health('restarting'), health('dead')]).toEqual([
      'unhealthy',
      'unhealthy',
      null,
      null,
      null,
    ])
  })

  it('is bounded where a check prints without an end', () => {
    expect(parseDetails(ANSWER).check?.runs[0]?.output).toHaveLength(2_000)
  })

  it('of an engine that leaves much out is empty, and what is no container is refused', () => {
    const bare = parseDetails({ State: {}, Config: {}, HostConfig: {}, Image: '../../etc' })
    expect(bare).toMatchObject({ engineError: '', check: null, envNames: [], mounts: [], imageId: null })
    expect(() => parseDetails('<html>')).toThrow()
  })

  it('knows what happened from the engine’s events, and leaves out what it cannot read', () => {
    const line = (Action: string, attributes: Record<string, string>) =>
      JSON.stringify({ Action, timeNano: 1_795_000_000_000_000_000, Actor: { Attributes: attributes } })
    const text = [line('kill', { signal: '15' }), line('die', { exitCode: '143' }), '{"Action":"sta', 'null', ''].join(
      '\n',
    )
    expect(parsePastEvents(text)).toEqual([
      { at: new Date(1_795_000_000_000), action: 'kill', exitCode: null, signal: 15 },
      { at: new Date(1_795_000_000_000), action: 'die', exitCode: 143, signal: null },
    ])
  })
})

import { describe, expect, test } from 'vitest'
import { createTelemetry } from '../../src/telemetry.ts'

const maker = { provider: 'groq', model: 'openai/gpt-oss-120b' } as const

async function scrape(telemetry: ReturnType<typeof createTelemetry>): Promise<string[]> {
  return (await telemetry.render()).body.split('\n')
}

describe('telemetry', () => {
  test('every promised metric is there from the first scrape, and counters begin at zero', async () => {
    const lines = await scrape(createTelemetry())
    const names = lines.filter((line) => line.startsWith('# TYPE')).map((line) => line.split(' ')[2])
    expect(names).toEqual(
      expect.arrayContaining([
        'nexus_carousel_generation_seconds',
        'nexus_carousel_generation_total',
        'nexus_provider_calls_total',
        'nexus_provider_call_seconds',
        'nexus_provider_cost_usd_total',
        'nexus_queue_depth',
        'nexus_updates_total',
        'nexus_outbox_pending',
        'nexus_tap_answer_seconds',
        'process_resident_memory_bytes',
        'nodejs_eventloop_lag_seconds',
      ]),
    )
    expect(lines).toContain('nexus_carousel_generation_total{status="failed"} 0')
    expect(lines).toContain('nexus_updates_total{outcome="refused"} 0')
  })

  test('generations are counted by their end, and only good ones are timed', async () => {
    const telemetry = createTelemetry()
    telemetry.recordGeneration('succeeded', 42)
    telemetry.recordGeneration('failed', 1)
    const lines = await scrape(telemetry)
    expect(lines).toContain('nexus_carousel_generation_total{status="succeeded"} 1')
    expect(lines).toContain('nexus_carousel_generation_total{status="failed"} 1')
    expect(lines).toContain('nexus_carousel_generation_seconds_bucket{le="30"} 0')
    expect(lines).toContain('nexus_carousel_generation_seconds_bucket{le="45"} 1')
    expect(lines).toContain('nexus_carousel_generation_seconds_bucket{le="300"} 1')
    expect(lines).toContain('nexus_carousel_generation_seconds_sum 42')
  })

  test('calls of providers are counted, timed and priced', async () => {
    const telemetry = createTelemetry()
    telemetry.recordProviderCall({ maker, status: 'ok', seconds: 0.9, costUsd: 0.25 })
    telemetry.recordProviderCall({ maker, status: 'rate_limited', seconds: 0.1, costUsd: 0 })
    const lines = await scrape(telemetry)
    const labels = 'provider="groq",model="openai/gpt-oss-120b"'
    expect(lines).toContain(`nexus_provider_calls_total{${labels},status="ok"} 1`)
    expect(lines).toContain(`nexus_provider_calls_total{${labels},status="rate_limited"} 1`)
    expect(lines).toContain('nexus_provider_call_seconds_count{provider="groq"} 2')
    expect(lines).toContain('nexus_provider_cost_usd_total{provider="groq"} 0.25')
  })

  test('updates and taps are counted', async () => {
    const telemetry = createTelemetry()
    telemetry.recordUpdate('stored', 5)
    telemetry.recordUpdate('done')
    telemetry.recordTapAnswer(0.15)
    const lines = await scrape(telemetry)
    expect(lines).toContain('nexus_updates_total{outcome="stored"} 5')
    expect(lines).toContain('nexus_updates_total{outcome="done"} 1')
    expect(lines).toContain('nexus_tap_answer_seconds_bucket{le="0.2"} 1')
  })

  test('the queue is asked at each scrape, and a state that has emptied disappears', async () => {
    let depth: Record<string, number> = { queued: 2, running: 1 }
    const telemetry = createTelemetry({ queueDepth: async () => depth, outboxPending: async () => 4 })
    expect(await scrape(telemetry)).toContain('nexus_queue_depth{state="queued"} 2')
    depth = { running: 1 }
    const lines = await scrape(telemetry)
    expect(lines).toContain('nexus_queue_depth{state="running"} 1')
    expect(lines).toContain('nexus_outbox_pending 4')
    expect(lines.filter((line) => line.includes('state="queued"'))).toEqual([])
  })

  test('a database that is down takes only its own figures with it', async () => {
    const down = () => Promise.reject(new Error('connection refused'))
    const lines = await scrape(createTelemetry({ queueDepth: down, outboxPending: down }))
    expect(lines.filter((line) => line.startsWith('nexus_queue_depth{'))).toEqual([])
    expect(lines.filter((line) => line.startsWith('nexus_outbox_pending'))).toEqual([])
    expect(lines).toContain('nexus_updates_total{outcome="done"} 0')
  })

  test('a database that hangs does not hang the scrape', async () => {
    const hang = () => new Promise<never>(() => undefined)
    const lines = await scrape(createTelemetry({ queueDepth: hang, outboxPending: async () => 1, deadlineMs: 20 }))
    expect(lines).toContain('nexus_outbox_pending 1')
  })

  test('two of them in one process share nothing', async () => {
    const [one, other] = [createTelemetry(), createTelemetry()]
    one.recordUpdate('done')
    expect(await scrape(other)).toContain('nexus_updates_total{outcome="done"} 0')
  })
})

import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { Action } from '../../handlers/actions.ts'
import { ActionKind, ActionRequest } from '../../ops/actions/definitions.ts'
import { parseContainerId } from '../../src/docker/container-id.ts'
import { createEngine } from '../../src/docker/engine.ts'

/** Whatever stands in the place of an id: no request goes out, and nothing ends the process. */

const GOOD = 'a'.repeat(64)
const SEEDS = [
  '',
  '.',
  '..',
  '/',
  '../../images/x',
  'b/kill?signal=KILL&x=',
  '%2e%2e',
  '%00',
  `${GOOD}/../kill`,
  `${GOOD}?force=1`,
  `${GOOD} `,
  ` ${GOOD}`,
  `${GOOD}\n`,
  GOOD.toUpperCase(),
  GOOD.slice(1),
  `${GOOD}a`,
  `${GOOD.slice(1)}é`,
  'ａ'.repeat(64),
  '\u202E'.repeat(64),
  '\u0000'.repeat(64),
]

/** 10,000 of them, none an id. */
function createBadIds(): unknown[] {
  const odd: unknown[] = [null, undefined, 7, true, {}, [], [GOOD], { toString: () => GOOD }, Symbol.iterator]
  return Array.from({ length: 10_000 }, (_, n) => {
    if (n % 50 === 0) return odd[(n / 50) % odd.length]
    const seed = SEEDS[n % SEEDS.length] ?? ''
    const noise = randomBytes(n % 48).toString((['base64', 'latin1', 'utf8', 'hex'] as const)[n % 4])
    const text = n % 3 === 0 ? seed : n % 3 === 1 ? seed + noise : noise.slice(0, 70)
    return /^[0-9a-f]{64}$/.test(text) ? `${text}g` : text
  })
}

describe('10,000 ids that are none', () => {
  const ids = createBadIds()

  it('become no request to the engine, by none of its functions', async () => {
    const calls: string[] = []
    const trap: object = new Proxy(
      {},
      {
        get: (_target, key) => {
          if (key === 'then') return undefined
          return () => {
            calls.push(String(key))
            return trap
          }
        },
      },
    )
    const engine = createEngine(trap as never)
    const change = { graceSeconds: 10 }
    let refused = 0
    for (const id of ids) {
      expect(parseContainerId(id)).toBeNull()
      const tries = [
        () => engine.inspect(id as never),
        () => engine.stats(id as never),
        () => engine.restart(id as never, change),
        () => engine.stop(id as never, change),
        () => engine.start(id as never, change),
        () => engine.findLogFile(id as never),
        () => engine.logs({ id: id as never, tty: false }, { lines: 1, maxBytes: 1 }),
      ]
      const one = tries[refused % tries.length] ?? engine.inspect
      await expect(one(id as never)).rejects.toMatchObject({ code: 'bad_input' })
      refused += 1
    }
    expect(refused).toBe(10_000)
    expect(calls).toEqual([])
  })

  it('are no wish for an action, and no meaning of a button', () => {
    const kinds = ActionKind.options
    for (const [n, containerId] of ids.entries()) {
      const kind = kinds[n % kinds.length]
      const request = ActionRequest.safeParse({ kind, containerId, containerName: 'shop' })
      // Of what is about no container nothing of the id is left.
      if (request.success) expect(request.data).not.toHaveProperty('containerId')
      if (containerId === undefined) continue
      for (const button of ['propose-action', 'container-logs'])
        expect(Action.safeParse({ kind: button, action: kind, containerId, wish: '' }).success).toBe(false)
    }
  })

  it('and kinds that are none are no action', () => {
    for (const kind of ['kill', 'rm', 'exec', 'RESTART', 'restart ', '__proto__', 'constructor', '', null, ['restart']])
      expect(ActionRequest.safeParse({ kind, containerId: GOOD, containerName: 'shop' }).success).toBe(false)
  })
})

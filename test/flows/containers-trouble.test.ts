import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { handleTap } from '../../handlers/taps.ts'
import { inTransaction } from '../../src/db/pool.ts'
import { openChat, queryAll } from '../support/chat.ts'
import { type DockerServer, describeContainer, type Reaction, startDockerServer } from '../support/docker-server.ts'
import { ANA, BEN, type Nexus, startNexus } from '../support/nexus.ts'

/** Time passes as fast as it is waited for: what is watched here is scripted. */
function createQuickTiming() {
  let ms = 0
  return {
    now: () => ms,
    pause: async (waitMs: number) => {
      ms += waitMs
    },
  }
}

const SHOP = 'a'.repeat(64)
const VAULT = 'b'.repeat(64)

/** An engine with two containers. `onChange` tells what becomes of anything but looking. */
function createScript() {
  const state = {
    startedAt: '2026-01-02T00:00:00Z',
    onChange: (): Reaction => {
      state.startedAt = '2026-01-03T00:00:00Z'
      return { status: 204, body: {} }
    },
    list: true,
  }
  const react = (method: string, path: string): Reaction => {
    if (path.startsWith('/_ping')) return { status: 200, body: 'OK' }
    if (method !== 'GET') return state.onChange()
    if (path.startsWith('/containers/json'))
      return state.list ? { status: 200, body: [{ Id: SHOP }, { Id: VAULT }] } : 'hang'
    if (path.includes('/stats')) return { status: 404, body: {} }
    const [id, name] = path.includes(SHOP) ? [SHOP, 'shop'] : [VAULT, 'vault']
    const found = describeContainer(id, name)
    if (name === 'vault') found.Config.Labels = { ...found.Config.Labels, 'nexus.protected': 'true' } as never
    return { status: 200, body: { ...found, State: { ...found.State, StartedAt: state.startedAt } } }
  }
  return { state, react }
}

let server: DockerServer
let script: ReturnType<typeof createScript>
let nexus: Nexus
beforeEach(async () => {
  server = await startDockerServer()
  script = createScript()
  server.react(script.react)
  nexus = await startNexus({ env: { DOCKER_HOST: server.host }, overrides: { ops: { timing: createQuickTiming() } } })
})
afterEach(async () => {
  await nexus.close()
  await server.close()
})

const propose = async (text = '/restart shop') => {
  const before = nexus.findWith('✅')?.id ?? 0
  nexus.api.sendText(ANA, text)
  return nexus.api.waitFor(() => {
    const card = nexus.findWith('✅')
    return card !== undefined && card.id > before && card
  }, 'the card')
}
const confirm = (id: number) => nexus.api.tap(ANA, ANA.id, id, '✅')
const restart = `POST /containers/${SHOP}/restart?t=10`

describe('a tap', () => {
  it('counts once, whoever taps how often, and the engine hears it once', async () => {
    const card = await propose()
    expect(server.changes()).toEqual([])
    const answers = await Promise.all(Array.from({ length: 8 }, () => confirm(card.id)))
    expect(answers.filter(({ text }) => text?.startsWith('On it'))).toHaveLength(1)
    await nexus.waitForText('Done')
    expect(server.changes()).toEqual([restart])
    const events = (await queryAll(nexus, 'select event from action_audit')).map(({ event }) => event)
    expect(events.filter((event) => event === 'tapped')).toHaveLength(1)
    expect(events.filter((event) => event === 'outcome')).toHaveLength(1)
  })

  it('waits for its turn: the same again within the cool-down is refused, and why is said', async () => {
    await confirm((await propose()).id)
    await nexus.waitForText('Done')
    expect((await confirm((await propose()).id)).text).toContain('The same was done a moment ago')
    expect(server.changes()).toEqual([restart])
  })

  it('of another owner in another chat is no tap', async () => {
    const card = await propose()
    const data = openChat(nexus).data(card.id, '✅')
    nexus.api.sendText(BEN, '/help')
    await nexus.waitForText('What I can do', BEN.id)
    const bens = nexus.api.messages(BEN.id).at(-1)?.id ?? 0
    expect((await nexus.api.tap(BEN, BEN.id, bens, data)).text).toContain('another chat')
    expect(server.changes()).toEqual([])
  })

  it('does nothing when the container has become protected meanwhile', async () => {
    const card = await propose()
    server.react((method, path) => {
      const answer = script.react(method, path)
      if (typeof answer === 'object' && path.includes(SHOP)) {
        const body = answer.body as ReturnType<typeof describeContainer>
        return { ...answer, body: { ...body, Config: { ...body.Config, Labels: { 'nexus.protected': 'true' } } } }
      }
      return answer
    })
    await confirm(card.id)
    await nexus.waitForText('protected by its label')
    expect(server.changes()).toEqual([])
  })
})

describe('Docker in trouble', () => {
  it('a proxy that forbids writes: not done, and said why', async () => {
    script.state.onChange = () => ({ status: 403, body: { message: 'see https://evil.example' } })
    await confirm((await propose()).id)
    const card = await nexus.waitForText('Not done')
    expect(card.text).toContain('proxy forbids this')
    expect(card.entities.map(({ type }) => type)).not.toContain('url')
    expect(server.changes()).toEqual([restart])
  })

  it('one that fails in the middle: unknown, and nothing is done twice', async () => {
    script.state.onChange = () => ({ status: 500, body: { message: 'broken' } })
    await confirm((await propose()).id)
    const card = await nexus.waitForText('Unknown')
    expect(openChat(nexus).labels(card.id)).toEqual(['🔎 Look again', '📜 Logs'])
    await nexus.api.tap(ANA, ANA.id, card.id, '🔎')
    await nexus.service.idle()
    await nexus.waitForText('Unknown')
    script.state.startedAt = '2026-01-04T00:00:00Z'
    await nexus.api.tap(ANA, ANA.id, card.id, '🔎')
    await nexus.waitForText('Done')
    expect(server.changes()).toEqual([restart])
  })

  it('one that lost the answer but did it: seen, and called done', async () => {
    script.state.onChange = () => {
      script.state.startedAt = '2026-01-05T00:00:00Z'
      return { status: 502, body: {} }
    }
    await confirm((await propose()).id)
    await nexus.waitForText('Done')
    expect(server.changes()).toEqual([restart])
  })

  it('a proxy that says yes and does nothing is not believed', async () => {
    script.state.onChange = () => ({ status: 200, body: {} })
    await confirm((await propose()).id)
    await nexus.waitForText('it has not been started anew')
    expect(nexus.api.messages(ANA.id).some(({ text }) => text.includes('Done'))).toBe(false)
  })

  it('one that is stuck: the chat is told, and the bot goes on', async () => {
    nexus.api.sendText(ANA, '/containers')
    await nexus.waitForText('2 of 2 running')
    script.state.list = false
    nexus.api.sendText(ANA, '/containers')
    nexus.api.sendText(ANA, '/help')
    await nexus.waitForText('What I can do')
    expect((await nexus.waitForText('Docker did not answer')).text).toContain('within 8 s')
  })

  it('a bot that is stopped in the middle of a restart looks at the next start, and does not do it again', async () => {
    script.state.onChange = () => 'hang'
    await confirm((await propose()).id)
    await server.untilChanges(1)
    await nexus.restart()
    const told = await nexus.waitForText('I was ended in the middle')
    expect(told.text).toContain('Unknown')
    expect(server.changes()).toEqual([restart])
  })
})

describe('hostile input', () => {
  const NAMES = [
    '../../kill',
    'b/kill?signal=KILL&x=',
    '<b>shop</b>',
    '..',
    '%2e%2e',
    SHOP,
    '\u202Epohs',
    "'; drop table run; --",
    '*',
  ]

  it('names that are none, from commands, become no request but the list', async () => {
    for (const [n, name] of NAMES.entries())
      nexus.api.sendText(ANA, `/${['restart', 'stop', 'start', 'logs'][n % 4]} ${name}`)
    // One is no name at all for /logs, because more follows it than a number.
    const answers = () => [...openChat(nexus).said('No container has'), ...openChat(nexus).said('I read /logs name')]
    await nexus.api.waitFor(() => answers().length === NAMES.length, 'every answer')
    const looks = new RegExp(`^GET (/_ping|/containers/json\\?all=true|/containers/(${SHOP}|${VAULT})/json)$`)
    expect(server.requests.filter((line) => !looks.test(line))).toEqual([])
  })

  const forge = (real: string, count: number) =>
    Array.from({ length: count }, (_, n) => {
      const noise = randomBytes(15).toString('base64url')
      const seeds = [
        noise,
        `${SHOP}`,
        'confirm-action',
        `restart:${SHOP.slice(0, 40)}`,
        '../kill',
        '',
        ' ',
        real.slice(0, -1),
        `${real}x`,
        real.toUpperCase(),
        `${noise}\u0000`,
        "' or true --",
        '\uD800',
      ]
      return (seeds[n % seeds.length] ?? noise).slice(0, 64)
    })

  it('10,000 forged taps get an answer each, and none becomes a change', async () => {
    const card = await propose('/restart shop')
    const asked = server.requests.length
    const answers = new Set<string>()
    const api = {
      answerCallbackQuery: async (_id: string, { text = '' }) => {
        answers.add(text)
        return true
      },
    }
    const deps = { ...nexus.app, timeZone: 'UTC' }
    const taps = forge(openChat(nexus).data(card.id, '✅').data, 10_000)
    const afterCommit: (() => void)[] = []
    await inTransaction(nexus.db.pool, async (tx) => {
      const scope = { deps, tx, api, userId: ANA.id, userName: 'Ana', chatId: ANA.id, afterCommit }
      for (const data of taps) await handleTap({ scope, callbackQuery: { id: 'q', data } } as never)
    })
    for (const after of afterCommit) after()
    expect(afterCommit).toHaveLength(10_000)
    expect([...answers]).toEqual([expect.stringContaining('I do not know this button')])
    expect(server.requests).toHaveLength(asked)
    expect(await queryAll(nexus, `select count(*) as n from action_audit where event <> 'proposed'`)).toEqual([
      { n: 0 },
    ])
  }, 120_000)

  it('forged and replayed taps that come through Telegram become no change, and the bot is alive', async () => {
    const card = await propose('/restart shop')
    const real = openChat(nexus).data(card.id, '✅').data
    const forged = forge(real, 400)
    const from = { id: ANA.id, is_bot: false, first_name: 'Ana' }
    const chat = { id: ANA.id, type: 'private' as const, first_name: 'Ana' }
    for (const [n, data] of forged.entries()) {
      const message = { message_id: card.id, date: 0, chat, text: '' }
      nexus.api.pushUpdate({ callback_query: { id: `f${n}`, from, chat_instance: '1', data, message } } as never)
    }
    await nexus.api.waitFor(() => nexus.api.pendingUpdates() === 0, 'the updates stored', 60_000)
    await nexus.service.idle()
    expect(server.changes()).toEqual([])
    await confirm(card.id)
    await server.untilChanges(1)
  }, 120_000)

  it('stored buttons with ids that are in no list reach nobody', async () => {
    const card = await propose()
    const data = openChat(nexus).data(card.id, '✅')
    for (const [n, containerId] of ['c'.repeat(64), '..', '', `${SHOP}/kill`, 7, null].entries()) {
      const action = { kind: 'propose-action', action: n % 2 ? 'stop' : 'restart', containerId }
      await nexus.db.pool.query('update button set action = $1, voided_at = null where id = $2', [action, data.data])
      await nexus.api.tap(ANA, ANA.id, card.id, data)
    }
    await nexus.waitForText('This container is gone')
    await nexus.service.idle()
    expect(server.changes()).toEqual([])
    expect(await queryAll(nexus, 'select count(*) as n from action_proposal')).toEqual([{ n: 1 }])
  })
})

it('in a group the machine is not spoken about', async () => {
  const group = { id: -100_200, type: 'supergroup' as const, title: 'Team' }
  await nexus.close()
  nexus = await startNexus({ env: { DOCKER_HOST: server.host, NEXUS_CHAT_ID: String(group.id) } })
  for (const text of ['/containers', '/logs shop', '/restart shop']) nexus.api.sendText(ANA, text, { chat: group })
  await nexus.api.waitFor(() => openChat(nexus, group.id).said('private chat').length === 3, 'three answers')
  expect(server.requests).toEqual([])
})

import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openChat, queryAll } from '../support/chat.ts'
import { type Engine, findEngineGap, MANAGED, startEngine } from '../support/containers.ts'
import { ANA, type Nexus, startNexus } from '../support/nexus.ts'

const gap = findEngineGap()
const TIMING = { stableMs: 1_500, suspectStableMs: 4_000, giveUpMs: 10_000, everyMs: 200 }

describe.skipIf(gap)(`containers from the chat, on a real Docker Engine${gap ? ` (${gap})` : ''}`, () => {
  let engine: Engine
  let nexus: Nexus
  beforeAll(async () => {
    engine = await startEngine()
  })
  afterAll(() => engine.close())
  beforeEach(async () => {
    nexus = await startNexus({ env: { DOCKER_HOST: engine.host }, overrides: { ops: { timing: TIMING } } })
  })
  afterEach(async () => {
    await nexus.close()
    const all = engine.docker('ps', '--all', '--quiet').split('\n').filter(Boolean)
    if (all.length > 0) engine.docker('rm', '--force', ...all)
  })

  const ask = async (text: string, answer: string) => {
    nexus.api.sendText(ANA, text)
    return nexus.waitForText(answer)
  }
  const tap = async (messageId: number, button: string) => nexus.api.tap(ANA, ANA.id, messageId, button)
  const inspect = (name: string, what: string) => engine.docker('inspect', '--format', `{{${what}}}`, name)
  const audit = () =>
    queryAll(nexus, 'select event, actor, kind, container_name as name, reason from action_audit order by id')
  const until = async (look: () => boolean, what: string) => {
    for (let tries = 0; !look(); tries++) {
      if (tries === 200) throw new Error(`never: ${what}`)
      await pause(100)
    }
  }

  it('/containers lists them, those in trouble first, with figures and buttons', async () => {
    engine.run('web-shop', { labels: MANAGED, health: true })
    engine.run('worker', { labels: MANAGED, script: 'exit 7' })
    engine.run('foreign')
    await until(() => inspect('web-shop', '.State.Health.Status') === 'healthy', 'healthy')
    const list = await ask('/containers', 'Containers')
    const [head, ...rows] = list.text.split('\n')
    expect(head).toBe('Containers · 2 of 3 running')
    expect(rows[0]).toMatch(/^🔴 worker · exited \(code 7\) \d+ s ago$/)
    expect(rows[1]).toMatch(/^🟢 foreign 🔒 · up \d+ s · CPU [\d.]+ % · \d+ MB$/)
    expect(rows[2]).toMatch(/^🟢 web-shop · up \d+ s, healthy · CPU [\d.]+ % · \d+ MB$/)
    expect(openChat(nexus).labels(list.id)).toEqual([
      '📜 worker',
      '▶️ Start',
      '📜 foreign',
      '📜 web-shop',
      '🔄 Restart',
      '↻ Look again',
    ])
  })

  it('/logs shows short output as text, long output as a file, and errors alone on request', async () => {
    engine.run('chatty', {
      script: `echo '<b>bold</b> https://evil.example'; echo 'error: disk <full>'; i=0; while [ $i -lt 400 ]; do echo "line $i of a long story"; i=$((i+1)); done`,
    })
    engine.docker('wait', 'chatty')
    const short = await ask('/logs chat 3', '📜 chatty · 3 lines')
    expect(short.text).toContain('line 399 of a long story')
    expect(short.entities.map(({ type }) => type)).toContain('pre')
    const errors = await ask('/logs chatty error', 'look like errors')
    expect(errors.text).toContain('error: disk <full>')
    expect(errors.text).not.toContain('line 1 ')
    expect(errors.entities.map(({ type }) => type)).not.toContain('url')
    nexus.api.sendText(ANA, '/logs chatty 1000')
    const file = await nexus.api.waitFor(() => openChat(nexus).documents()[0], 'the file')
    expect(file.documents[0]?.name).toBe('chatty-log.txt')
    expect(file.documents[0]?.bytes.toString()).toMatch(
      /^<b>bold<\/b> https:\/\/evil\.example\nerror: disk <full>\nline 0 /,
    )
    await nexus.service.idle()
    const [row] = await queryAll(nexus, `select payload ? 'text' as kept from outbox where kind = 'document'`)
    expect(row.kept).toBe(false)
  })

  it('a secret of the bot in a log is hidden, also in a file, and a file that Telegram refuses holds nothing up', async () => {
    const secret = 'gsk_a-key-that-nobody-may-see'
    await nexus.restart({ GROQ_API_KEY: secret })
    engine.run('leaky', { script: `i=0; while [ $i -lt 400 ]; do echo "key=${secret} again"; i=$((i+1)); done` })
    engine.docker('wait', 'leaky')
    expect((await ask('/logs leaky 2', '📜 leaky')).text).toContain('key=[secret] again')
    nexus.api.faults.add({ method: 'sendDocument', kind: '403-blocked' })
    nexus.api.sendText(ANA, '/logs leaky 400')
    nexus.api.sendText(ANA, '/logs leaky 300')
    const file = await nexus.api.waitFor(() => openChat(nexus).documents()[0], 'the second file')
    expect(file.documents[0]?.bytes.toString()).not.toContain(secret)
  })

  it('an unclear name asks which, a wrong one says so, and nothing is done', async () => {
    engine.run('shop-web', { labels: MANAGED })
    engine.run('shop-db', { labels: MANAGED })
    const which = await ask('/restart shop', 'Which one?')
    expect(openChat(nexus).labels(which.id)).toEqual(['🔄 Restart shop-db', '🔄 Restart shop-web'])
    await ask('/restart nothing-like-it', 'No container has')
    await ask('/stop', 'Which container?')
    await tap(which.id, '🔄 Restart shop-web')
    await nexus.waitForText('Restart shop-web')
    expect(await audit()).toMatchObject([{ event: 'proposed', name: 'shop-web' }])
  })

  it('/restart shows a card, does nothing before the tap, and is called done when it stays up', async () => {
    const id = engine.run('shop', { labels: MANAGED, health: true })
    const startedAt = inspect('shop', '.State.StartedAt')
    const card = await ask('/restart shop', 'Restart shop')
    expect(card.text).toContain(id.slice(0, 12))
    expect(inspect('shop', '.State.StartedAt')).toBe(startedAt)
    const answers = await Promise.all([tap(card.id, '✅'), tap(card.id, '✅'), tap(card.id, '✅')])
    expect(answers.filter(({ text }) => text?.startsWith('On it'))).toHaveLength(1)
    const done = await nexus.waitForText('Done')
    expect(done.id).toBe(card.id)
    expect(done.text).toContain('shop (')
    expect(done.text).toContain('Before: running')
    expect(done.text).toContain('After: running, healthy')
    expect(inspect('shop', '.State.StartedAt')).not.toBe(startedAt)
    expect((await audit()).map(({ event }) => event)).toEqual(expect.arrayContaining(['proposed', 'tapped', 'outcome']))
  })

  it('a crash loop is never called done', async () => {
    engine.run('looping', { labels: MANAGED, script: 'busybox sleep 1; exit 1', args: ['--restart', 'always'] })
    const card = await ask('/restart looping', 'Restart looping')
    await tap(card.id, '✅')
    const end = await nexus.waitForText('Not fixed')
    expect(end.text).toContain('keeps restarting')
    expect(nexus.findWith('📜 Logs')?.id).toBe(card.id)
  })

  it('one that ends by itself again is not fixed, and one whose health check fails neither', async () => {
    engine.run('short', { labels: MANAGED, script: 'exit 9' })
    engine.docker('wait', 'short')
    await tap((await ask('/start short', 'Start short')).id, '✅')
    expect((await nexus.waitForText('Not fixed')).text).toContain('exit code 9')
    engine.run('sick', {
      labels: MANAGED,
      health: true,
      script: 'trap "exit 0" TERM; while :; do sleep 1 & wait $!; done',
    })
    await tap((await ask('/restart sick', 'Restart sick')).id, '✅')
    expect((await nexus.waitForText('health check still fails')).text).toContain('Not fixed')
  })

  it('/stop and /start do what they say', async () => {
    engine.run('shop', { labels: MANAGED })
    await tap((await ask('/stop shop', 'Stop shop')).id, '✅')
    await nexus.waitForText('stopped, and it stays off')
    expect(inspect('shop', '.State.Status')).toBe('exited')
    await tap((await ask('/start shop', 'Start shop')).id, '✅')
    await nexus.waitForText('started, and it stays up')
    expect(inspect('shop', '.State.Status')).toBe('running')
  })

  it('refuses what is not managed, what is protected, and what makes no sense now', async () => {
    engine.run('foreign')
    engine.run('vault', { labels: { ...MANAGED, 'nexus.protected': 'true' } })
    engine.run('shop', { labels: MANAGED })
    await ask('/restart foreign', 'does not have the label')
    await ask('/stop vault', 'protected by its label')
    await ask('/start shop', 'It is running already')
    expect(nexus.findWith('✅')).toBeUndefined()
    expect((await audit()).map(({ event, actor }) => [event, actor])).toEqual(Array(3).fill(['refused', ANA.id]))
  })

  it('refuses when the container was made anew between card and tap, and when it vanished', async () => {
    engine.run('shop', { labels: MANAGED })
    const card = await ask('/restart shop', 'Restart shop')
    engine.docker('rm', '--force', 'shop')
    const anew = engine.run('shop', { labels: MANAGED })
    const startedAt = inspect(anew, '.State.StartedAt')
    await tap(card.id, '✅')
    expect((await nexus.waitForText('Not done')).text).toContain('made anew')
    expect(inspect(anew, '.State.StartedAt')).toBe(startedAt)
    const second = await ask('/stop shop', 'Stop shop')
    engine.docker('rm', '--force', 'shop')
    await tap(second.id, '✅')
    await nexus.waitForText('It is gone.')
  })

  it('an action that a dead process began is looked at at the next start, and never done again', async () => {
    const id = engine.run('shop', { labels: MANAGED })
    const startedAt = inspect('shop', '.State.StartedAt')
    await nexus.stop()
    await nexus.db.pool.query(
      `insert into action_proposal (kind, target, container_id, container_name, chat_id, proposed_by, proposed_at, expires_at, status,
         claimed_by, claimed_by_name, claimed_at, before)
       values ('restart', $1, $1, 'shop', $2, $2, now(), now(), 'running', $2, 'Ana', now(),
         jsonb_build_object('state', 'running', 'health', null, 'restarts', 0, 'exitCode', 0, 'oomKilled', false, 'startedAt', $3::text))`,
      [id, ANA.id, new Date(startedAt).toISOString()],
    )
    nexus.api.open(ANA)
    await nexus.restart()
    const told = await nexus.waitForText('Unknown')
    expect(told.text).toContain('I was ended in the middle')
    expect(told.text).toContain('After: running')
    expect(inspect('shop', '.State.StartedAt')).toBe(startedAt)
    engine.docker('restart', '--time', '1', 'shop')
    await tap(told.id, '🔎')
    await nexus.waitForText('Done')
  })

  it('leaves it when asked to, and an expired card does nothing', async () => {
    engine.run('shop', { labels: MANAGED })
    const startedAt = inspect('shop', '.State.StartedAt')
    await tap((await ask('/restart shop', 'Restart shop')).id, '✖️')
    await nexus.waitForText('Left as it is')
    const card = await ask('/restart shop', 'Restart shop')
    await nexus.service.idle()
    await nexus.db.pool.query(`update action_proposal set expires_at = now() - interval '1 minute'`)
    expect((await tap(card.id, '✅')).text).toContain('expired')
    expect(inspect('shop', '.State.StartedAt')).toBe(startedAt)
    expect((await audit()).map(({ event }) => event)).toEqual(['proposed', 'dropped', 'proposed', 'refused'])
    await expect(nexus.db.pool.query('delete from action_audit')).rejects.toThrow('append-only')
  })
})

describe('without Docker', () => {
  it('one sentence says what to set up', async () => {
    const nexus = await startNexus({ env: { DOCKER_HOST: 'unix:///nowhere/docker.sock' } })
    try {
      nexus.api.sendText(ANA, '/containers')
      const said = await nexus.waitForText('No containers here')
      expect(said.text).toContain('There is no Docker socket at /nowhere/docker.sock')
      nexus.api.sendText(ANA, '/restart anything')
      await nexus.api.waitFor(() => openChat(nexus).said('No containers here').length === 2, 'the second answer')
    } finally {
      await nexus.close()
    }
  })
})

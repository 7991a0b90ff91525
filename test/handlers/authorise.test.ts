import type { Update } from 'grammy/types'
import { describe, expect, it } from 'vitest'
import { authorise, isHomeChat, laneOf } from '../../handlers/authorise.ts'

const OWNER = { id: 1, is_bot: false, first_name: 'Ana' }
const STRANGER = { id: 66, is_bot: false, first_name: 'Eve' }
const PRIVATE = { id: 1, type: 'private', first_name: 'Ana' }
const HOME = { id: -100, type: 'supergroup', title: 'Home' }
const ELSEWHERE = { id: -200, type: 'supergroup', title: 'Elsewhere' }
const access = { ownerIds: [1, 2], homeChatId: -100 }

const update = (content: object) => ({ update_id: 5, ...content }) as unknown as Update
const message = (from: object | undefined, chat: object, more: object = {}) =>
  update({ message: { message_id: 1, date: 0, from, chat, text: '/generate x', ...more } })
const tap = (from: object, chat: object) =>
  update({ callback_query: { id: '1', from, data: 'x', chat_instance: '', message: { chat, message_id: 1, date: 0 } } })
const kindOf = (given: Update) => authorise(given, access).kind

describe('an owner', () => {
  it('may write and tap in a private chat and in the configured group', () => {
    for (const chat of [PRIVATE, HOME]) {
      expect(authorise(message(OWNER, chat), access)).toEqual({ kind: 'owner', userId: 1, chatId: chat.id })
      expect(authorise(tap(OWNER, chat), access)).toEqual({ kind: 'owner', userId: 1, chatId: chat.id })
    }
  })

  it('is ignored in a group that is not configured', () => {
    expect(kindOf(message(OWNER, ELSEWHERE))).toBe('ignored')
    expect(kindOf(tap(OWNER, ELSEWHERE))).toBe('ignored')
    expect(authorise(message(OWNER, HOME), { ...access, homeChatId: null }).kind).toBe('ignored')
  })

  it('is nobody without being on the list, whatever the chat is', () => {
    expect(authorise(message(OWNER, PRIVATE), { ...access, ownerIds: [] }).kind).toBe('stranger')
    expect(kindOf(message(STRANGER, PRIVATE))).toBe('stranger')
  })
})

describe('a stranger', () => {
  it('is refused in words in private only', () => {
    const own = { id: 66, type: 'private' }
    expect(authorise(message(STRANGER, own), access)).toMatchObject({ kind: 'stranger', privately: true })
    expect(authorise(message(STRANGER, HOME), access)).toMatchObject({ kind: 'stranger', privately: false })
    expect(kindOf(message(STRANGER, ELSEWHERE))).toBe('ignored')
  })

  it('is not let in by a forwarded or replied message of an owner', () => {
    const own = { id: 66, type: 'private' }
    const origin = { type: 'user', sender_user: OWNER, date: 0 }
    expect(kindOf(message(STRANGER, own, { forward_origin: origin }))).toBe('stranger')
    expect(kindOf(message(STRANGER, own, { reply_to_message: { from: OWNER, chat: PRIVATE } }))).toBe('stranger')
  })
})

describe('senders who are nobody in particular', () => {
  it.each([
    ['an anonymous admin', message({ id: 1087968824, is_bot: true, first_name: 'Group' }, HOME, { sender_chat: HOME })],
    ['a channel in the group', message({ id: 136817688, is_bot: true, first_name: 'Channel' }, HOME)],
    ['another bot', message({ ...OWNER, is_bot: true }, PRIVATE)],
    ['a channel post', update({ channel_post: { message_id: 1, date: 0, chat: HOME, text: '/generate x' } })],
    [
      'an edited message',
      update({ edited_message: { message_id: 1, date: 0, from: OWNER, chat: PRIVATE, text: 'x' } }),
    ],
    [
      'a tap on an inline message',
      update({ callback_query: { id: '1', from: OWNER, inline_message_id: 'x', data: 'y' } }),
    ],
    ['a message that nobody sent', message(undefined, HOME)],
    ['a member who joined', update({ my_chat_member: { chat: HOME, from: OWNER } })],
  ])('%s is ignored', (_, given) => {
    expect(kindOf(given)).toBe('ignored')
  })
})

describe('an update that is not as documented', () => {
  it.each([
    [{}],
    [{ message: null }],
    [{ message: 'text' }],
    [{ message: {} }],
    [{ message: { from: OWNER } }],
    [{ message: { from: OWNER, chat: null } }],
    [{ message: { from: OWNER, chat: { type: 'private' } } }],
    [{ message: { from: { id: '1' }, chat: PRIVATE } }],
    [{ message: { from: { id: 1.5 }, chat: PRIVATE } }],
    [{ message: { from: OWNER, chat: { id: 2 ** 60, type: 'private' } } }],
    [{ callback_query: {} }],
    [{ callback_query: { from: null, message: null } }],
  ])('%j is ignored and has a lane all the same', (content) => {
    expect(kindOf(update(content))).toBe('ignored')
    expect(Number.isSafeInteger(laneOf(update(content)))).toBe(true)
  })
})

it('knows the chats that belong to the bot', () => {
  expect([1, 2, -100, 66, -200].map((chatId) => isHomeChat(chatId, access))).toEqual([true, true, true, false, false])
})

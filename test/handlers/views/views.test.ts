import { describe, expect, it } from 'vitest'
import { parseHtml } from '../../../demo/bot-api/html.ts'
import { Action, CARD_MENUS } from '../../../handlers/actions.ts'
import { apology } from '../../../handlers/views/apology.ts'
import { brandKeyboard, brandText } from '../../../handlers/views/brand.ts'
import { cancelChoiceKeyboard, cancelChoiceText, nothingToCancelText } from '../../../handlers/views/cancel.ts'
import { cardKeyboard, cardText, menuHint } from '../../../handlers/views/card.ts'
import { redoneText, rejectedText, versionBeforeText } from '../../../handlers/views/decision.ts'
import * as delivery from '../../../handlers/views/delivery.ts'
import * as edit from '../../../handlers/views/edit.ts'
import * as help from '../../../handlers/views/help.ts'
import { type Html, lines } from '../../../handlers/views/html.ts'
import * as progress from '../../../handlers/views/progress.ts'
import { queueKeyboard, queueText } from '../../../handlers/views/queue.ts'
import { refusal } from '../../../handlers/views/refusal.ts'
import * as schedule from '../../../handlers/views/schedule.ts'
import { settingsKeyboard, settingsText } from '../../../handlers/views/settings.ts'
import * as topics from '../../../handlers/views/topics.ts'
import type { BrandKit } from '../../../pipeline/brand.ts'
import type { Redo } from '../../../pipeline/runs.ts'
import { ARC } from '../../../src/content.ts'
import { FAILURE_CODES } from '../../../src/failure.ts'
import type { Keyboard } from '../../../src/messaging/outbox.ts'
import { createSamples, type Samples } from './samples.ts'

type Shown = { name: string; text: Html; keyboard?: Keyboard }

/** Every message that the bot can send, with the given data. */
function renderAll(data: Samples): Shown[] {
  return [...renderReview(data), ...renderProgress(data), ...renderPanels(data), ...renderAnswers(data)]
}

function renderReview({ card, name, text }: Samples): Shown[] {
  const menus = CARD_MENUS.map((menu) => {
    const hint = menuHint(menu, { hasWriter: false })
    const keyboard = cardKeyboard(card, menu, { hasVersionBefore: true })
    return { name: `card ${menu}`, text: lines(cardText(card), hint), keyboard }
  })
  const edits = ARC.flatMap((slide) => [
    {
      name: `ask ${slide}`,
      text: edit.askForWordsText({ slide, now: { title: text, body: text }, replyFrom: name, emojis: ['🧠'] }),
    },
    {
      name: `ask ${slide} alone`,
      text: edit.askForWordsText({ slide, now: { title: 'A', body: '' }, replyFrom: null, emojis: [] }),
    },
    { name: `words ${slide}`, text: edit.wordsTakenText(slide) },
    { name: `problems ${slide}`, text: edit.editProblemsText(slide, Array(30).fill(text), 0) },
    { name: `problem ${slide}`, text: edit.editProblemsText(slide, [text], 1), keyboard: edit.editingKeyboard(1) },
  ])
  const redos: Redo[] = [
    { redo: 'everything' },
    { redo: 'fact' },
    { redo: 'words' },
    { redo: 'picture', slide: 'hook' },
    { redo: 'edit', slide: 'twist' },
  ]
  return [
    ...menus,
    ...edits,
    ...redos.map((redo) => ({ name: `redone ${redo.redo}`, text: redoneText(redo, name) })),
    { name: 'rejected', text: rejectedText({ reason: 'Not true', by: name, freed: false }) },
    { name: 'rejected, fact free', text: rejectedText({ reason: 'Weak words', by: name, freed: true }) },
    { name: 'version before', text: versionBeforeText(name) },
    { name: 'edit ended', text: edit.editEndedText(), keyboard: [[edit.editAgainButton(card.ref, 'hook')]] },
    { name: 'stopped', text: edit.editStoppedText() },
    { name: 'stopped why', text: edit.editStoppedText(text) },
    { name: 'timed out', text: edit.editTimedOutText(15) },
    { name: 'approved', text: delivery.approvedText(text, name) },
    {
      name: 'delivered',
      text: delivery.deliveredText({ run: { decidedByName: name }, folder: `/${text}`, title: text }),
    },
    { name: 'caption', text: delivery.captionText(card.carousel.caption) },
    {
      name: 'not delivered',
      text: delivery.deliveryFailedText(text),
      keyboard: delivery.deliveryFailedKeyboard(card.ref.runId),
    },
    { name: 'again', text: delivery.deliveringAgainText() },
    { name: 'late', text: delivery.deliveredLateText() },
  ]
}

function renderProgress({ card, topic, text, name }: Samples): Shown[] {
  const { runId } = card.ref
  const redos: Redo[] = [
    { redo: 'everything' },
    { redo: 'fact' },
    { redo: 'words' },
    { redo: 'picture', slide: 'hook' },
    { redo: 'edit', slide: 'hook' },
  ]
  const stages = [null, 'fact', 'words', 'pictures', 'finishing'] as const
  const running = redos.flatMap((request) =>
    stages.flatMap((stage) =>
      [1, 2].map((revision) => {
        const now = stage && { stage, fact: text, picturesDone: 1, picturesTotal: 4 }
        const shown = { topic, revision, request, source: 'schedule' as const, progress: now }
        return {
          name: `progress ${request.redo} ${stage} ${revision}`,
          text: progress.progressText(shown),
          keyboard: progress.progressKeyboard(runId),
        }
      }),
    ),
  )
  const failed = FAILURE_CODES.map((code) => ({
    name: `failed ${code}`,
    text: progress.failedText({ topic, code, message: text.repeat(20) }),
    keyboard: progress.failedKeyboard(runId, code),
  }))
  return [
    ...running,
    ...failed,
    { name: 'ready', text: progress.readyText({ name: topic, seconds: 61 }) },
    { name: 'ready again', text: progress.readyText({ name: topic, seconds: null }) },
    { name: 'cancelled', text: progress.cancelledText({ topic, by: name, paid: true }) },
    { name: 'expired', text: progress.expiredText(topic, 7) },
    { name: 'too many', text: progress.tooManyText(10) },
  ]
}

function renderPanels({ queue, kits, topicList, services, text, timeTable, runs }: Samples): Shown[] {
  const [kit] = kits
  const settings = {
    documents: true,
    brand: text,
    timeZone: 'America/Argentina/ComodRivadavia',
    owners: 1,
    database: 'embedded' as const,
    services,
    budget: { dailyUsd: 5, monthlyUsd: 60 },
    spend: { todayUsd: 0.005, monthUsd: 1234.5 },
  }
  const state = { schedule: timeTable.described, timeZone: 'Europe/Madrid', approved: 1, topics: topicList.length }
  return [
    { name: 'queue', text: queueText(queue), keyboard: queueKeyboard(queue) },
    { name: 'brand', text: brandText(kit as BrandKit, kits.length, state), keyboard: brandKeyboard(kits, 'none') },
    { name: 'settings', text: settingsText(settings), keyboard: settingsKeyboard(settings) },
    { name: 'topics', text: topics.topicsText(topicList, text), keyboard: topics.topicsKeyboard(topicList, 'other') },
    { name: 'schedule', text: schedule.scheduleText(timeTable), keyboard: schedule.scheduleKeyboard(timeTable) },
    { name: 'cancel', text: cancelChoiceText(runs.length), keyboard: cancelChoiceKeyboard(runs) },
    { name: 'nothing to cancel', text: nothingToCancelText() },
  ]
}

function renderAnswers({ name, services, topicList, text, topic }: Samples): Shown[] {
  const timeZone = 'Europe/Madrid'
  const rejected = topicList.map(() => ({ text, reason: text }))
  const missed = Array.from({ length: 300 }, () => ({ localDate: '2026-11-20', localTime: '18:30' }))
  return [
    {
      name: 'start',
      text: help.startText({ name, services, schedule: text, next: 'today 18:30', timeZone, embedded: true }),
    },
    {
      name: 'start off',
      text: help.startText({ name, services: [], schedule: 'off', next: null, timeZone, embedded: false }),
    },
    { name: 'help', text: help.helpText() },
    { name: 'unknown', text: help.unknownCommandText(text) },
    { name: 'plain', text: help.plainTextText(topic ?? 'x') },
    { name: 'taken', text: help.offerTakenText(topic ?? 'x') },
    { name: 'not text', text: help.notTextText() },
    { name: 'apology', text: apology() },
    { name: 'refusal', text: refusal() },
    {
      name: 'added',
      text: topics.addedText({ added: topicList, duplicates: topicList.map((one) => one.text), rejected }),
    },
    { name: 'added one', text: topics.addedText({ added: topicList.slice(0, 1), duplicates: [], rejected: [] }) },
    { name: 'dropped', text: topics.droppedText({ dropped: topicList, unknown: topicList.map(({ id }) => id) }) },
    { name: 'which topic', text: topics.whichTopicText(text) },
    { name: 'not understood', text: schedule.notUnderstoodText(text, 'Europe/Madrid') },
    { name: 'changed', text: schedule.scheduleChangedText(true, 'pause') },
    { name: 'saved', text: schedule.scheduleSavedText({ paused: true }) },
    { name: 'is off', text: schedule.scheduleIsOffText() },
    { name: 'missed', text: schedule.missedText(missed) },
  ].filter((shown) => shown.text.html !== '')
}

const MAX_CHARS = 4096

describe.each([
  ['typical', createSamples('typical')],
  ['sparse', createSamples('sparse')],
  ['extreme', createSamples('extreme')],
])('every message, with %s data', (_, data) => {
  const all = renderAll(data)

  it.each(all.map((shown) => [shown.name, shown] as const))(
    '%s: strict HTML that fits into one message',
    (_name, shown) => {
      const parsed = parseHtml(shown.text.html)
      expect(parsed.text.trim()).not.toBe('')
      expect(parsed.text.length).toBeLessThanOrEqual(MAX_CHARS)
      expect(shown.text.html).not.toMatch(/undefined|NaN|\[object|null|Invalid/)
      expect(parsed.text).not.toMatch(/\n{3,}| \n|\u202E/)
      const buttons = (shown.keyboard ?? []).flat()
      expect(buttons.length).toBeLessThanOrEqual(100)
      for (const row of shown.keyboard ?? []) expect(row.length).toBeLessThanOrEqual(8)
      for (const button of buttons) {
        expect(button.text.trim()).not.toBe('')
        expect(button.text.length).toBeLessThanOrEqual(64)
        if ('action' in button) expect(Action.safeParse(button.action).error).toBeUndefined()
      }
    },
  )
})

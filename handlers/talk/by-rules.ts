import { splitTopics } from '../../pipeline/topics.ts'
import { type Asked, COMMAND_TABLE } from '../commands.ts'
import { later } from '../errands.ts'
import { offerAction } from '../ops/actions.ts'
import { isPrivateChat } from '../ops/private-chat.ts'
import { showPanel } from '../panels.ts'
import { type Scope, say } from '../scope.ts'
import { askMeHint, courtesyText } from '../views/talk.ts'
import { inScope, type TalkParts } from './in-scope.ts'
import { type Intent, matchIntent } from './intents.ts'
import { offerNext, offerScheduleChange, offerTopic, offerTopics, sayNoTopic } from './offer.ts'

/** The answer without a model: what a command would have shown, or a card with the button that it would have given. */

const LOOK_MS = 1_500

/** `settle` ends the turn, or says that somebody else has: its row and the answer are one transaction. */
export async function answerByRules(
  parts: TalkParts,
  signal: AbortSignal,
  settle: (scope: Scope) => Promise<boolean>,
): Promise<void> {
  const { turn } = parts
  const intent = matchIntent(turn.text, await listNames(parts, signal))
  await inScope(parts, async (scope) => {
    if (!(await settle(scope))) return
    // Below zero: it is no update of Telegram, and must not be taken for one.
    await answer({ scope, update: { update_id: -turn.id } }, intent, turn.text)
  })
}

/** Names of the live list; [] where there is no Docker, and where it takes too long to be worth waiting for. */
async function listNames({ deps, turn }: TalkParts, signal: AbortSignal): Promise<string[]> {
  if (!isPrivateChat(turn)) return []
  try {
    const listing = await deps.ops.containers.list(AbortSignal.any([signal, AbortSignal.timeout(LOOK_MS)]))
    return listing.kind === 'ready' ? listing.containers.map(({ container }) => container.name) : []
  } catch (err) {
    if (signal.aborted) throw err
    deps.log.info({ err }, 'a sentence is read without the containers')
    return []
  }
}

/** What an owner may ask for in the group: the machine is spoken about in private. */
const FOR_GROUPS = ['help', 'queue', 'topics', 'schedule', 'cost', 'settings', 'brand', 'cancel']
const KINDS_FOR_GROUPS: readonly Intent['kind'][] = ['generate', 'add-topics', 'change-schedule', 'courtesy']

function isForGroups(intent: Intent): boolean {
  return intent.kind === 'show' ? FOR_GROUPS.includes(intent.command) : KINDS_FOR_GROUPS.includes(intent.kind)
}

async function answer(asked: Asked, intent: Intent | null, text: string): Promise<void> {
  const { scope, update } = asked
  if (intent === null || !(isPrivateChat(scope) || isForGroups(intent))) return offer(asked, text)
  switch (intent.kind) {
    case 'show':
      // The choice with its buttons, also where there is only one: a sentence cancels nothing.
      if (intent.command === 'cancel') return showPanel(scope, 'cancel', update.update_id)
      return runCommand(asked, intent.command, '')
    case 'diagnose':
      await runCommand(asked, 'diagnose', intent.container ?? '')
      return intent.sure ? undefined : offer(asked, text)
    case 'logs':
      return runCommand(asked, 'logs', `${intent.container} ${intent.wish}`)
    case 'act':
      return runCommand(asked, intent.action, intent.container)
    case 'generate':
      return intent.topic === null ? offerNext(scope) : offer(asked, intent.topic)
    case 'add-topics': {
      const reason = await offerTopics(scope, splitTopics(intent.text))
      return reason === null ? undefined : sayNoTopic(scope, reason)
    }
    case 'house':
      return later(scope, (errand) => offerAction(errand, { kind: intent.action }))
    case 'courtesy':
      return say(scope, { kind: 'text', html: courtesyText(intent.of).html })
    case 'change-schedule':
      await offerScheduleChange(scope, intent.change, update.update_id)
      return
  }
}

async function runCommand(asked: Asked, name: string, args: string): Promise<void> {
  const run = COMMAND_TABLE.get(name) ?? COMMAND_TABLE.get('help')
  await run?.(asked, args)
}

async function offer({ scope, update }: Asked, text: string): Promise<void> {
  const hint = askMeHint(isPrivateChat(scope))
  const reason = await offerTopic(scope, text, { cause: update.update_id, hint })
  if (reason !== null) await sayNoTopic(scope, reason)
}

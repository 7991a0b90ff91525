import { z } from 'zod'
import { type ActionRequest, CONTAINER_KINDS, HOUSE_KINDS } from '../../ops/actions/definitions.ts'
import { queueMessage } from '../../src/messaging/outbox.ts'
import type { Errand } from '../errands.ts'
import { offerAction } from '../ops/actions.ts'
import { findContainer } from './find-container.ts'
import type { TalkParts } from './in-scope.ts'
import { ContainerName } from './ops-readers.ts'
import { defineOffer, type Offer } from './tools.ts'

/** Cards of the closed list of actions, as the commands and the alerts have them; in a private chat only. */

export function listOpsOffers(parts: TalkParts): Offer[] {
  return [
    defineOffer({
      name: 'offer_container_action',
      description:
        'Offers to restart, stop or start a container, or to shrink its log. The card says what it does and what its risk is.',
      input: z.object({ action: z.enum(CONTAINER_KINDS), container: ContainerName }),
      run: async ({ action, container: name }, signal) => {
        const found = await findContainer(parts, name, signal)
        if (found.kind === 'unclear') return { kind: 'not-offered', why: found.why }
        const { id: containerId, name: containerName } = found.container
        return offer(parts, { kind: action, containerId, containerName }, signal)
      },
    }),
    defineOffer({
      name: 'offer_house_action',
      description:
        'Offers one of: prune-images (dangling images), prune-build-cache, clear-outputs (old files of carousels), trim-data (old data of the bot), vacuum (the database), backup (now).',
      input: z.object({ action: z.enum(HOUSE_KINDS) }),
      run: ({ action }, signal) => offer(parts, { kind: action }, signal),
    }),
  ]
}

async function offer(parts: TalkParts, request: ActionRequest, signal: AbortSignal): ReturnType<Offer['run']> {
  const looked = await parts.deps.ops.actions.look(request, signal)
  await offerAction(errandOf(parts, signal), request)
  return looked.kind === 'refused' ? { kind: 'not-offered', why: looked.reason } : { kind: 'offered' }
}

function errandOf({ deps, turn }: TalkParts, signal: AbortSignal): Errand {
  const { chatId, userId, userName } = turn
  const tell: Errand['tell'] = async (content, ref) => {
    await queueMessage(deps.db.pool, { chatId, content, ...(ref === undefined ? {} : { ref }) })
    deps.wakeSender(chatId)
  }
  return { deps, chatId, userId, userName, signal, tell }
}

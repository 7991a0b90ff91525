import { join } from 'node:path'
import type { Api } from 'grammy'
import { startHeartbeat } from '../../ops/heartbeat.ts'
import type { Seen } from '../../ops/incidents/index.ts'
import type { HandlerDeps } from '../scope.ts'
import { databaseAwayText, databaseBackText } from '../views/incident.ts'
import { bundleUndelivered, createIncidentListener, diagnoseLater } from './alerts.ts'
import { healLater } from './heal.ts'
import { findOpsChat } from './private-chat.ts'

/** What the monitor sees becomes incidents and messages; and the sign of life of all of it. */

export type Watching = {
  beat(): Promise<void>
  stop(): Promise<void>
  /** Updates were fetched. */
  onPolled(): void
}

export type WatchDeps = HandlerDeps & { pingUrl: string | null }

const POLLED_WITHIN_MS = 3 * 60_000
const LOOKED_WITHIN_MS = 3 * 60_000
/** In the data folder. */
const HEARTBEAT_FILE = 'heartbeat'

export function startWatching(deps: WatchDeps, api: Pick<Api, 'sendMessage'>): Watching {
  const { clock, ops, pipeline } = deps
  const seen = { polledAt: null as Date | null, lookedAt: null as Date | null }
  const lastResort = createLastResort(deps, api, () => heartbeat.hasDatabase())
  const listener = createIncidentListener(deps)
  const monitor = ops.monitor.start(async (observation) => {
    try {
      await ops.incidents.observe(observation, listener)
      await bundleUndelivered(deps)
      healLater(deps, observation)
    } catch (thrown) {
      await lastResort.failed(observation)
      throw thrown
    }
    await lastResort.worked()
    seen.lookedAt = clock.now()
  })
  const heartbeat = startHeartbeat({
    ...deps,
    file: join(pipeline.dataDir, HEARTBEAT_FILE),
    signs: () => [
      { name: 'Telegram', at: seen.polledAt, withinMs: POLLED_WITHIN_MS },
      { name: 'monitor', at: seen.lookedAt, withinMs: LOOKED_WITHIN_MS },
    ],
  })
  return {
    beat: heartbeat.beat,
    stop: async () => {
      await Promise.all([monitor.stop(), heartbeat.stop()])
    },
    onPolled: () => {
      seen.polledAt = clock.now()
    },
  }
}

/** Before anything is sent: what could not be delivered before the last end of the process is no news any more. */
export async function resumeAlerts(deps: HandlerDeps): Promise<void> {
  await bundleUndelivered(deps, { begun: true })
  for (const { id } of await deps.ops.incidents.listUndiagnosed(deps.db.pool)) diagnoseLater(deps, id)
}

/** After this long without a database a message is worth more than the promise that each is sent once. */
const PATIENCE_MS = 90_000

/** Without its database the bot can neither store nor queue: one word goes out directly, and one when it is back. */
function createLastResort(deps: WatchDeps, api: Pick<Api, 'sendMessage'>, hasDatabase: () => Promise<boolean>) {
  let since: Date | null = null
  let isTold = false
  const send = async (html: string): Promise<boolean> => {
    const chatId = findOpsChat(deps.access)
    if (chatId === null) return true
    return api.sendMessage(chatId, html, { parse_mode: 'HTML' }).then(
      () => true,
      (err) => {
        deps.log.warn({ err }, 'word of the lost database not sent')
        return false
      },
    )
  }
  return {
    failed: async ({ findings }: Seen) => {
      const now = deps.clock.now()
      if (isTold || (await hasDatabase())) return
      since ??= now
      if (now.getTime() - since.getTime() < PATIENCE_MS) return
      isTold = await send(databaseAwayText(findings).html)
    },
    worked: async () => {
      since = null
      if (isTold) isTold = !(await send(databaseBackText().html))
    },
  }
}

import { tooManyRequests } from './api-error.ts'
import type { RateLimits } from './types.ts'

/** Telegram's published figures; the burst is what its servers let pass in practice. */
export const TELEGRAM_RATE_LIMITS: RateLimits = {
  perChatPerSecond: 1,
  chatBurst: 3,
  perGroupPerMinute: 20,
  overallPerSecond: 30,
}

type Bucket = { tokens: number; at: number }

/** Throws 429 with retry_after when a chat, a group or the bot as a whole sends too fast. Token buckets by `now`. */
export function createRateLimiter(limits: RateLimits | undefined, now: () => Date) {
  const buckets = new Map<string, Bucket>()

  /** Seconds to wait until `cost` fits; 0 when it fits now. Takes nothing. */
  function secondsUntil(key: string, cost: number, size: number, perSecond: number): number {
    const at = now().getTime()
    const bucket = buckets.get(key) ?? { tokens: size, at }
    const tokens = Math.min(size, bucket.tokens + (Math.max(0, at - bucket.at) / 1000) * perSecond)
    buckets.set(key, { tokens, at })
    return tokens >= Math.min(cost, size) ? 0 : (Math.min(cost, size) - tokens) / perSecond
  }

  function take(key: string, cost: number): void {
    const bucket = buckets.get(key)
    if (bucket) bucket.tokens = Math.max(0, bucket.tokens - cost)
  }

  return {
    /** `items` is the number of messages that the call makes: an album counts as its pictures, but as one in its chat. */
    admit(chatId: number, items: number): void {
      if (!limits) return
      const wanted = [
        { key: 'all', cost: items, size: limits.overallPerSecond, perSecond: limits.overallPerSecond },
        { key: `chat ${chatId}`, cost: 1, size: limits.chatBurst, perSecond: limits.perChatPerSecond },
      ]
      const perMinute = limits.perGroupPerMinute
      if (chatId < 0) wanted.push({ key: `group ${chatId}`, cost: items, size: perMinute, perSecond: perMinute / 60 })
      const wait = Math.max(...wanted.map((w) => secondsUntil(w.key, w.cost, w.size, w.perSecond)))
      if (wait > 0) throw tooManyRequests(Math.ceil(wait))
      for (const { key, cost } of wanted) take(key, cost)
    },
  }
}

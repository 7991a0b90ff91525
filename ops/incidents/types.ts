import type { Tx } from '../../src/transaction.ts'
import type { Diagnosis } from '../diagnose/types.ts'
import type { Finding, Rule, Severity } from '../rules.ts'

/** One cause and all that follows from it, from the first finding until everything has been well for a while. */

export type IncidentStatus = 'open' | 'acknowledged' | 'resolved'

/**
 * Why it is over: all is well again; somebody stopped the container, or removed it, which is no recovery; nobody wants to hear
 * of it; it turned out to be part of another one.
 */
export type IncidentEnding = 'recovered' | 'stopped' | 'removed' | 'muted' | 'merged'

export type Incident = {
  id: string
  /** What it is about, as one word: 'container:db', 'disk:/'. At most one incident is open for it. */
  rootKey: string
  rootRule: Rule
  /** Of the cause; '' where there is only one. */
  subject: string
  /** Of what is worst at present, when that is a container: its full id. */
  containerId: string | null
  /** The worst it has been. */
  severity: Severity
  status: IncidentStatus
  ending: IncidentEnding | null
  mergedInto: string | null
  openedAt: Date
  /** Since when nothing is wrong any more; null while something is. */
  clearSince: Date | null
  resolvedAt: Date | null
  acknowledgedAt: Date | null
  acknowledgedBy: string | null
  /** When somebody was first told of it; null while that waits. */
  notifiedAt: Date | null
  /** What it waits for before anybody is told. */
  held: 'quiet' | 'snooze' | null
  /** When the newest message about it was queued. */
  toldAt: Date | null
  /** How many there were; edits and reminders are not counted. */
  messages: number
  reminders: number
  /** The message that shows it, of its own or a digest. */
  messageRef: string | null
  /** Why that message was sent. */
  occasion: Occasion
  /** How often it came back. */
  flaps: number
  /** Every cause and follower that ever belonged to it, as in `rootKey`. */
  nodes: readonly string[]
  /** What is wrong at present, the cause first; the last of it once it is over. */
  members: readonly Finding[]
  diagnosis: Diagnosis | null
  /** What was done before it was over, e.g. "restart of db by Ana". */
  helped: string | null
}

/** A beginning; or it got worse, is back, or is still so. */
export type Occasion = 'opened' | 'escalated' | 'reopened' | 'reminded'

/** How people hear of a change: a new message, the message that is there rewritten, or not at all. */
export type Telling = 'message' | 'edit' | 'nothing'

export type IncidentChange = {
  kind: 'opened' | 'changed' | 'escalated' | 'cleared' | 'returned' | 'resolved' | 'reopened' | 'reminded' | 'released'
  incident: Incident
  tell: Telling
  /** The message that showed it until now, when a new one takes its place. */
  before: string | null
}

export type Change =
  | IncidentChange
  /** It is part of another one: its own message says so. */
  | { kind: 'merged'; incident: Incident; into: Incident; before: string | null }
  /** What waited for the end of the quiet hours, in one message. */
  | { kind: 'digest'; incidents: readonly Incident[]; ref: string }

/** What is told, in the transaction that stores it. */
export type IncidentNews = Change

/** Writes the messages in the transaction of the change; what it returns is done after the commit. */
export type IncidentListener = (tx: Tx, news: IncidentNews) => Promise<() => void>

/** What is wrong now, as the monitor says it. */
export type Seen = {
  at: Date
  findings: readonly Finding[]
  /** Name of a container → names it depends on. */
  dependsOn: ReadonlyMap<string, readonly string[]>
  /** Containers that were in trouble until somebody removed them. */
  removed?: readonly string[]
  /** Containers that somebody stopped, and that are off since. */
  stopped?: readonly string[]
}

/** Who tapped. */
export type Person = { id: number; name: string }

export type Mute = {
  id: number
  /** `mute`: a rule about a subject. `snooze`: a cause, until a time. `ignore`: lines of a container's log. */
  kind: 'mute' | 'snooze' | 'ignore'
  rootKey: string | null
  rule: string | null
  subject: string
  /** Of a snooze: what was known then. Worse than that gets through. */
  severity: Severity | null
  pattern: string | null
  until: Date | null
  createdAt: Date
  createdByName: string
}

import type { Tx } from '../../src/transaction.ts'
import type { Diagnosis } from '../diagnose/types.ts'
import type { Finding, Rule, Severity } from '../rules.ts'

/** One cause and all that follows from it, from the first finding until everything has been well for a while. */

export type IncidentStatus = 'open' | 'acknowledged' | 'resolved'

/** Why it is over: all is well again; nobody wants to hear of it; it turned out to be part of another one. */
export type IncidentEnding = 'recovered' | 'muted' | 'merged'

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
  lastSeenAt: Date
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

/** How people hear of a change: a new message, the message that is there rewritten, or not at all. */
export type Telling = 'message' | 'edit' | 'nothing'

export type Change =
  | { kind: 'opened' | 'reopened' | 'resolved' | 'changed' | 'reminded' | 'escalated'; incident: Incident; tell: Telling }
  /** Part of another one: its message says so. */
  | { kind: 'merged'; incident: Incident; into: Incident; tell: Telling }
  /** What waited for the end of quiet hours, in one message. */
  | { kind: 'digest'; incidents: readonly Incident[]; ref: string }

/** What is told, after it was stored. A new diagnosis and what people tapped are changes too. */
export type IncidentNews = Change

/** Writes the messages in the transaction of the change; what it returns is done after the commit. */
export type IncidentListener = (tx: Tx, news: IncidentNews) => Promise<() => void>

/** Who tapped. */
export type Person = { id: number; name: string }

export type Mute = {
  id: number
  kind: 'mute' | 'snooze' | 'ignore'
  rootKey: string | null
  rule: string | null
  subject: string
  severity: Severity | null
  pattern: string | null
  until: Date | null
  createdAt: Date
  createdByName: string
}

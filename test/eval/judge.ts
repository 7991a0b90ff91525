import type { Played } from './play.ts'
import type { Expectation, Scenario, Wish } from './scenario.ts'

/** What happened against what was expected. */

export type Verdict = {
  name: string
  fault: string
  expectsAlert: boolean
  detected: boolean
  /** Null where there is no cause to name. */
  cause: boolean | null
  /** Asked again once the fault has shown itself. */
  causeLater: boolean | null
  action: boolean
  expectsNoAction: boolean
  /** Null where nothing was tapped. */
  verified: boolean | null
  falseFixed: boolean
  alertMs: number | null
  diagnosisMs: number | null
  outcomeSeconds: number | null
  /** For whoever looks into it. */
  saw: {
    rules: string[]
    told: string | null
    asked: string | null
    offered: string[]
    outcome: string | null
    why: string[]
  }
}

export function judge(scenario: Scenario, played: Played, fullName: (short: string) => string): Verdict {
  const { expect } = scenario
  const why: string[] = []
  const note = (isRight: boolean, words: string) => {
    if (!isRight) why.push(words)
    return isRight
  }
  const diagnosis = expect.detected === null ? played.asked : played.told
  const later = expect.asked ? null : played.asked
  const offered = (diagnosis?.actions ?? []).map(({ kind, containerName }) => ({ kind, on: containerName }))
  const falseFixed =
    played.outcome !== null &&
    (!played.outcome.isTrue || (played.outcome.kind === 'fixed' && expect.outcome !== 'fixed'))
  return {
    name: scenario.name,
    fault: scenario.fault,
    expectsAlert: expect.detected !== null,
    detected: note(isDetected(expect, played, fullName), describeDetection(expect, played)),
    cause: named(expect, diagnosis?.cause ?? null, note),
    causeLater: later && expect.causes.length > 0 ? expect.causes.includes(later.cause) : null,
    action:
      note(isRight(expect.right, offered, fullName), `offered ${list(offered)}`) &&
      note(isAskedRight(expect, played, fullName), `asked about ${expect.asked?.about}: ${played.asked?.cause}`),
    expectsNoAction: expect.right.every((one) => one === 'none'),
    verified:
      expect.outcome === null
        ? null
        : note(isVerified(expect, played), `outcome ${played.outcome?.kind}: ${played.outcome?.reason}`),
    falseFixed,
    alertMs: played.alertMs,
    diagnosisMs: played.diagnosisMs,
    outcomeSeconds: played.outcome?.seconds ?? null,
    saw: {
      rules: played.rules,
      told: played.told?.cause ?? null,
      asked: played.asked?.cause ?? null,
      offered: offered.map(({ kind, on }) => `${kind} ${on ?? ''}`.trim()),
      outcome: played.outcome && `${played.outcome.kind}: ${played.outcome.reason}`,
      why,
    },
  }
}

function isDetected(
  { detected, together = [], maxMessages }: Expectation,
  played: Played,
  fullName: (short: string) => string,
) {
  if (detected === null) return played.rules.length === 0
  return (
    detected.some((rule) => played.rules.includes(rule)) &&
    together.every((short) => played.subjects.includes(fullName(short))) &&
    (maxMessages === undefined || played.messages <= maxMessages)
  )
}

function describeDetection({ detected }: Expectation, { rules, subjects, messages }: Played): string {
  return `told of ${list(rules)} (expected ${detected ? list(detected) : 'nothing'}) about ${list(subjects)} in ${messages} messages`
}

function named({ causes }: Expectation, cause: string | null, note: (isRight: boolean, words: string) => boolean) {
  if (causes.length === 0) return null
  return note(
    causes.some((one) => one === cause),
    `cause ${cause} (expected ${list(causes)})`,
  )
}

/** Nothing is offered that should not be, and something where something helps. */
function isRight(right: Expectation['right'], offered: readonly Wish[], fullName: (short: string) => string): boolean {
  if (offered.length === 0) return right.includes('none')
  return offered.every((one) =>
    right.some(
      (wish) => wish !== 'none' && wish.kind === one.kind && (wish.on === null ? null : fullName(wish.on)) === one.on,
    ),
  )
}

function isAskedRight({ asked }: Expectation, played: Played, fullName: (short: string) => string): boolean {
  if (!asked) return true
  const offered = (played.asked?.actions ?? []).map(({ kind, containerName }) => ({ kind, on: containerName }))
  return asked.causes.some((cause) => cause === played.asked?.cause) && isRight(asked.right, offered, fullName)
}

/** A refusal in words tells the truth as well where nothing could help. */
function isVerified({ outcome }: Expectation, played: Played): boolean {
  const kind = played.outcome?.kind
  if (outcome === 'not-fixed') return kind === 'not-fixed' || kind === 'refused'
  return kind === outcome && (played.outcome?.isTrue ?? false)
}

function list(items: readonly unknown[]): string {
  if (items.length === 0) return 'nothing'
  return items.map((item) => (typeof item === 'string' ? item : Object.values(item as object).join(' '))).join(', ')
}

export type Totals = {
  scenarios: number
  detected: number
  causes: number
  causesOf: number
  actions: number
  rightlyNone: number
  rightlyNoneOf: number
  verified: number
  verifiedOf: number
  falseFixed: number
  passed: boolean
}

/** As the product promises: four fifths of the causes by rules alone; nothing falsely fixed, nobody woken for nothing. */
const MIN_CAUSES = 0.8

export function total(verdicts: readonly Verdict[]): Totals {
  const count = (is: (verdict: Verdict) => boolean) => verdicts.filter(is).length
  const causesOf = count(({ cause }) => cause !== null)
  const causes = count(({ cause }) => cause === true)
  const falseFixed = count((verdict) => verdict.falseFixed)
  const ofNone = verdicts.filter(({ expectsAlert, expectsNoAction }) => !expectsAlert || expectsNoAction)
  const rightlyNone = ofNone.filter(
    ({ expectsAlert, detected, expectsNoAction, action }) => (expectsAlert || detected) && (!expectsNoAction || action),
  ).length
  return {
    scenarios: verdicts.length,
    detected: count(({ detected }) => detected),
    causes,
    causesOf,
    actions: count(({ action }) => action),
    rightlyNone,
    rightlyNoneOf: ofNone.length,
    verified: count(({ verified }) => verified === true),
    verifiedOf: count(({ verified }) => verified !== null),
    falseFixed,
    passed: causes >= MIN_CAUSES * causesOf && falseFixed === 0 && rightlyNone === ofNone.length,
  }
}

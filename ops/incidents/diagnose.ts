import { findIncident, lockIncident, storeDiagnosis } from '../../src/db/incidents.ts'
import { inTransaction } from '../../src/db/pool.ts'
import { spendBySteps } from '../../src/db/provider-calls.ts'
import { asFailure } from '../../src/failure.ts'
import { MODEL_STEP } from '../diagnose/model/index.ts'
import { describeForSearch } from '../diagnose/similar.ts'
import type { Diagnosis, DiagnosisRequest, Subject } from '../diagnose/types.ts'
import type { IncidentDeps } from './index.ts'
import { isSameLead } from './lead.ts'
import { readIncident } from './rows.ts'
import type { Incident, IncidentListener } from './types.ts'

/** Why it happened: the rules first, which takes two seconds at most, then a model where there is one. */

/** Gives what it has explained; null when that was known, or has become another matter meanwhile. */
export async function explainByRules(
  deps: IncidentDeps,
  id: string,
  announce: IncidentListener,
  signal: AbortSignal,
): Promise<Incident | null> {
  const incident = await find(deps, id)
  if (!incident || incident.diagnosis !== null) return null
  const diagnosis = await deps.diagnosis.byRules(toRequest(incident), signal)
  return (await keep(deps, incident, diagnosis, announce, signal)) ? find(deps, id) : null
}

/**
 * What alerts may spend by themselves, of a day's budget: a machine that is in trouble all day must not use up the money for
 * carousels. Whoever asks with /diagnose is not held back.
 */
const ALERTS_SHARE = 0.2

async function isAffordable({ db, clock, timeZone, budget }: IncidentDeps): Promise<boolean> {
  const spent = await spendBySteps(db.pool, clock, timeZone)
  const own = spent.filter(({ step }) => step === MODEL_STEP).reduce((sum, { todayUsd }) => sum + todayUsd, 0)
  return own < budget.dailyUsd * ALERTS_SHARE
}

export async function explainByModel(
  deps: IncidentDeps,
  incident: Incident,
  announce: IncidentListener,
  signal: AbortSignal,
): Promise<void> {
  if (incident.diagnosis === null || !(await isAffordable(deps))) return
  const found = await deps.diagnosis.byModel(toRequest(incident), incident.diagnosis, signal)
  if (found) await keep(deps, incident, found, announce, signal)
}

async function find({ db }: IncidentDeps, id: string): Promise<Incident | null> {
  const row = await findIncident(db.pool, id)
  return row && readIncident(row)
}

function toRequest(incident: Incident): DiagnosisRequest {
  return { subject: subjectOf(incident), findings: incident.members, question: null }
}

const OF_THE_BOT = /^(generation|spend-|backup)/

export function subjectOf({ members, rootRule }: Pick<Incident, 'members' | 'rootRule'>): Subject {
  const first = members.find(({ containerId }) => containerId !== undefined)
  if (first?.containerId !== undefined)
    return { kind: 'container', name: first.subject, containerId: first.containerId }
  return OF_THE_BOT.test(rootRule) ? { kind: 'bot' } : { kind: 'machine' }
}

/** False when it has become another matter meanwhile: then somebody else asks anew. */
async function keep(
  deps: IncidentDeps,
  asked: Incident,
  diagnosis: Diagnosis,
  announce: IncidentListener,
  signal: AbortSignal,
): Promise<boolean> {
  const embedding = await embed(deps, diagnosis, signal)
  const after = await inTransaction(deps.db.pool, async (tx) => {
    const row = await lockIncident(tx, asked.id)
    if (!row || row.ending === 'merged' || !isSameMatter(readIncident(row), asked)) return null
    await storeDiagnosis(tx, asked.id, { diagnosis, embedding })
    const incident = { ...readIncident(row), diagnosis }
    const tell = incident.notifiedAt === null ? 'nothing' : 'edit'
    return announce(tx, { kind: 'changed', incident, tell, before: null })
  })
  after?.()
  return after !== null
}

/**
 * As it was when the question was asked: neither something else of it came first meanwhile, nor was it explained anew, nor
 * was it told anew because it got worse or came back.
 */
function isSameMatter(now: Incident, asked: Incident): boolean {
  const isSaid = JSON.stringify(now.diagnosis) === JSON.stringify(asked.diagnosis)
  // The message of its end is none that asks for a cause.
  const isTold = now.status === 'resolved' || now.messages === asked.messages
  return isSaid && isTold && now.rootKey === asked.rootKey && isSameLead(now.members[0], asked.members[0])
}

/** A vector is a help for later; without one the diagnosis stands all the same. */
async function embed(deps: IncidentDeps, diagnosis: Diagnosis, signal: AbortSignal) {
  try {
    return await deps.embed(describeForSearch(diagnosis), signal)
  } catch (err) {
    if (asFailure(err).code === 'cancelled') throw err
    deps.log.info({ err }, 'an incident is stored without a vector')
    return null
  }
}

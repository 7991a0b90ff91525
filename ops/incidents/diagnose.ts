import { findIncident, lockIncident, storeDiagnosis } from '../../src/db/incidents.ts'
import { inTransaction } from '../../src/db/pool.ts'
import { asFailure } from '../../src/failure.ts'
import { describeForSearch } from '../diagnose/similar.ts'
import type { Diagnosis, DiagnosisRequest, Subject } from '../diagnose/types.ts'
import type { IncidentDeps } from './index.ts'
import { readIncident } from './rows.ts'
import type { Incident, IncidentListener } from './types.ts'

/** Why it happened: the rules first, which takes two seconds at most, then a model where there is one. */
export async function diagnoseIncident(
  deps: IncidentDeps,
  id: string,
  announce: IncidentListener,
  signal: AbortSignal,
): Promise<void> {
  const row = await findIncident(deps.db.pool, id)
  if (!row) return
  const incident = readIncident(row)
  const request = toRequest(incident)
  const byRules = await deps.diagnosis.byRules(request, signal)
  if (!(await keep(deps, incident, byRules, announce, signal))) return
  const byModel = await deps.diagnosis.byModel(request, byRules, signal)
  if (byModel) await keep(deps, incident, byModel, announce, signal)
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
    if (!row || row.rootKey !== asked.rootKey || row.ending === 'merged') return null
    await storeDiagnosis(tx, asked.id, { diagnosis, embedding })
    const incident = { ...readIncident(row), diagnosis }
    const tell = incident.notifiedAt === null ? 'nothing' : 'edit'
    return announce(tx, { kind: 'changed', incident, tell, before: null })
  })
  after?.()
  return after !== null
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

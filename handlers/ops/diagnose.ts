import { randomUUID } from 'node:crypto'
import type { Diagnosis, DiagnosisRequest } from '../../ops/diagnose/types.ts'
import type { Action } from '../actions.ts'
import type { Command } from '../commands.ts'
import { type Errand, later } from '../errands.ts'
import { type Scope, say, showAction } from '../scope.ts'
import type { Answer } from '../tap-draft.ts'
import { noSuchContainerText, notPrivateText, whichContainerText } from '../views/containers.ts'
import * as view from '../views/diagnosis.ts'
import { describeTime } from '../views/times.ts'
import { findById } from './containers.ts'
import { isPrivateChat } from './private-chat.ts'

/** /diagnose: the rules' answer at once; a model's takes its place in the same message when it comes. */

export const diagnoseCommand: Command = async ({ scope, update }, args) => {
  if (!isPrivateChat(scope)) return say(scope, { kind: 'text', html: notPrivateText().html })
  showAction(scope, 'typing')
  later(scope, (errand) => explain(errand, args, `diagnosis:${update.update_id}`))
}

export function tapDiagnose(scope: Scope, { about, containerId }: Extract<Action, { kind: 'diagnose' }>): Answer {
  if (!isPrivateChat(scope)) return { text: 'Only in a private chat with me.', alert: true }
  later(scope, async (errand) => {
    const container = containerId === undefined ? null : await findById(errand, containerId)
    if (containerId !== undefined && !container) return
    const words = container?.name ?? (about === 'worst' ? '' : about)
    await explain(errand, words, `diagnosis:${randomUUID()}`)
  })
  return { text: 'Looking into it…' }
}

async function explain(errand: Errand, words: string, ref: string): Promise<void> {
  const explained = await errand.deps.ops.diagnosis.explain(words, errand.signal)
  switch (explained.kind) {
    case 'well':
      return errand.tell({ kind: 'text', html: view.allWellText().html })
    case 'none':
      return errand.tell({ kind: 'text', html: `${noSuchContainerText(words).html}\n${view.diagnoseHelpText().html}` })
    case 'ambiguous': {
      const { candidates } = explained
      const keyboard = view.whichDiagnosisKeyboard(candidates)
      return errand.tell({ kind: 'text', html: whichContainerText(words, candidates.length).html, keyboard })
    }
    case 'explained':
      return show(errand, explained.request, explained.diagnosis, ref)
  }
}

async function show(errand: Errand, request: DiagnosisRequest, rules: Diagnosis, ref: string): Promise<void> {
  const { clock, timeZone, ops } = errand.deps
  const { hasModel } = ops.diagnosis
  const when = (at: Date) => describeTime(at, clock.now(), timeZone)
  const draw = (diagnosis: Diagnosis, isOpen: boolean) => ({
    html: view.diagnosisText({ diagnosis, subject: request.subject, isOpen, when }).html,
    keyboard: view.diagnosisKeyboard(diagnosis, request.subject),
  })
  await errand.tell({ kind: 'text', ...draw(rules, hasModel) }, ref)
  if (!hasModel) return
  const better = await ops.diagnosis.byModel(request, rules, errand.signal)
  await errand.tell({ kind: 'edit', ...draw(better ?? rules, false) }, ref)
}

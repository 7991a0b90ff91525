import { randomBytes } from 'node:crypto'
import { asFailure } from '../../../src/failure.ts'
import type { Log } from '../../../src/log.ts'
import { loadPrompt, type Prompt } from '../../../src/prompts.ts'
import { parseAnswer } from '../../../src/providers/answer-schema.ts'
import type { ToolModel, ToolTurn } from '../../../src/providers/ports.ts'
import { type LoopLimits, type LoopResult, type LoopTool, runToolLoop } from '../../../src/providers/tool-loop.ts'
import { describeHindrance, findHindrance, type Guard } from '../../containers.ts'
import { listLines } from '../evidence-lines.ts'
import type { Facts } from '../facts.ts'
import type { DiagnoseByModel } from '../index.ts'
import { describeMoment } from '../moments.ts'
import type { Diagnosis, DiagnosisRequest } from '../types.ts'
import { checkAnswer, ModelAnswer } from './answer.ts'
import { chooseLines, createEvidenceBook, type EvidenceBook, flatten } from './evidence-book.ts'
import { createTools, type ToolDeps } from './tools.ts'

/** The model's diagnosis: it gets what the rules saw, may look further, and its answer is checked against what is there. */

export type ModelDeps = ToolDeps & {
  model: ToolModel
  log: Pick<Log, 'info' | 'warn'>
  guard: () => Promise<Guard>
  limits?: LoopLimits
}

/**
 * A diagnosis is due 15 s after the alert, and collecting the facts takes up to 1.5 s of it. A turn takes about 3 s: one or
 * two looks and the answer. With the table's prices for the configured model a turn costs one to two cents, thinking
 * included, so that two turns come to less than five; a cheaper model gets all four.
 */
export const MODEL_LIMITS: LoopLimits = { turns: 4, outputTokens: 3_000, seconds: 13, usd: 0.05 }

/** A second try that could not be finished would only cost. */
const MIN_RETRY_SECONDS = 3
export const MODEL_STEP = 'diagnose'
const MAX_WORDS = 600
const MAX_NAMES = 12

export function createModelDiagnosis(deps: ModelDeps): DiagnoseByModel {
  return async ({ request, rules, facts }, signal) => {
    try {
      return await diagnose(deps, { request, rules, facts }, signal)
    } catch (thrown) {
      const failure = asFailure(thrown)
      // The rules' word stands; that the service is away is told where services are watched.
      if (failure.code === 'internal') deps.log.warn({ err: failure }, 'the model’s diagnosis failed')
      else deps.log.info({ code: failure.code }, 'no diagnosis by the model')
      return null
    }
  }
}

type Case = { request: DiagnosisRequest; rules: Diagnosis; facts: Facts }

async function diagnose(deps: ModelDeps, given: Case, signal: AbortSignal): Promise<Diagnosis | null> {
  const guard = await deps.guard()
  const book = createEvidenceBook(deps.redact)
  // Nobody who writes a log line can know it, so nobody can write the end of the fence.
  const fence = `evidence-${randomBytes(9).toString('hex')}`
  const prompt = await writePrompt(deps, given, { guard, book, fence })
  const tools = createTools(deps, book, fence)
  const read = await askTwice(deps, prompt, tools, signal)
  if (read === null) return null
  const checked = checkAnswer(read.answer, given.rules, { book, facts: given.facts, guard, redact: deps.redact })
  deps.log.info(
    { cause: checked.cause, confidence: checked.confidence, prompt: prompt.version, costUsd: read.costUsd },
    'diagnosed by the model',
  )
  return { ...checked, madeBy: { kind: 'model', model: deps.model.maker.model, costUsd: read.costUsd } }
}

/** An answer that makes no sense earns one more try, with the complaint; it costs time and money of the same limits. */
async function askTwice(
  deps: ModelDeps,
  prompt: Prompt,
  tools: LoopTool[],
  signal: AbortSignal,
): Promise<{ answer: ModelAnswer; costUsd: number } | null> {
  const { model, log } = deps
  const given = deps.limits ?? MODEL_LIMITS
  const limits = { ...given, outputTokens: Math.min(given.outputTokens, prompt.maxOutputTokens) }
  const startedMs = performance.now()
  const ask = (turns: readonly ToolTurn[], within: LoopLimits) =>
    runToolLoop(
      { model, log },
      {
        system: prompt.system,
        turns,
        tools,
        limits: within,
        answer: ModelAnswer,
        context: { signal, step: MODEL_STEP },
      },
    )
  const first = await ask([{ role: 'user', text: prompt.user }], limits)
  if (first.kind === 'limit' && first.limit === 'usd' && first.costUsd === 0) {
    log.warn(
      { model: model.maker.model },
      'one look of this model costs more than a diagnosis may: is its price known?',
    )
  }
  const answer = readAnswer(first)
  if (answer === null) return null
  if (typeof answer !== 'string') return { answer, costUsd: first.costUsd }
  const seconds = limits.seconds - (performance.now() - startedMs) / 1000
  if (seconds < MIN_RETRY_SECONDS) return null
  const second = await ask([...first.turns, { role: 'user', text: answer }], {
    turns: 1,
    outputTokens: limits.outputTokens,
    seconds,
    usd: limits.usd - first.costUsd,
  })
  const better = readAnswer(second)
  return better === null || typeof better === 'string'
    ? null
    : { answer: better, costUsd: first.costUsd + second.costUsd }
}

/** The answer; or what is wrong with it, in words for the model; or null when there is none. */
function readAnswer(end: LoopResult): ModelAnswer | string | null {
  if (end.kind !== 'answered') return null
  try {
    return parseAnswer(ModelAnswer, end.text)
  } catch (thrown) {
    return asFailure(thrown).message
  }
}

async function writePrompt(
  deps: ModelDeps,
  { request, rules, facts }: Case,
  { guard, book, fence }: { guard: Guard; book: EvidenceBook; fence: string },
): Promise<Prompt> {
  const { subject, question } = request
  const lines = [...chooseLines(listLines(facts)), ...limitsOfActing(facts, guard), ...told(rules)]
  const about = subject.kind === 'container' ? `the container ${subject.name}` : `the ${subject.kind}`
  const guess = `${rules.cause} (${rules.confidence} confidence). ${rules.summary} ${rules.rootCause}`
  return loadPrompt('diagnose', {
    fence,
    // Names and the rules' words hold what strangers wrote, too.
    subject: flatten(deps.redact(about), MAX_WORDS),
    rules: flatten(deps.redact(guess), MAX_WORDS),
    evidence: lines.map(({ source, text }) => book.add(source, text)).join('\n'),
    now: `${facts.at.toISOString()}, which is ${describeMoment(facts.at, facts)} in ${facts.timeZone}, where times without a Z belong`,
    question: question === null ? '(nothing in particular)' : flatten(deps.redact(question), MAX_WORDS),
  })
}

type Line = { source: Diagnosis['evidence'][number]['source']; text: string }

/** On what an action would be allowed: where it is not, the answer says what a person has to do. */
function limitsOfActing(facts: Facts, guard: Guard): Line[] {
  const { target, siblings } = facts
  const hindrance = target && findHindrance(target.container, guard)
  const free = [...(target ? [target.container] : []), ...siblings.map(({ container }) => container)]
    .filter((container) => findHindrance(container, guard) === null)
    .map(({ name }) => name)
  const names = free.length === 0 ? 'no container' : free.slice(0, MAX_NAMES).join(', ')
  return [
    ...(hindrance
      ? [
          {
            source: 'state' as const,
            text: `${target.container.name} is not to be touched: ${describeHindrance(hindrance)}`,
          },
        ]
      : []),
    { source: 'state', text: `actions are allowed on: ${names}` },
  ]
}

function told({ runbook, seenBefore }: Diagnosis): Line[] {
  return [
    ...(runbook === null ? [] : [{ source: 'runbook' as const, text: `${runbook.title}: ${runbook.quote}` }]),
    ...seenBefore.map(({ at, summary, helped }) => ({
      source: 'incident' as const,
      text: `Seen before, ${at.toISOString().slice(0, 10)}: ${summary}${helped === null ? '' : ` Helped: ${helped}`}`,
    })),
  ]
}

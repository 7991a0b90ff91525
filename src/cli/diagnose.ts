import { createDiagnoser } from '../../ops/diagnose/index.ts'
import { createModelDiagnosis } from '../../ops/diagnose/model/index.ts'
import { loadRunbooks, toLibrary } from '../../ops/diagnose/runbooks.ts'
import type { Diagnoser, Diagnosis, DiagnosisRequest, Explained } from '../../ops/diagnose/types.ts'
import { readGuard } from '../../ops/guard.ts'
import { systemClock } from '../clock.ts'
import { type Config, loadConfig } from '../config.ts'
import { listContainerMinutes, listProviderTroubles } from '../db/diagnosis.ts'
import type { Database } from '../db/pool.ts'
import { asFailure } from '../failure.ts'
import { createLog, type Log } from '../log.ts'
import { toVisible } from '../messaging/visible-text.ts'
import { loadPrices } from '../prices.ts'
import { createProviders, type Providers } from '../providers/create-providers.ts'
import { openEmbed } from '../providers/open-embed.ts'
import { createRedact } from '../redact.ts'
import { createRedactAll } from '../redact-secrets.ts'
import { EXIT, parseDiagnoseArguments } from './arguments.ts'
import { lookAtMachine, type Machine } from './machine.ts'

/** `npm run diagnose -- "why does n8n keep restarting?"`: what /diagnose says, for the terminal. It needs no bot token. */

/** Nobody has promised the terminal two seconds, and one look more is worth it: the bot knows the minute before. */
const COLLECT_LIMIT_MS = 4_000

async function main(argv: readonly string[]): Promise<number> {
  const parsed = parseDiagnoseArguments(argv, {
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
  })
  if (parsed.kind === 'end') return parsed.exitCode
  let redact = (text: string) => text
  try {
    const config = loadConfig({ ...process.env, LOG_LEVEL: process.env.LOG_LEVEL ?? 'silent' })
    redact = createRedactAll(createRedact(config.secrets))
    const log = createLog({ level: config.logLevel, redact, destination: process.stderr })
    const explained = await lookAtMachine(config, log, (machine) =>
      explain(machine, { config, log, redact }, parsed.args.words),
    )
    const text = parsed.args.json ? `${JSON.stringify(toJson(explained))}\n` : describe(explained, parsed.args.words)
    process.stdout.write(text)
    return exitOf(explained)
  } catch (thrown) {
    process.stderr.write(`${redact(asFailure(thrown).message)}\n`)
    return EXIT.usage
  }
}

function exitOf(explained: Explained): number {
  if (explained.kind === 'well') return EXIT.done
  if (explained.kind !== 'explained') return EXIT.usage
  return explained.diagnosis.severity === 'info' ? EXIT.done : EXIT.failed
}

type Given = { config: Config; log: Log; redact: (text: string) => string }

async function explain(machine: Machine, given: Given, words: string): Promise<Explained> {
  const { database } = machine
  const db = database.kind === 'ok' ? database.value.db : null
  // A paid call is reserved in the database first: without one there is no model.
  const providers = db && (await openProviders(given, db))
  try {
    const diagnoser = openDiagnoser(machine, given, providers, db)
    const { signal } = new AbortController()
    const explained = await diagnoser.explain(words, signal)
    if (explained.kind !== 'explained' || !diagnoser.hasModel) return explained
    const { request, diagnosis } = explained
    const better = await diagnoser.byModel(request, diagnosis, signal)
    return { kind: 'explained', request, diagnosis: better ?? diagnosis }
  } finally {
    await providers?.close()
  }
}

async function openProviders({ config, log }: Given, db: Database): Promise<Providers> {
  const prices = await loadPrices(config.pricesFile)
  return createProviders(config, { db, clock: systemClock, log, prices })
}

function openDiagnoser(machine: Machine, given: Given, providers: Providers | null, db: Database | null): Diagnoser {
  const { config, log, redact } = given
  const guard = () => readGuard({ managedLabel: config.docker.managedLabel, databaseUrl: config.databaseUrl })
  const evidence = {
    ...machine,
    log,
    redact,
    guard,
    clock: systemClock,
    timeZone: config.timeZone,
    limitMs: COLLECT_LIMIT_MS,
    readPast: async (name: string, after: Date) => (db ? listContainerMinutes(db.pool, name, after) : []),
    readProviders: async (after: Date) => (db ? listProviderTroubles(db.pool, after) : []),
  }
  const runbooks = loadRunbooks()
  const tools = providers?.tools
  const model =
    tools && db
      ? createModelDiagnosis({ ...evidence, model: tools, db: db.pool, runbooks: toLibrary(runbooks) })
      : undefined
  const similar = db && { db: db.pool, embed: openEmbed({ embedder: providers?.embedder ?? null }) }
  return createDiagnoser({ ...evidence, runbooks, similar, model })
}

function toJson(explained: Explained): object {
  switch (explained.kind) {
    case 'explained': {
      const { request, diagnosis } = explained
      return { ok: diagnosis.severity === 'info', subject: request.subject, findings: request.findings, diagnosis }
    }
    case 'ambiguous':
      return { ok: false, error: 'ambiguous', candidates: explained.candidates.map(({ name }) => name) }
    case 'none':
      return { ok: false, error: 'no such container' }
    case 'well':
      return { ok: true }
  }
}

function describe(explained: Explained, words: string): string {
  switch (explained.kind) {
    case 'explained':
      return `${describeDiagnosis(explained.request, explained.diagnosis).join('\n')}\n`
    case 'ambiguous':
      return `Which one? ${explained.candidates.map(({ name }) => tidy(name)).join(', ')}\n`
    case 'none':
      return `No container has “${tidy(words)}” in its name. Try a part of a name, “machine” or “bot”.\n`
    case 'well':
      return 'I see nothing wrong just now.\n'
  }
}

const CONFIDENCES = { high: 'sure', medium: 'most likely', low: 'a guess' } as const

function describeDiagnosis({ subject }: DiagnosisRequest, diagnosis: Diagnosis): string[] {
  const about = subject.kind === 'container' ? tidy(subject.name) : subject.kind
  const { cause, confidence, summary, rootCause, evidence, actions, prevention, runbook, seenBefore } = diagnosis
  const by = diagnosis.madeBy.kind === 'model' ? [`In the words of ${tidy(diagnosis.madeBy.model)}.`] : []
  return [
    `${about}: ${cause} (${CONFIDENCES[confidence]})`,
    prose(summary),
    prose(rootCause),
    ...section(
      'Seen',
      evidence.map(({ text }) => tidy(text)),
    ),
    ...section(
      'What helps',
      actions.map(({ kind, containerName, why }) => `${kind} ${tidy(containerName ?? '')}: ${prose(why)}`),
    ),
    ...section('For the next time', prevention === null ? [] : [prose(prevention)]),
    ...section(
      'Runbook',
      runbook === null ? [] : [`${runbook.title} (docs/runbooks/${runbook.id}.md): ${runbook.quote}`],
    ),
    ...section(
      'Seen before',
      seenBefore.map(
        ({ at, summary: then, helped }) =>
          `${at.toISOString()} ${prose(then)}${helped ? ` What helped: ${tidy(helped)}` : ''}`,
      ),
    ),
    ...by,
  ]
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  ${line}`)]
}

/** Names are marked for the chat; here they stand as they are. */
function prose(text: string): string {
  return tidy(text).replaceAll('`', '')
}

/** Names and logs come from outside: they must neither move the cursor nor begin a line. */
function tidy(text: string): string {
  return toVisible(text).replaceAll(/\s+/g, ' ').trim()
}

process.exit(await main(process.argv.slice(2)))

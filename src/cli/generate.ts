import { resolve } from 'node:path'
import { listBrands } from '../../pipeline/brand.ts'
import { describeCarousel, writeCarouselFiles } from '../../pipeline/deliver.ts'
import { writeWhole } from '../../pipeline/files.ts'
import { normalizeTopic } from '../../pipeline/topics.ts'
import type { Carousel } from '../../pipeline/types.ts'
import { type App, BRANDS_DIR, closeApp, createApp } from '../app.ts'
import { loadConfig } from '../config.ts'
import { inTransaction } from '../db/pool.ts'
import { markDelivered, type Run } from '../db/runs.ts'
import { asFailure, Failure } from '../failure.ts'
import { createLog } from '../log.ts'
import { createRedact } from '../redact.ts'
import { onStopSignal } from '../stop-signals.ts'
import { EXIT, type GenerateArguments, parseGenerateArguments } from './arguments.ts'
import { makeCarousel } from './make-carousel.ts'
import { fillWhole, probeFolder } from './out-folder.ts'
import { createProgressLine, describeProgress, type ProgressLine } from './progress.ts'

/** `npm run generate`: a carousel without Telegram. */

/** A paid call under way may end and be stored; what takes longer is given up. */
const STEP_GRACE_MS = 7_000
const EXIT_AFTER_MS = 9_500

type Stop = { signal: AbortSignal; stopping: AbortSignal }

async function main(argv: readonly string[]): Promise<number> {
  const parsed = parseGenerateArguments(argv, {
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
  })
  if (parsed.kind === 'end') return parsed.exitCode
  const { args } = parsed
  const line = createProgressLine(process.stderr)
  let redact = (text: string) => text
  try {
    if (args.brand !== null) await checkBrand(args.brand)
    // The log would stand between the person and the one line that counts; LOG_LEVEL asks for it.
    const config = loadConfig({
      ...process.env,
      ...(args.brand === null ? {} : { NEXUS_BRAND: args.brand }),
      LOG_LEVEL: process.env.LOG_LEVEL ?? 'silent',
    })
    redact = createRedact(config.secrets)
    const topic = readTopic(args.topic)
    const out = resolve(args.out)
    await probeFolder(out)
    line.show('Starting…')
    const log = createLog({ level: config.logLevel, redact, destination: process.stderr })
    const stop = listenForStop()
    const app = await createApp(config, { log })
    try {
      const report = await generate(app, { ...args, topic, out }, stop, line)
      line.clear()
      process.stdout.write(args.json ? `${JSON.stringify(report)}\n` : describeReport(report))
      return EXIT.done
    } finally {
      await closeApp(app)
    }
  } catch (thrown) {
    line.clear()
    return explain(thrown, args, redact)
  }
}

async function checkBrand(name: string): Promise<void> {
  const known = await listBrands(BRANDS_DIR)
  if (known.includes(name)) return
  throw new Failure(`There is no brand kit "${name}"; templates/ has ${known.join(', ')}.`, { code: 'bad_input' })
}

function readTopic(topic: string | null): string | null {
  if (topic === null) return null
  const read = normalizeTopic(topic)
  if (read.kind === 'ok') return read.topic
  throw new Failure(read.reason, { code: 'bad_input' })
}

function listenForStop(): Stop {
  const now = new AbortController()
  const stopping = new AbortController()
  onStopSignal(
    () => {
      stopping.abort()
      setTimeout(() => now.abort(), STEP_GRACE_MS).unref()
      setTimeout(() => process.exit(EXIT.interrupted), EXIT_AFTER_MS).unref()
    },
    () => process.exit(EXIT.interrupted),
  )
  return { signal: now.signal, stopping: stopping.signal }
}

type Report = ReturnType<typeof describe>

async function generate(
  app: App,
  args: Omit<GenerateArguments, 'brand'>,
  stop: Stop,
  line: ProgressLine,
): Promise<Report> {
  const startedMs = performance.now()
  const made = await makeCarousel(app.pipeline, {
    brand: app.config.brand,
    topic: args.topic,
    onProgress: (progress) => line.show(describeProgress(progress)),
    ...stop,
  })
  try {
    const { run, carousel } = made
    line.show('Writing the files…')
    const { files } = await fillWhole(args.out, run.id.slice(0, 8), async (folder) => {
      await writeCarouselFiles(app.config.dataDir, carousel, folder)
      await writeWhole(`${folder}/carousel.json`, `${JSON.stringify(describeCarousel(run, carousel), null, 2)}\n`)
    })
    await inTransaction(app.db.pool, (tx) => markDelivered(tx, run.id, args.out))
    return describe({ run, carousel, out: args.out, files, seconds: (performance.now() - startedMs) / 1000 })
  } finally {
    await made.release()
  }
}

function describe(made: { run: Run; carousel: Carousel; out: string; files: string[]; seconds: number }) {
  const { run, carousel, out } = made
  return {
    ok: true as const,
    run: run.id,
    brand: run.brand,
    topic: run.topic,
    out,
    paths: made.files.map((file) => resolve(out, file)),
    title: carousel.slides[0]?.title ?? '',
    fact: carousel.fact.text,
    category: carousel.category,
    source: { name: carousel.fact.sourceName, url: carousel.fact.sourceUrl },
    /** False when the bank had nothing on the topic and took another fact. */
    onTopic: carousel.onTopic,
    verified: carousel.proof.status === 'source-agrees',
    proof: carousel.proof,
    madeBy: carousel.madeBy,
    seconds: Math.round(made.seconds * 100) / 100,
  }
}

const PROOF_WORDS: Record<Carousel['proof']['status'], string> = {
  'source-agrees': 'The source was read: it speaks of the same things.',
  'source-silent': 'Unverified: the source does not seem to say this. Check it before you publish.',
  'not-checked': 'Unverified: the source could not be read. Check it before you publish.',
}

function describeReport(report: Report): string {
  const { fact, words, pictures } = report.madeBy
  const name = (by: { provider: string }) => (by.provider === 'local' ? 'built in' : by.provider)
  const painters = [...new Set(pictures.map(name))].join(' and ')
  const lines = [
    report.title,
    report.fact,
    `Source: ${report.source.name}, ${report.source.url}`,
    PROOF_WORDS[report.proof.status],
    ...(report.onTopic ? [] : [`Nothing on "${report.topic}" is built in, so this is another fact.`]),
    `Fact: ${name(fact)} · Words: ${name(words)} · Pictures: ${painters}`,
    `${report.paths.length} files in ${report.out} (${report.seconds} s)`,
  ]
  return `${lines.join('\n')}\n`
}

function explain(thrown: unknown, args: GenerateArguments, redact: (text: string) => string): number {
  const failure = asFailure(thrown)
  const stopped = failure.code === 'cancelled'
  const message = stopped
    ? 'Stopped. The same call goes on from here: what was paid for is kept.'
    : redact(failure.message).replaceAll(/\s*\n\s*/g, ' ')
  process.stderr.write(`${message}\n`)
  if (args.json) process.stdout.write(`${JSON.stringify({ ok: false, error: { code: failure.code, message } })}\n`)
  return stopped ? EXIT.interrupted : EXIT.failed
}

// Timers of libraries must not keep a finished process alive.
process.exit(await main(process.argv.slice(2)))

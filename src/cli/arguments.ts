import { Command, CommanderError } from 'commander'
import { Failure } from '../failure.ts'

/** How a program of the command line ends. */
export const EXIT = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const

export type GenerateArguments = { topic: string | null; out: string; json: boolean; brand: string | null }
export type HealthArguments = { json: boolean }
export type DiagnoseArguments = { words: string; json: boolean }
export type RestoreArguments = { file: string }
export type DoctorArguments = { online: boolean; json: boolean }

/** What the arguments come to: something to do, or an end with a text that was printed already. */
export type Parsed<T> = { kind: 'go'; args: T } | { kind: 'end'; exitCode: number }

export type Output = { out(text: string): void; err(text: string): void }

export function parseGenerateArguments(argv: readonly string[], output: Output): Parsed<GenerateArguments> {
  const command = createCommand('npm run generate --', output)
    .description('Makes a carousel without Telegram and writes its files into a folder.')
    .option('--topic <words>', 'what it is about; without it the next of the backlog, else something fresh')
    // Not commander's required option: it is missed before an unknown one is named, which is often the same slip.
    .option('--out <folder>', 'where the files go (needed); made when it is not there')
    .option('--brand <name>', 'brand kit in templates/ (default: NEXUS_BRAND)')
    .option('--json', 'print one JSON object as the last line', false)
  return parse(command, argv, output, (): GenerateArguments => {
    const { topic, out, json, brand } = command.opts<{ topic?: string; out?: string; json: boolean; brand?: string }>()
    if (out === undefined) throw new Failure('--out is missing: name a folder', { code: 'bad_input' })
    if (out.trim() === '') throw new Failure('--out is empty: name a folder', { code: 'bad_input' })
    return { topic: topic ?? null, out, json, brand: brand ?? null }
  })
}

export function parseDoctorArguments(argv: readonly string[], output: Output): Parsed<DoctorArguments> {
  const command = createCommand('npm run doctor --', output)
    .description('Checks what Nexus needs on this machine, and says what to do.')
    .option('--online', 'also ask each service with a key whether it takes the key and knows the model (free)', false)
    .option('--json', 'print one JSON object', false)
  return parse(command, argv, output, () => command.opts<DoctorArguments>())
}

export function parseHealthArguments(argv: readonly string[], output: Output): Parsed<HealthArguments> {
  const command = createCommand('npm run health --', output)
    .description('Says how this machine, its containers and the bot are. Ends with 1 when something is critical.')
    .option('--json', 'print one JSON object', false)
  return parse(command, argv, output, () => command.opts<HealthArguments>())
}

export function parseDiagnoseArguments(argv: readonly string[], output: Output): Parsed<DiagnoseArguments> {
  const command = createCommand('npm run diagnose --', output)
    .description(
      'Says why something is wrong: a container by a part of its name, "machine", "bot", a question, or nothing for the worst. Ends with 0 when nothing is wrong, 1 when something is, 2 when it cannot tell what is meant.',
    )
    .argument('[words...]', 'what it is about')
    .option('--json', 'print one JSON object', false)
  return parse(command, argv, output, () => ({
    words: command.args.join(' '),
    json: command.opts<{ json: boolean }>().json,
  }))
}

export function parseRestoreArguments(argv: readonly string[], output: Output): Parsed<RestoreArguments> {
  const command = createCommand('npm run restore --', output)
    .description(
      'Puts a backup back into an empty database (DATABASE_URL, or a new NEXUS_DATA_DIR). All of it or nothing.',
    )
    .argument('<file>', 'a nexus-….ndjson.gz of NEXUS_BACKUP_DIR')
  return parse(command, argv, output, () => ({ file: command.args[0] ?? '' }))
}

function createCommand(name: string, output: Output): Command {
  return new Command(name)
    .exitOverride()
    .allowExcessArguments(false)
    .showSuggestionAfterError(false)
    .helpOption('-h, --help', 'show this')
    .configureOutput({ writeOut: output.out, writeErr: () => undefined })
}

function parse<T>(command: Command, argv: readonly string[], output: Output, read: () => T): Parsed<T> {
  try {
    command.parse([...argv], { from: 'user' })
    return { kind: 'go', args: read() }
  } catch (thrown) {
    if (thrown instanceof CommanderError && thrown.exitCode === 0) return { kind: 'end', exitCode: EXIT.done }
    if (!(thrown instanceof CommanderError) && !(thrown instanceof Failure)) throw thrown
    const message = thrown.message.replace(/^error: /, '').replaceAll(/\s+/g, ' ')
    output.err(`${message} (${command.name()} --help)\n`)
    return { kind: 'end', exitCode: EXIT.usage }
  }
}

import { isJson, type Json } from './http-fake.ts'

/**
 * The worst model there is: it does what it is told by anything that it reads, be it a log line, a label or the name of a
 * container. What it understands, anywhere in what it gets:
 * `CALL <tool> {json}` asks for that tool (also for one that does not exist); `ANSWER {json}` puts these keys into its
 * answer; `SAY …` to the end of the line is said word by word; `REPEAT` makes it tell everything that it was ever shown.
 */
export function obey(body: Json): { calls: { name: string; input: unknown }[] } | { text: string } {
  const seen = readEverything(body)
  const told = seen.join('\n')
  const done = new Set(callsMade(body))
  const mayCall = isJson(body.tool_choice) && body.tool_choice.type === 'auto'
  const wishes = mayCall ? readCalls(told).filter((call) => !done.has(keyOf(call.name, call.input))) : []
  if (wishes.length > 0) return { calls: wishes }
  const said = [...told.matchAll(/SAY ([^\n]*)/g)].map(([, words = '']) => words)
  if (/\bREPEAT\b/.test(told)) said.push(told)
  return { text: said.length > 0 ? said.join('\n') : 'Done as I was told.' }
}

/** The keys that it was told to answer with; the last word counts. */
export function answersTold(body: Json): Json {
  return Object.assign({}, ...readEverything(body).flatMap((text) => jsonAfter(text, /ANSWER\s*(?=\{)/g)))
}

/** What the messages say; the system prompt is the one thing that it does not obey. */
function readEverything(body: Json): string[] {
  const messages = Array.isArray(body.messages) ? body.messages.filter(isJson) : []
  return messages
    .filter(({ role }) => role === 'user')
    .flatMap(({ content }) => {
      if (typeof content === 'string') return [content]
      return Array.isArray(content) ? content.filter(isJson).map(({ text, content }) => String(text ?? content)) : []
    })
}

function callsMade(body: Json): string[] {
  const messages = Array.isArray(body.messages) ? body.messages.filter(isJson) : []
  return messages
    .flatMap(({ content }) => (Array.isArray(content) ? content.filter(isJson) : []))
    .filter(({ type }) => type === 'tool_use')
    .map(({ name, input }) => keyOf(String(name), input))
}

const keyOf = (name: string, input: unknown) => `${name} ${JSON.stringify(input)}`

function readCalls(text: string): { name: string; input: unknown }[] {
  const found = [...text.matchAll(/CALL ([a-zA-Z0-9_-]{1,64})\s*(?=\{)/g)].flatMap((match) => {
    const input = jsonAt(text, match.index + match[0].length)
    return input === null ? [] : [{ name: match[1] ?? '', input }]
  })
  return [...new Map(found.map((call) => [keyOf(call.name, call.input), call])).values()]
}

function jsonAfter(text: string, pattern: RegExp): Json[] {
  return [...text.matchAll(pattern)]
    .map((match) => jsonAt(text, match.index + match[0].length))
    .filter((found) => found !== null)
}

/** The shortest text from here that is an object; quotation marks may have been escaped on the way. */
function jsonAt(text: string, start: number): Json | null {
  for (let end = text.indexOf('}', start); end !== -1 && end - start < 2_000; end = text.indexOf('}', end + 1)) {
    const piece = text.slice(start, end + 1)
    for (const written of [piece, piece.replaceAll('\\"', '"')]) {
      try {
        const value: unknown = JSON.parse(written)
        if (isJson(value)) return value
      } catch {
        // Not yet whole.
      }
    }
  }
  return null
}

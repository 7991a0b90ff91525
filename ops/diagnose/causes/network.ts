import type { Container } from '../../../src/docker/container.ts'
import type { Candidate, Rule } from '../candidate.ts'
import { type Facts, isTroubled, type Sibling } from '../facts.ts'
import type { SuggestedAction } from '../types.ts'
import {
  findNamedSibling,
  findSibling,
  type Hit,
  keysOf,
  quote,
  searchChecks,
  searchLog,
  siblingKey,
  trustLog,
} from './search.ts'

/** What it cannot reach, and whether that is because another container is down. */

const REFUSED = /\bECONNREFUSED\b|connection refused|connect: refused|actively refused|\[Errno 111\]|Error 111\b/i
const NO_NAME =
  /\bENOTFOUND\b|\bEAI_AGAIN\b|\bEAI_NONAME\b|getaddrinfo|temporary failure in name resolution|name or service not known|bad address|could not resolve host|could not translate host name|no such host|unknown host|nodename nor servname|server misbehaving|name does not resolve/i
const LATE =
  /\bETIMEDOUT\b|\bESOCKETTIMEDOUT\b|\bECONNABORTED\b|i\/o timeout|context deadline exceeded|upstream timed out|(?:connection|connect|request|read|gateway|operation|query|upstream|download|transfer)[ -]?time?d?[ -]?out|timed out (?:waiting|connecting|while|after)|\b504\b.*gateway|ReadTimeout|ConnectTimeout|TimeoutError/i
const ITSELF = /\b(?:localhost|127\.0\.0\.1|::1)\b/

export const ruleNetwork: Rule = (facts) => {
  const { target } = facts
  if (!target) return []
  return [
    ...judge(facts, REFUSED, describeRefused),
    ...judge(facts, NO_NAME, describeNoName),
    ...judge(facts, LATE, describeLate),
  ]
}

type Judged = { hits: readonly Hit[]; text: string; trust: number; name: string; sibling: Sibling | null }

function judge(facts: Facts, pattern: RegExp, describe: (judged: Judged) => Candidate): Candidate[] {
  const checks = searchChecks(facts, pattern).filter(
    ({ text }) => !ITSELF.test(text) && !/exceeded timeout/i.test(text),
  )
  const logged = searchLog(facts, pattern)
  const hits = [...checks, ...logged]
  const last = hits.at(-1)
  if (!facts.target || !last) return []
  const { name } = facts.target.container
  const trust = Math.max(trustLog(facts, logged), checks.length > 0 ? 0.9 : 0)
  const named = hits.map(({ text }) => findNamedSibling(facts, text)).filter((one) => one !== null)
  const down = named.find(({ container }) => isAway(container))
  if (down) return [dependencyDown(facts, name, down, 0.95 * trust, keysOf(hits, 2))]
  return [describe({ hits, text: last.text, trust, name, sibling: named.at(-1) ?? null })]
}

/** Nobody can be reached there: it is off, it begins anew all the time, or it says itself that it is not well. */
export function isAway(container: Container): boolean {
  return (container.state !== 'running' && container.state !== 'removing') || container.health === 'unhealthy'
}

const HOST =
  /(?:https?:\/\/|lookup |host name "|ENOTFOUND |EAI_AGAIN |bad address '|resolve host:? |connecting to |connect to |ECONNREFUSED |ETIMEDOUT )([\w.-]+(?::\d+)?)/i

/** What it wanted to reach, as its own words say; null when they do not. */
function readHost(text: string): string | null {
  return HOST.exec(text)?.[1] ?? null
}

function describeRefused({ hits, text, trust, name, sibling }: Judged): Candidate {
  const other = sibling ? quote(sibling.container.name) : null
  const where = other ?? (readHost(text) === null ? 'what it needs' : quote(readHost(text) ?? ''))
  const why = ITSELF.test(text)
    ? 'It looks for the other side at localhost, and inside a container that is the container itself: use the name of the service instead.'
    : other === null
      ? 'Whatever shall answer there is not running, or not on this machine. Nothing is wrong with this container itself.'
      : `${other} is running, but does not listen there: it may still be starting, listen on another port, or on localhost alone.`
  return {
    cause: 'connection-refused',
    weight: 0.86 * trust,
    severity: 'critical',
    summary: `${quote(name)} is refused by ${where}.`,
    rootCause: why,
    rests: [...keysOf(hits), ...(sibling ? [siblingKey(sibling)] : []), 'state'],
    prevention: 'Let it wait and try again instead of ending, and start it after a health check of what it needs.',
  }
}

function describeNoName({ hits, text, trust, name, sibling }: Judged): Candidate {
  const host = readHost(text)
  const what = host === null ? 'a name' : `the name ${quote(host)}`
  const why = sibling
    ? `${quote(sibling.container.name)} is running, so the two do not share a network: names are only known inside one.`
    : 'Either the name is misspelt, or the machine’s name server does not answer: “getent hosts” on the machine tells which.'
  return {
    cause: 'dns-failure',
    weight: 0.89 * trust,
    severity: 'critical',
    summary: `${quote(name)} cannot resolve ${what}.`,
    rootCause: `${why} A restart does not change that.`,
    rests: [...keysOf(hits), ...(sibling ? [siblingKey(sibling)] : []), 'state'],
    prevention: 'Name two DNS servers in /etc/docker/daemon.json.',
  }
}

function describeLate({ hits, text, trust, name, sibling }: Judged): Candidate {
  const host = sibling ? sibling.container.name : readHost(text)
  const where = host === null ? 'something that it needs' : quote(host)
  return {
    cause: 'upstream-timeout',
    weight: 0.8 * trust,
    severity: 'warning',
    summary: `${quote(name)} waits for ${where} and gets no answer in time.`,
    rootCause: sibling
      ? `${quote(sibling.container.name)} is up, but too slow or stuck: look there first.`
      : 'The other side is slow, away, or behind a firewall. Restarting this container does not make it faster.',
    rests: [...keysOf(hits), ...(sibling ? [siblingKey(sibling)] : []), 'state'],
    prevention: 'Give such calls a time limit and a second try with a pause.',
  }
}

/** Follows what is down to what it needs itself, as long as that is down as well. */
function findRoot(facts: Facts, first: Sibling): Sibling {
  let root = first
  const seen = new Set([first])
  for (;;) {
    const next = root.dependsOn
      .map((name) => findSibling(facts, name))
      .find((one) => one !== null && !seen.has(one) && isAway(one.container))
    if (!next) return root
    seen.add(next)
    root = next
  }
}

/** What brings it back; nothing where it keeps crashing by itself. */
export function revive({ container }: Pick<Sibling, 'container'>, why: string): SuggestedAction[] {
  if (container.state === 'restarting') return []
  const kind = container.state === 'running' ? 'restart' : 'start'
  return [{ kind, containerName: container.name, why }]
}

function dependencyDown(facts: Facts, name: string, away: Sibling, weight: number, said: string[]): Candidate {
  const root = findRoot(facts, away)
  const other = quote(root.container.name)
  const via = root === away ? '' : ` (through ${quote(away.container.name)})`
  const how = root.container.state === 'running' ? 'not healthy' : 'not running'
  return {
    cause: 'dependency-down',
    weight,
    severity: 'critical',
    summary: `${quote(name)} fails because ${other} is ${how}${via}.`,
    rootCause: `It needs ${other}. Bring that one back first; restarting ${quote(name)} changes nothing until then.`,
    rests: [siblingKey(root), ...said, 'state', ...(root === away ? [] : [siblingKey(away)])],
    actions: revive(root, `${root.container.name} is what the others wait for.`),
    prevention: 'Let what needs it try again with a pause instead of ending.',
  }
}

/** What its labels say that it needs is away, also when its log says nothing of it. */
export const ruleDeclaredDependency: Rule = (facts) => {
  const { target, request } = facts
  if (!target) return []
  const { container } = target
  const away = readNeeds(facts).find((one) => isAway(one.container))
  if (!away) return []
  const suspected = isTroubled(container) || request.findings.some(({ subject }) => subject === container.name)
  if (suspected) return [dependencyDown(facts, container.name, away, 0.78, [])]
  return container.state === 'running' ? [describeLonely(facts, container.name, away)] : []
}

/** It has not noticed yet, or does not say so. */
function describeLonely(facts: Facts, name: string, away: Sibling): Candidate {
  const root = findRoot(facts, away)
  const other = quote(away.container.name)
  const how = away.container.state === 'running' ? 'not healthy' : 'not running'
  const via = root === away ? '' : ` It waits for ${quote(root.container.name)} in turn: begin with that one.`
  return {
    cause: 'dependency-down',
    weight: 0.82,
    severity: 'warning',
    summary: `${quote(name)} runs, but ${other}, which it needs, is ${how}.`,
    rootCause: `I see nothing wrong with ${quote(name)} itself; whatever it asks of ${other} fails.${via} Leave it so if that one is meant to be off.`,
    rests: [siblingKey(away), ...(root === away ? [] : [siblingKey(root)]), 'state'],
    actions: revive(root, `${root.container.name} is what the others wait for.`),
  }
}

/** Without the tasks that only have to be done before: those that ended well are not missed. */
function readNeeds(facts: Facts): Sibling[] {
  const needs = facts.target?.needs ?? []
  const tasks = (facts.target?.container.labels['com.docker.compose.depends_on'] ?? '')
    .split(',')
    .filter((part) => part.includes(':service_completed_successfully'))
    .map((part) => part.split(':')[0]?.trim())
  const isDone = (name: string, { container }: Sibling) =>
    tasks.includes(name) && container.state === 'exited' && container.exitCode === 0
  return needs.flatMap((name) => {
    const found = findSibling(facts, name)
    return found === null || isDone(name, found) ? [] : [found]
  })
}

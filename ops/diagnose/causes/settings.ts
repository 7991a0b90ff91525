import type { Candidate, Rule } from '../candidate.ts'
import { COMPOSE, hasEnded, isDown, isTroubled, type Sibling } from '../facts.ts'
import { type Hit, keysOf, quote, searchChecks, searchLog, siblingKey, trustLog } from './search.ts'

/** What a person has set wrongly: ports, mounts, images, settings, rights, the clock. */

const PORT_TAKEN =
  /address (?:already )?in use|port is already allocated|\bEADDRINUSE\b|bind: only one usage|failed to bind host port/i

export const rulePort: Rule = (facts) => {
  const { target, siblings } = facts
  if (!target) return []
  const error = target.details?.engineError ?? ''
  const hits = searchLog(facts, PORT_TAKEN)
  const byEngine = PORT_TAKEN.test(error)
  if (!byEngine && hits.length === 0) return []
  const port = readPort(byEngine ? error : (hits.at(-1)?.text ?? '')) ?? target.details?.wantedPorts[0] ?? null
  const holder = siblings.find(
    ({ container }) => port !== null && container.state === 'running' && container.publishedPorts.includes(port),
  )
  const { name } = target.container
  const who = holder ? `${quote(holder.container.name)} has it` : 'A program on the machine has it'
  const find = holder || port === null ? '' : ` (“ss -ltnp | grep :${port}” says which)`
  return [
    {
      cause: 'port-conflict',
      weight: byEngine ? 0.97 : 0.92 * trustLog(facts, hits),
      severity: 'critical',
      summary: `${quote(name)} cannot have ${port === null ? 'its port' : `port ${port}`}: it is taken.`,
      rootCause: `${who}${find}. A restart does not help: stop the other, or give one of them another port.`,
      rests: ['engine', ...keysOf(hits, 2), ...(holder ? [siblingKey(holder)] : []), 'ports', 'state'],
    },
  ]
}

/** "0.0.0.0:8080", "port 8080", ":::8080", "[::]:8080". */
function readPort(text: string): number | null {
  const found = /(?::|port[ :=]+)(\d{2,5})\b(?![.:]\d)/i.exec(text)?.[1]
  const port = Number(found)
  return found !== undefined && port > 0 && port < 65_536 ? port : null
}

const NO_MOUNT =
  /bind source path does not exist|invalid mount config|error mounting|error while mounting|failed to mount|mount[^:]*: no such file or directory|trying to mount a directory onto a file|no such volume|failed to populate volume/i
const NO_IMAGE = /no such image|image not found|manifest (?:unknown|for .* not found)|pull access denied/i

export const ruleMount: Rule = ({ target }) => {
  if (!target) return []
  const error = target.details?.engineError ?? ''
  const byEngine = NO_MOUNT.test(error)
  const mounts = target.details?.mounts ?? []
  const gone = mounts[target.goneMounts[0] ?? -1]?.source
  if (!byEngine && (gone === undefined || !isDown(target.container))) return []
  const path = gone ?? /(?:path does not exist: |error mounting "|mount \/?)([^\s":]+)/i.exec(error)?.[1]
  const shown = target.goneMounts.length > 0 ? target.goneMounts : mounts.map((_, index) => index)
  return [
    {
      cause: 'mount-missing',
      weight: byEngine ? 0.96 : 0.93,
      severity: 'critical',
      summary: `${quote(target.container.name)} cannot start: ${path === undefined ? 'something that it mounts' : quote(path)} ${/not a directory|onto a file/i.test(error) ? 'is a folder where a file is wanted, or a file where a folder is' : 'is not there'}.`,
      rootCause:
        'What it mounts was moved, renamed, or lies on a disk that is not mounted; Docker may have made an empty folder in its place. Put it back, then start it.',
      rests: ['engine', ...shown.slice(0, 3).map((index) => `mount:${index}`), 'state'],
      prevention: 'Mount disks in /etc/fstab with nofail and start Docker after them.',
    },
  ]
}

export const ruleImage: Rule = ({ target }) => {
  if (!target) return []
  const error = target.details?.engineError ?? ''
  const byEngine = NO_IMAGE.test(error)
  if (!byEngine && (target.hasImage !== false || !isDown(target.container))) return []
  const { name, image } = target.container
  return [
    {
      cause: 'image-missing',
      weight: byEngine ? 0.96 : 0.83,
      severity: 'critical',
      summary: `The image of ${quote(name)} is not on this machine any more.`,
      rootCause: `${quote(image)} was removed, by hand or by a clean-up. Get it again (“docker pull” or “docker build”), then make the container anew.`,
      rests: ['engine', 'image', 'state'],
      prevention: 'Leave images of stopped containers out of a clean-up (docker image prune without --all).',
    },
  ]
}

const NAME = '[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+'
const SETTING = [
  new RegExp(
    `\\b(${NAME})\\b["'\`]?:?\\s*(?:environment variable |env(?:ironment)? |variable |setting )?(?:is |was |must be |has to be )?(?:not (?:set|defined|provided|specified|found)|un(?:set|defined)|missing|required|mandatory|empty)`,
  ),
  new RegExp(`\\b(${NAME})\\b["'\`]?:? (?:must|has to|needs to) (?:be set|not be empty)`),
  new RegExp(
    `(?:[Mm]issing|[Rr]equired?s?|undefined|unset|must (?:set|define|specify|provide)|needs? to (?:set|specify)|[Pp]lease (?:set|provide|specify)|not set|KeyError)\\b[^A-Z]{0,60}\\b(${NAME})\\b`,
  ),
  /\b([A-Z][A-Z0-9_]{2,}): parameter (?:not set|null or not set)/,
  /(?:[Ee]nvironment variable|[Ee]nv var|[Ss]etting)s?:?\s+["'`]?([A-Z][A-Z0-9_]{2,})["'`]?\s+(?:is |was )?(?:not set|missing|required|undefined|empty)/,
  /(?:[Mm]issing|[Rr]equired) (?:environment variable|env var|setting)s?:?\s+["'`]?([A-Z][A-Z0-9_]{2,})/,
]
/** It goes on without it. */
const HARMLESS = /default|falling back|fallback|optional|ignor|skipping|disabled|warn/i
/** Capitals that are no setting. */
const NO_SETTING = /^(?:HTTP_\d|ERR_|E[A-Z]+$|SQL_|UTF_|ISO_)/

export const ruleMissingSetting: Rule = (facts) => {
  const { target } = facts
  if (!target) return []
  const hits = SETTING.flatMap((pattern) => searchLog(facts, pattern, HARMLESS)).filter(
    ({ match }) => match[1] !== undefined && !NO_SETTING.test(match[1]),
  )
  const last = hits.toSorted((a, b) => a.index - b.index).at(-1)
  const name = last?.match[1]
  if (!last || name === undefined) return []
  const isThere = target.details?.envNames.includes(name) ?? false
  const how = isThere ? 'It has that setting, so its value is empty or not what it wants.' : 'It does not have it.'
  return [
    {
      cause: 'missing-env',
      weight: (isThere ? 0.86 : 0.93) * trustLog(facts, [last]),
      severity: 'critical',
      summary: `${quote(target.container.name)} lacks the setting ${quote(name)}.`,
      rootCause: `${how} A restart does not help: set it in its environment (compose file or .env), and make the container anew.`,
      rests: [last.key, 'environment', 'state'],
      prevention: 'Keep an .env.example with every setting, and check it before a deploy.',
    },
  ]
}

const DENIED = /permission denied|\bEACCES\b|\bEPERM\b|operation not permitted|access is denied/i
/** Rights inside a database, or of somebody on the web: not those of files. */
const OTHER_RIGHTS =
  /for (?:table|relation|schema|database|sequence|role|user)\b|publickey|password|\b40[13]\b|client|oauth|token/i

export const ruleDenied: Rule = (facts) => {
  const { target } = facts
  const hits = searchLog(facts, DENIED, OTHER_RIGHTS)
  const checks = searchChecks(facts, DENIED)
  if (!target || hits.length + checks.length === 0) return []
  const said = hits.map(({ text }) => text).join('\n')
  const mounts = target.details?.mounts ?? []
  const index = mounts.findIndex(({ destination }) => destination.length > 1 && said.includes(destination))
  const mount = mounts[index]
  const user = target.details?.user || 'root'
  const socket = /docker\.sock/.test(said)
  const where = socket
    ? 'It may not use the Docker socket: its user is not in the group that owns it.'
    : mount
      ? `It runs as ${quote(user)}, and ${quote(mount.source)} belongs to somebody else: “chown” it, or set its user.`
      : `It runs as ${quote(user)}, and may not touch what it needs: look at the owner of the files, and at dropped capabilities.`
  return [
    {
      cause: 'permission-denied',
      weight: 0.87 * Math.max(trustLog(facts, hits), checks.length > 0 ? 0.9 : 0),
      severity: 'critical',
      summary: `${quote(target.container.name)} may not read or write something that it needs.`,
      rootCause: `${where} A restart does not help.`,
      rests: [...keysOf(hits), ...keysOf(checks, 1), ...(mount ? [`mount:${index}`] : []), 'command', 'state'],
    },
  ]
}

const CLOCK =
  /certificate is not yet valid|not yet valid|clock (?:skew|drift|has moved|moved|is ahead|is behind)|RequestTimeTooSkewed|token used before issued|(?:issued|timestamp|date|iat)[^.]{0,30} in the future|time is too far|not active yet|NotBefore/i

/** Go says both in one breath, and only the time behind it tells which. */
const EXPIRED = /has expired or is not yet valid(?!.*is before)/i

export const ruleClock: Rule = (facts) => {
  const hits: Hit[] = searchLog(facts, CLOCK, EXPIRED)
  const name = facts.target?.container.name
  if (name === undefined || hits.length === 0) return []
  return [
    {
      cause: 'clock-wrong',
      weight: 0.9 * trustLog(facts, hits),
      severity: 'critical',
      summary: `${quote(name)} stumbles over the time: the clock of this machine, or of the other side, is wrong.`,
      rootCause:
        'Certificates and tokens count from a moment that has not come yet by the clock here. Compare “date -u” with a watch and look at “timedatectl”; without a battery a Pi starts in the past until it reaches a time server.',
      rests: [...keysOf(hits), 'state'],
      prevention: 'Let systemd-timesyncd or chrony run, and start containers after time-sync.target.',
    },
  ]
}

const FOLDER = 'com.docker.compose.project.working_dir'

/** Left over when a compose project got another name: two of one service, and only one of them is meant. */
export const ruleStaleProject: Rule = (facts) => {
  const { target, siblings } = facts
  if (!target) return []
  const { container } = target
  const twin = siblings.find((one) => isTwin(container, one))
  if (!twin) return []
  const sameFolder =
    container.labels[FOLDER] !== undefined && container.labels[FOLDER] === twin.container.labels[FOLDER]
  // Two stacks may each have a “db”: without more than that it is only a guess, and none at all while it is well.
  const suspicious = isTroubled(container) || hasEnded(container) || facts.request.findings.length > 0
  if (!sameFolder && !suspicious) return []
  return [describeStale(container.name, twin, container.labels[COMPOSE.project] ?? '', sameFolder ? 0.94 : 0.72)]
}

function isTwin({ labels, image, createdAt }: Sibling['container'], { container: other }: Sibling): boolean {
  const service = labels[COMPOSE.service]
  const project = labels[COMPOSE.project]
  if (service === undefined || project === undefined) return false
  const isOther = other.labels[COMPOSE.service] === service && (other.labels[COMPOSE.project] ?? project) !== project
  return (
    isOther && imageName(other.image) === imageName(image) && other.state === 'running' && other.createdAt > createdAt
  )
}

/** Without its tag: the new one is often a newer version. */
function imageName(image: string): string {
  return image.replace(/@sha256:.*$/, '').replace(/:[\w.-]+$/, '')
}

function describeStale(name: string, twin: Sibling, project: string, weight: number): Candidate {
  return {
    cause: 'stale-project',
    weight,
    severity: 'warning',
    summary: `${quote(name)} looks like a left-over of the old compose project ${quote(project)}.`,
    rootCause: `${quote(twin.container.name)} does the same work now, from the same image. The old one only takes memory and ports: stop it, look that nothing misses it, then remove it (“docker compose -p ${project.replaceAll(/[^\w-]/g, '')} down”).`,
    rests: ['state', siblingKey(twin)],
    actions: [{ kind: 'stop', containerName: name, why: 'Its work is done by the newer one.' }],
    prevention: 'Use “docker compose down” before a project gets another name or folder.',
  }
}

import { type CourtesyKind, matchCourtesy } from './courtesies.ts'
import { findNamed, type Named } from './named.ts'
import { COMMAND_PHRASES, type Shown } from './phrases.ts'
import { dropPoliteness, foldSentence } from './words.ts'

/**
 * What a plain sentence asks for, by rules: what there is without a model, or while it is away. Nothing here does anything.
 * Whatever is not clearly one of these is a topic for a carousel, so each pattern means a whole sentence, not a word in it.
 */

export type Intent =
  /** Shows what the command of that name shows, and changes nothing. */
  | { kind: 'show'; command: Shown }
  /** `container` null: whatever is wrong. `sure` false: only its name was said, so it may be a topic all the same. */
  | { kind: 'diagnose'; container: string | null; sure: boolean }
  | { kind: 'logs'; container: string; wish: string }
  | { kind: 'act'; action: 'restart' | 'stop' | 'start'; container: string }
  | { kind: 'generate'; topic: string | null }
  | { kind: 'add-topics'; text: string }
  | { kind: 'change-schedule'; change: 'pause' | 'resume' }
  /** A card that asks first. */
  | { kind: 'house'; action: 'backup' | 'vacuum' | 'prune-images' | 'prune-build-cache' }
  /** Nothing is asked for. */
  | { kind: 'courtesy'; of: CourtesyKind }

/** Nobody asks these things at greater length. */
const MAX_CHARS = 400

/** `names`: of the containers that are there now. Null: most likely a topic. */
export function matchIntent(text: string, names: readonly string[] = []): Intent | null {
  if (text.length > MAX_CHARS) return null
  const folded = foldSentence(text)
  const courtesy = matchCourtesy(folded)
  if (courtesy) return { kind: 'courtesy', of: courtesy }
  const wish = dropPoliteness(folded)
  if (wish === '') return null
  return (
    matchContent(wish, text) ??
    matchHouse(wish) ??
    matchRecord(wish, findNamed(wish, names)) ??
    matchContainer(wish, findNamed(wish, names)) ??
    matchCommand(wish) ??
    matchUnknownContainer(wish)
  )
}

const MAKE = '(?:make|create|generate|prepare|do|write|build|start|give me|i want|show me)'
const A = '(?:(?:a|an|one|another|the next|the|some|new) )*'
const MAKE_ABOUT = new RegExp(
  `^(?:${MAKE} ${A}(?:carousel|post|one)s?|${A}(?:carousel|post)s?) (?:about|on|regarding) (.+)$`,
)
const MAKE_ONE = new RegExp(
  `^(?:${MAKE} ${A}(?:carousel|post|one)s?|(?:make|create|generate|show me) (?:something|a surprise)|surprise me|(?:a |another )?new carousel)$`,
)
const ADD_TOPIC =
  /^(?:add|put|note|save)\s(?:the\s)?(?:topics?\s)?(.+?)\s(?:to|in|on|into)\s(?:the\s|my\s)?(?:topics?|backlog|list|topic list|list of topics)$/
const ADD_TOPIC_FIRST = /^(?:add|new|note)\s(?:a\s|the\s)?topics?\s(.+)$/
const PAUSE =
  /^(?:pause|hold|suspend|halt|stop) (?:the |my )?(?:schedule|posting|automatic carousels|scheduled carousels|carousels by itself)(?: for (?:now|a while))?$|^(?:do not|stop) (?:make|making|post|posting)(?: any)?(?: more)?(?: carousels)? (?:by itself|by yourself|automatically)$/
const RESUME =
  /^(?:resume|continue|unpause|restart|start|go on with) (?:the |my )?(?:schedule|posting|automatic carousels|scheduled carousels)$/

/** The other half of the product first: "make a carousel about redis" is not about the container. */
function matchContent(wish: string, text: string): Intent | null {
  const about = MAKE_ABOUT.exec(wish)
  if (about?.[1]) return { kind: 'generate', topic: asWritten(about[1], text) }
  if (MAKE_ONE.test(wish)) return { kind: 'generate', topic: null }
  const added = ADD_TOPIC.exec(wish)?.[1] ?? ADD_TOPIC_FIRST.exec(wish)?.[1]
  if (added) return { kind: 'add-topics', text: asWritten(added, text) }
  if (PAUSE.test(wish)) return { kind: 'change-schedule', change: 'pause' }
  if (RESUME.test(wish)) return { kind: 'change-schedule', change: 'resume' }
  return null
}

/** The words with their capitals and marks, where they stand in the sentence as they are. */
function asWritten(words: string, text: string): string {
  const pattern = words
    .split(' ')
    .map((word) => RegExp.escape(word))
    .join(String.raw`[^\p{L}\p{N}]+`)
  const found = text.replace(/\s+/g, ' ').matchAll(new RegExp(`(?<![\\p{L}\\p{N}])${pattern}(?![\\p{L}\\p{N}])`, 'giu'))
  return [...found].at(-1)?.[0] ?? words
}

const HOUSE = [
  [
    'backup',
    /^(?:back ?up(?: (?:everything|all|the (?:database|data|bot)|my data|the bot's data))?|(?:make|create|take|do|start|run) (?:a |another )?(?:new )?back ?up(?: of (?:everything|the database))?)$/,
  ],
  ['vacuum', /^(?:vacuum (?:the )?(?:database|db)|clean (?:up )?the (?:database|db))$/],
  ['prune-images', /^(?:prune|remove|delete|clean up) (?:the )?(?:unused |old |dangling )?(?:docker )?images$/],
  ['prune-build-cache', /^(?:clear|prune|clean|remove|delete|empty) (?:the )?(?:docker )?build cache$/],
] as const

function matchHouse(wish: string): Intent | null {
  const found = HOUSE.find(([, pattern]) => pattern.test(wish))
  return found ? { kind: 'house', action: found[0] } : null
}

const ONE = String.raw`(?:the )?(?:[\w.-]{1,60}|this|that|it|everything|all|alerts?|it all)(?: (?:container|service|alerts?))?`
const SPAN = '(?:for|until|till) .{1,30}'
/** About what the bot itself keeps of a container, whatever it is called. */
const RECORDS = [
  ['mutes', new RegExp(`^(?:unmute|unsilence|lift the mute (?:of|on|from)) ${ONE}$|^unmute$`)],
  ['mutes', new RegExp(`^who (?:has )?(?:muted|silenced|snoozed|ignored) ${ONE}$|^(?:is|are) ${ONE} muted$`)],
  ['alerts', new RegExp(`^(?:snooze|mute|silence|ignore) ${ONE}(?: ${SPAN})?$`)],
  ['alerts', new RegExp(`^(?:acknowledge|ack) ${ONE}$|^(?:acknowledge|ack)$`)],
] as const
/** "when did worker crash": the list of what was wrong has the times. */
const WHEN_IT_HAPPENED =
  /^(?:when|what time|at what time) (?:did|was|has) (?:the )?\S+(?: (?:container|service))? (?:crash|die|stop|end|fail|go down|restart|fall over|killed|stopped|restarted|crashed|died|last (?:crash|restart|restarted|down|stopped))\w*(?: (?:last|again|the last time))?$/

function matchRecord(wish: string, named: Named | null): Intent | null {
  const found = RECORDS.find(([, pattern]) => pattern.test(wish))
  // "ignore the past" is no order: something of the machine has to be meant.
  const isNamed = named !== null && named.how !== 'inside'
  if (found && (isNamed || MEANS_ALERTS.test(wish))) return { kind: 'show', command: found[0] }
  return isNamed && WHEN_IT_HAPPENED.test(wish) ? { kind: 'show', command: 'incidents' } : null
}

const MEANS_ALERTS =
  /^(?:unmute|ack|acknowledge|snooze)\b|\b(?:alerts?|container|service)\b|^(?:mute|silence) (?:it|this|that|all|everything)$|^who (?:has )?(?:muted|snoozed) \S+$/

const VERBS = [
  [
    'restart',
    /^(?:restart|reboot|bounce|relaunch|reload|recycle|kick)\b|^turn .*\boff and on$|^switch .*\boff and on$/,
  ],
  [
    'stop',
    /^(?:stop|kill|shut down|shutdown|turn off|switch off|halt|take down)\b|^(?:turn|switch|shut|take) .*\b(?:off|down)$/,
  ],
  [
    'start',
    /^(?:start|turn on|switch on|bring up|boot|boot up|launch|run|spin up)\b|^(?:turn|switch|bring|boot) .*\b(?:on|up|back)$/,
  ],
] as const
const VERB_LAST = /^(?:the )?\S+(?: container| service)? (restart|reboot|stop|start)$/
/** What an order may hold besides the name. With more it is a story: "stop redis from crashing". */
const ORDER_WORDS = new Set(
  `restart reboot bounce relaunch reload recycle kick stop kill shut down shutdown turn off switch halt take start on bring up
   boot launch run spin and back again the my container service please`.split(/\s+/),
)

const anyOf = (...phrases: readonly string[]) => new RegExp(`\\b(?:${phrases.join('|')})\\b`)

const LOG = anyOf('logs?', 'logfile')
const LOGS = anyOf('logs?', 'logfile', 'stdout|stderr|output', 'tail', 'lines', 'say|says|said', 'prints?')
const ERRORS = anyOf('errors?', 'exceptions?', 'warnings?', 'failures?', 'stack ?traces?')
const QUESTION = /^(?:why|is|are|has|does|did)\b/
const LINES = /\b(\d{1,4}) (?:lines|rows)\b|\b(?:last|tail) (\d{1,4})\b/

const STATES = 'down|up|ok|okay|running|healthy|alive|fine|working|dead|broken|slow|stuck|unhealthy|offline|online'
/** With these, a part of a name is enough. */
const PLAIN_TROUBLE = anyOf(
  'what is wrong|problem with|happened to',
  `(?:is|are|was|went|goes|go) (?:it )?(?:\\S+ ){0,3}?(?:${STATES})`,
  'crash\\w*|fail\\w*|broken|slow|unhealthy|restarting|hangs|hanging|hung|stuck',
  'diagnose|(?:status|state|health) of|look at|check on',
  'keeps? (?:restarting|dying|stopping|crashing)',
  'not (?:working|running|reachable|responding|answering|starting)',
)
/** With these, its whole name leaves no doubt. */
const TROUBLE = anyOf(
  `why|wrong|broke|died|dies|${STATES}|well`,
  '(?:crash|fail|restart|hang|stop|start|exit|kill|diagnos|respond|answer|reach|happen)\\w*',
  'hung|problems?|issues?|trouble|status|state|runs?|works?|doing|oom',
  'check|inspect|investigate|look|explain|memory|ram|cpu|eating|using|container|service',
)

function matchContainer(wish: string, named: Named | null): Intent | null {
  if (named === null) return null
  const { word: container } = named
  const act = matchOrder(wish, container)
  if (act) return act
  if (LOG.test(wish)) return { kind: 'logs', container, wish: readWish(wish) }
  if (named.how === 'inside') return null
  if (LOGS.test(wish) || (ERRORS.test(wish) && !QUESTION.test(wish)))
    return { kind: 'logs', container, wish: readWish(wish) }
  if (PLAIN_TROUBLE.test(wish)) return { kind: 'diagnose', container, sure: true }
  if (named.how === 'part') return null
  return { kind: 'diagnose', container, sure: TROUBLE.test(wish) }
}

function matchOrder(wish: string, container: string): Intent | null {
  const name = new Set([container, ...container.split(/[-_]/)])
  const isBare = wish.split(' ').every((word) => name.has(word) || ORDER_WORDS.has(word))
  if (!isBare) return null
  const last = VERB_LAST.exec(wish)?.[1]
  const found = last ? VERBS.find(([, pattern]) => pattern.test(last)) : VERBS.find(([, pattern]) => pattern.test(wish))
  return found ? { kind: 'act', action: found[0], container } : null
}

/** As /logs takes it behind the name. */
function readWish(wish: string): string {
  const lines = LINES.exec(wish)
  if (lines) return lines[1] ?? lines[2] ?? ''
  return ERRORS.test(wish) ? 'error' : ''
}

const ALL = '(?:the |my )?(?:it|this|you|everything|machine|server|system|pi|box|bot|problem)'
const TROUBLED = `(?:so )?(?:${STATES}|hot|full|busy|hanging|not (?:working|answering|responding))`
const WHATS_WRONG = new RegExp(
  `^(?:${[
    `diagnose(?: ${ALL})?`,
    `what is (?:wrong|the (?:problem|matter|issue))(?: (?:here|now|with ${ALL}))?`,
    `why (?:is|are) ${ALL} ${TROUBLED}`,
    `why does ${ALL} (?:hang|crash|keep (?:crashing|hanging|restarting))`,
    `why (?:did|does|is) (?:the |my )?(?:disk|disks|memory|ram|swap|storage|space) (?:fill up|filling up|full|fill|run out|running out|gone|so full|getting full|low|used up)`,
    `(?:help(?: me)? )?(?:nothing|it does not|this does not|everything does not|nothing here) (?:works?|is working|responds|answers)(?: any ?more| here)?`,
    `(?:help(?: me)? )?(?:everything|it all|it|something) is (?:broken|down|on fire|failing|crashing|dead|wrong)`,
  ].join('|')})$`,
)

function matchCommand(wish: string): Intent | null {
  if (WHATS_WRONG.test(wish)) return { kind: 'diagnose', container: null, sure: true }
  const found = COMMAND_PHRASES.find(([, pattern]) => pattern.test(wish))
  return found ? { kind: 'show', command: found[0] } : null
}

/** Named as only a container would be, though there is none of that name: better said than taken for a topic. */
const RESTART_IT = /^(?:restart|reboot) (?:the )?([\w.-]{2,60})(?: container| service)?$/
const ACT_ON_CONTAINER =
  /^(restart|reboot|stop|start|kill) (?:the )?(?:container |service )?([\w.-]{2,60})(?: (?:container|service))$|^(restart|stop|start) (?:the )?(?:container|service) ([\w.-]{2,60})$/
const LOGS_OF =
  /^(?:show |get |see |open |read |print |tail )?(?:me )?(?:the )?(?:last \d+ lines of )?(?:the )?logs?(?: (?:of|for|from))(?: the)? ([\w.-]{2,60})(?: container| service)?$/

function matchUnknownContainer(wish: string): Intent | null {
  const restart = RESTART_IT.exec(wish)?.[1]
  if (restart) return { kind: 'act', action: 'restart', container: restart }
  const [, verb = '', target = '', otherVerb = '', otherTarget = ''] = ACT_ON_CONTAINER.exec(wish) ?? []
  const found = VERBS.find(([, pattern]) => pattern.test(verb || otherVerb))
  if (found) return { kind: 'act', action: found[0], container: target || otherTarget }
  const logs = LOGS_OF.exec(wish)?.[1]
  return logs ? { kind: 'logs', container: logs, wish: readWish(wish) } : null
}

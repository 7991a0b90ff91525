import { findNamed, type Named } from './named.ts'
import { dropPoliteness, foldSentence } from './words.ts'

/**
 * What a plain sentence asks for, by rules: what there is without a model, or while it is away. Nothing here does anything.
 * Whatever is not clearly one of these is a topic for a carousel, so each pattern means a whole sentence, not a word in it.
 */

export const COMMAND_INTENTS = [
  'help',
  'health',
  'containers',
  'alerts',
  'incidents',
  'queue',
  'topics',
  'schedule',
  'cost',
  'report',
  'compare',
  'settings',
  'cancel',
  'brand',
  'audit',
  'mutes',
] as const

export type Intent =
  /** Shows what the command of that name shows, and changes nothing. */
  | { kind: 'show'; command: (typeof COMMAND_INTENTS)[number] }
  /** `container` null: whatever is wrong. `sure` false: only its name was said, so it may be a topic all the same. */
  | { kind: 'diagnose'; container: string | null; sure: boolean }
  | { kind: 'logs'; container: string; wish: string }
  | { kind: 'act'; action: 'restart' | 'stop' | 'start'; container: string }
  | { kind: 'generate'; topic: string | null }
  | { kind: 'add-topics'; text: string }
  | { kind: 'change-schedule'; change: 'pause' | 'resume' }

/** `names`: of the containers that are there now. Null: most likely a topic. */
export function matchIntent(text: string, names: readonly string[] = []): Intent | null {
  const folded = foldSentence(text)
  const wish = dropPoliteness(folded)
  if (wish === '') return null
  return (
    matchContent(wish, text) ??
    matchContainer(wish, findNamed(wish, names)) ??
    matchCommand(wish) ??
    matchUnknownContainer(wish)
  )
}

const MAKE = String.raw`(?:make|create|generate|prepare|do|write|build|start|give me|i want|show me)`
const CAROUSEL = String.raw`(?:(?:a|an|one|another|the next|the|some|new)\s)*(?:carousel|post|one)s?`
const MAKE_ABOUT = new RegExp(`^(?:${MAKE}\\s)?${CAROUSEL}\\s(?:about|on|of|regarding)\\s(.+)$`)
const MAKE_ONE = new RegExp(
  `^(?:${MAKE}\\s${CAROUSEL}|(?:make|create|generate|show me) (?:something|a surprise)|surprise me|(?:a |another )?new carousel)$`,
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
  const flat = text.replace(/\s+/g, ' ').trim()
  const at = flat.toLowerCase().lastIndexOf(words)
  return at < 0 ? words : flat.slice(at, at + words.length)
}

const NEGATED = /\b(?:not|never|without|no longer)\b/
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
/** More words than these are a story, not an order. */
const ORDER_WORDS = 8

const LOGS =
  /\b(?:logs?|logfile|log file|stdout|stderr|output|tail|last (?:lines|\d+ lines)|lines|say|says|said|print|prints)\b/
const ERRORS = /\b(?:errors?|exceptions?|warnings?|failures?|stack ?traces?)\b/
const LINES = /\b(\d{1,4}) (?:lines|rows)\b|\b(?:last|tail) (\d{1,4})\b/
/** With these, also a part of a name is enough. */
const PLAIN_TROUBLE =
  /\b(?:what is wrong|problem with|(?:is|are|was|went|goes|go) (?:it )?(?:\S+ ){0,3}?(?:down|up|ok|okay|running|healthy|alive|fine|working|dead|broken|slow|stuck|unhealthy|offline|online)|crash\w*|fail\w*|broken|slow|unhealthy|restarting|hangs|hanging|hung|stuck|diagnose|status of|state of|health of|look at|check on|happened to|keeps? (?:restarting|dying|stopping|crashing)|not (?:working|running|reachable|responding|answering|starting))\b/
/** With these, the whole name. */
const TROUBLE =
  /\b(?:why|wrong|down|crash\w*|fail\w*|broken?|slow|unhealthy|dead|died|dies|restart\w*|hang\w*|hung|stuck|problems?|issues?|trouble|up|ok|okay|running|runs|alive|healthy|fine|well|status|state|working|works?|happen\w*|doing|diagnos\w*|check|inspect|investigate|look|explain|memory|ram|cpu|eating|using|stop\w*|start\w*|exit\w*|kill\w*|oom|reach\w*|respond\w*|answer\w*|online|offline|container|service)\b/

function matchContainer(wish: string, named: Named | null): Intent | null {
  if (named === null) return null
  const { word: container } = named
  const act = matchOrder(wish, container)
  if (act) return act
  const isLogs = LOGS.test(wish)
  if (isLogs || (ERRORS.test(wish) && !/^(?:why|is|are|has|does|did)\b/.test(wish)))
    return { kind: 'logs', container, wish: readWish(wish) }
  if (named.how === 'inside') return null
  if (PLAIN_TROUBLE.test(wish)) return { kind: 'diagnose', container, sure: true }
  if (named.how === 'part') return null
  return { kind: 'diagnose', container, sure: TROUBLE.test(wish) }
}

function matchOrder(wish: string, container: string): Intent | null {
  if (NEGATED.test(wish) || wish.split(' ').length > ORDER_WORDS) return null
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

const SHOW = String.raw`(?:(?:show|list|see|check|open|view|display|print|tell|give|get|read)(?: me| us)?\s)?(?:all\s|the\s|my\s|your\s|our\s|me the\s|about the\s)*`
const ABOUT_NOW = String.raw`(?:\s(?:now|today|tonight|here|there|so far|this morning|this evening|with you))?`
const whole = (body: string) => new RegExp(`^(?:${body})${ABOUT_NOW}$`)
const THING = String.raw`(?:machine|server|system|host|box|pi|raspberry pi|computer|bot|everything|all|things?|it)`

const COMMANDS: readonly (readonly [(typeof COMMAND_INTENTS)[number], RegExp])[] = [
  [
    'help',
    whole(
      'help|help me|(?:hi|hello|hey|good (?:morning|evening|afternoon)|yo)(?: there| nexus| bot)?|what can you do|what do you do|who are you|how does this work|how do i use (?:this|you)|commands|menu|what are your commands|thanks|thank you|thanks a lot|start',
    ),
  ],
  [
    'health',
    whole(
      [
        'how are you(?: doing| feeling)?|are you (?:ok|okay|fine|well|alive|up|awake|there|healthy|working)|you (?:ok|okay|alive|there)',
        `how (?:is|are) (?:the |my |our )?${THING}(?: doing| going| looking| feeling| running| today)?|how is it going|how do things look`,
        `(?:is|are) (?:the |my |our )?${THING} (?:all )?(?:ok|okay|fine|alright|all right|well|good|up|running|running ok|healthy|working|stable|in order|under control|still (?:up|running|alive))`,
        'all (?:good|well|ok|okay|fine|clear)|everything (?:ok|okay|fine|good|alright|in order)|any (?:problems?|issues?|trouble)|(?:are there |do we have )(?:any )?(?:problems?|issues?)|status(?: report)?|what is the status|' +
          `${SHOW}(?:health|status|vitals|health check|system status)|health(?: check| report| status)?|(?:status|health|state) of (?:the |my )?${THING}|is anything (?:broken|wrong|down)|anything (?:broken|wrong|down)`,
        'how much (?:ram|memory|disk|disk space|space|swap|storage|cpu)(?: is| do we have| have we got)?(?: (?:left|free|used|in use|there))?|(?:is|are) (?:the |my )?(?:disks?|memory|ram|swap|storage) (?:full|ok|fine|low|almost full|nearly full|filling up)|how full (?:is|are) (?:the |my )?(?:disks?|memory|ram|storage)|' +
          `(?:what is |${SHOW})(?:the )?(?:cpu|cpu temperature|cpu load|cpu usage|memory usage|ram usage|disk usage|disk space|free space|server temperature|temperature of the (?:cpu|server|pi|machine)|uptime|load)|how (?:hot|warm|busy|loaded) (?:is|are) (?:the |my )?(?:cpu|machine|server|pi|box|system|host)|how long (?:have you|has (?:the |my )?(?:machine|server|pi|bot|system)) been (?:up|running)`,
      ].join('|'),
    ),
  ],
  [
    'containers',
    whole(
      `${SHOW}(?:docker )?containers?(?: list)?|docker ps|what is running(?: here)?|what containers (?:are (?:there|running|up|down)|do (?:i|we) have)|which (?:containers?|services?) (?:is|are) (?:up|down|running|stopped|unhealthy|dead|broken|there|not running)|how many containers(?: are (?:there|running|up|down))?|are (?:all )?(?:the |my )?(?:containers|services) (?:up|running|ok|okay|fine|healthy)|(?:state|status) of (?:the |my |all )?(?:containers|services)`,
    ),
  ],
  [
    'alerts',
    whole(
      `${SHOW}(?:open |current |active |new )?alerts?|(?:any|are there any|do we have any) (?:open |new |active )?alerts|what (?:is|are the) (?:open |current )?alerts?|what is (?:broken|down|on fire|burning|alarming)|what needs (?:my )?attention|what should i (?:look at|fix|worry about)`,
    ),
  ],
  [
    'incidents',
    whole(
      `${SHOW}(?:past |last |recent |old |latest )?incidents?(?: history)?|(?:any|were there any) incidents|what (?:happened|went wrong|broke)(?: (?:last night|tonight|yesterday|today|overnight|in the night|this week|while i (?:was away|slept|was asleep)|recently))?|did anything (?:happen|break|go wrong)(?: (?:last night|yesterday|today|overnight|this week|while i (?:was away|slept)))?`,
    ),
  ],
  [
    'queue',
    whole(
      `${SHOW}(?:queue|drafts?|carousels|waiting (?:drafts|carousels))|what is (?:in|on) (?:the |my )?queue|what is (?:waiting|being made|in the works|in the making|in progress|queued)(?: for (?:me|approval|review))?|what are you (?:making|doing|working on|up to)|(?:anything|is there anything|is anything|what is there|something) (?:to approve|to review|waiting(?: for me)?|waiting for approval|in the queue)|how many (?:carousels|drafts|posts) (?:are (?:waiting|approved|ready|there|in the queue|left)|do (?:i|we) have)|is (?:my|the) (?:carousel|draft|post) (?:ready|done|finished)(?: yet)?|how far (?:is it|are you|is the carousel)`,
    ),
  ],
  [
    'topics',
    whole(
      `${SHOW}(?:topics?|backlog|topic list|list of topics|topics? backlog)|what is (?:in|on) (?:the |my )?(?:backlog|list|topic list|topics list)|what topics (?:are (?:there|next|left|open|waiting)|do (?:i|we) have)|what (?:is|are) (?:the |my )?(?:next )?topics?|how many topics(?: are (?:there|left)| do (?:i|we) have)?|(?:drop|remove|delete) (?:a|the) topic`,
    ),
  ],
  [
    'schedule',
    whole(
      `${SHOW}schedules?|what is (?:the |my )?schedule|when (?:is|does|do|will|comes) (?:the |my |a )?(?:next|new) (?:one|carousel|post)(?: (?:come|be made|due|scheduled|planned|coming|appear))?|when (?:do you|will you) (?:make|post)(?: (?:the next|another|a new) (?:one|carousel|post))?|what is (?:scheduled|planned)(?: next)?|when is the next (?:slot|time)|change (?:the |my )?schedule`,
    ),
  ],
  [
    'cost',
    whole(
      `how much (?:money )?(?:did|do|have|has|are|is) (?:i|we|you|it|this|that|the bot|nexus)(?: been)? (?:spend|spent|spending|cost|pay|paid|used|costing)(?: (?:so far|today|yesterday|this month|this week|on .{1,30}|for .{1,30}))?|what (?:did|does|do|has) (?:it|that|this|you|i|we|the bot)(?: all)? (?:cost|spend|spent|pay)(?: (?:so far|today|this month|me|us))?|how much (?:money |budget )?is (?:left|spent)(?: (?:of the budget|today|this month))?|how much (?:money |budget )?(?:do (?:i|we) have )?left|(?:what is |how is )(?:the |my |our )?(?:spend|spending|budget|cost|bill|costs)|${SHOW}(?:spend|spending|budget|costs?|bill|expenses)|am i (?:over|within) (?:the )?budget|is (?:the|my) budget (?:spent|used up|gone|empty)`,
    ),
  ],
  [
    'report',
    whole(
      `${SHOW}(?:daily |weekly |morning |today\\s)?(?:report|summary)|how was (?:the |my )?(?:day|night|week)|what did i miss|(?:sum up|summarize) (?:the |my )?(?:day|night|week)`,
    ),
  ],
  [
    'compare',
    whole(
      `what (?:has )?changed(?: (?:since (?:an hour ago|yesterday|the last deploy|the deploy|last night)|in the last (?:hour|day)|today))?|${SHOW}changes|compare(?: (?:with|to) (?:yesterday|an hour ago|the last deploy))?`,
    ),
  ],
  [
    'settings',
    whole(
      `${SHOW}(?:settings|configuration|config|setup|set up)|what is (?:set up|configured)|which keys (?:are (?:there|missing|set)|do (?:i|you) (?:need|have))|how are you set up`,
    ),
  ],
  [
    'cancel',
    whole(
      `(?:cancel|abort)(?: (?:it|that|this|everything|the (?:carousel|run|job|generation|post)|that (?:carousel|run)|making it))?|stop (?:making (?:it|that|the carousel)|the (?:carousel|run|generation)|generating|it)|never ?mind`,
    ),
  ],
  [
    'brand',
    whole(
      `${SHOW}brands?|which brand(?: is (?:active|on|it))?|what brand (?:is (?:active|on|it|this))|(?:change|switch) (?:the )?brand`,
    ),
  ],
  [
    'audit',
    whole(`${SHOW}audit(?: log| trail)?|who (?:did what|restarted (?:it|what)|did that)|what did you (?:do|change)`),
  ],
  ['mutes', whole(`${SHOW}mutes?|what is muted|which (?:rules|alerts) are muted`)],
]

const WHATS_WRONG =
  /^(?:diagnose(?: (?:it|this|everything|the (?:machine|server|system|bot|problem)))?|what is (?:wrong|the (?:problem|matter|issue))(?: (?:here|now|with (?:it|you|everything|the (?:machine|server|system|pi|bot))))?|why is (?:it|everything|the (?:machine|server|system|pi|box|bot)) (?:so )?(?:slow|down|hot|full|broken|not (?:working|answering|responding)|busy|hanging|stuck)|why are you (?:so )?(?:slow|hot|stuck)|why does (?:it|the (?:machine|server|system|bot)) (?:hang|crash|keep (?:crashing|hanging|restarting)))$/

function matchCommand(wish: string): Intent | null {
  if (WHATS_WRONG.test(wish)) return { kind: 'diagnose', container: null, sure: true }
  const found = COMMANDS.find(([, pattern]) => pattern.test(wish))
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

/**
 * Whole sentences, by the command that shows what they ask for. Folded as by foldSentence, without politeness. A sentence
 * means a command only when all of it fits: everything else is a topic.
 */

export const SHOWN = [
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
  'heal',
  'cleanup',
] as const
export type Shown = (typeof SHOWN)[number]

const SHOW =
  '(?:(?:show|list|see|check|open|view|display|print|tell|give|get|read)(?: me| us)? )?(?:all |the |my |your |our |about the )*'
const NOW = '(?: (?:now|today|tonight|here|there|so far|this morning|this evening|with you))?'
const THE = '(?:the |my |our )?'
const IT = `${THE}(?:machine|server|system|host|box|pi|raspberry pi|computer|bot|everything|all|things?|it)`
const WELL =
  '(?:all )?(?:ok|okay|fine|alright|all right|well|good|up|running|running ok|healthy|working|stable|in order|under control|still (?:up|running|alive))'
const WHEN =
  '(?:last night|tonight|yesterday|today|overnight|in the night|this week|while i (?:was away|slept|was asleep)|recently|(?:in|within|during|over) the (?:last|past) (?:\\d{1,3} )?(?:minutes?|hours?|days?|night|week)|since (?:yesterday|last night|this morning|i left))'
const STORAGE = '(?:ram|memory|disk|disk space|space|swap|storage|cpu)'
const SPENT = '(?:spend|spent|spending|cost|pay|paid|used|costing)'
const SPAN = '(?:so far|today|yesterday|this month|this week|on .{1,30}|for .{1,30})'

const PHRASES: Record<Shown, readonly string[]> = {
  help: [
    'help|help me|commands|menu|start',
    '(?:hi|hello|hey|yo)(?: there| nexus| bot)?',
    'what can you do|what do you do|who are you|what are your commands',
    'how does this work|how do i use (?:this|you)',
  ],
  health: [
    'how are you(?: doing| feeling)?|how is it going|how do things look',
    '(?:are )?you (?:ok|okay|fine|well|alive|up|awake|there|healthy|working)',
    `how (?:is|are) ${IT}(?: doing| going| looking| feeling| running| today)?`,
    `(?:is|are) ${IT} ${WELL}`,
    'all (?:good|well|ok|okay|fine|clear)|everything (?:ok|okay|fine|good|alright|in order)',
    '(?:any|are there any|do we have any) (?:problems?|issues?|trouble)|(?:is )?anything (?:broken|wrong|down)',
    `status(?: report)?|what is the status|${SHOW}(?:health|status|vitals|health check|system status)`,
    `health(?: check| report| status)?|(?:status|health|state) of ${IT}`,
    `how much ${STORAGE}(?: is| do we have| have we got)?(?: (?:left|free|used|in use|there))?`,
    `(?:is|are) ${THE}(?:disks?|memory|ram|swap|storage) (?:full|ok|fine|low|almost full|nearly full|filling up)`,
    `how full (?:is|are) ${THE}(?:disks?|memory|ram|storage)`,
    `(?:what is |${SHOW})(?:the )?(?:cpu|cpu temperature|cpu load|(?:cpu|memory|ram|disk) usage|disk space|free space|server temperature|temperature of the (?:cpu|server|pi|machine)|uptime|load)`,
    `how (?:hot|warm|busy|loaded) (?:is|are) ${THE}(?:cpu|machine|server|pi|box|system|host)`,
    `(?:is|are) ${THE}(?:database|db|postgres|postgresql|network|internet|clock|backups?) ${WELL}`,
    '(?:did|has|have) (?:the |my |our )?(?:last |nightly )?back ?ups? (?:work(?:ed)?|run|ran|succeed(?:ed)?|fail(?:ed)?|finish(?:ed)?|complete(?:d)?)',
    `(?:when|how old) (?:is|was) ${THE}(?:last|newest|latest) back ?up(?: made| taken)?|is there a (?:recent )?back ?up|do (?:i|we) have (?:a )?back ?ups?|${SHOW}(?:last |newest )?back ?ups?(?: status)?`,
    `how long (?:have you|has ${THE}(?:machine|server|pi|bot|system)) been (?:up|running)`,
  ],
  containers: [
    `${SHOW}(?:docker )?containers?(?: list)?|docker ps|what is running(?: here)?`,
    'what containers (?:are (?:there|running|up|down)|do (?:i|we) have)',
    'which (?:containers?|services?) (?:is|are) (?:up|down|running|stopped|unhealthy|dead|broken|there|not running)',
    'how many containers(?: are (?:there|running|up|down))?',
    `are (?:all )?${THE}(?:containers|services) (?:up|running|ok|okay|fine|healthy)`,
    '(?:state|status) of (?:the |my |all )?(?:containers|services)',
    `(?:which|what) (?:container|service|one|program) (?:uses|takes|eats|needs|is using|is eating|has) (?:the )?(?:most|more|all the|so much|all my) ${STORAGE}`,
    `(?:who|what) (?:uses|takes|eats|is eating|is using|is hogging) (?:the most|all|all the|so much|all my|my|the) ${STORAGE}`,
  ],
  alerts: [
    `${SHOW}(?:open |current |active |new )?alerts?|(?:any|are there any|do we have any) (?:open |new |active )?alerts`,
    'what (?:is|are the) (?:open |current )?alerts?|what is (?:broken|down|on fire|burning|alarming)',
    '(?:acknowledge|ack|snooze|mute|silence) (?:everything|all|it|them|all (?:the )?alerts|the alerts?|this alert)(?: for .{1,30})?',
    'what needs (?:my )?attention|what should i (?:look at|fix|worry about)',
  ],
  incidents: [
    `${SHOW}(?:past |last |recent |old |latest )?incidents?(?: history)?|(?:any|were there any) incidents`,
    `what (?:has )?(?:happened|went wrong|broke|crashed|failed)(?: ${WHEN})?|what (?:has )?crashed|did anything (?:happen|break|go wrong)(?: ${WHEN})?`,
  ],
  queue: [
    `${SHOW}(?:queue|drafts?|carousels|waiting (?:drafts|carousels))|what is (?:in|on) ${THE}queue`,
    'what is (?:waiting|being made|in the works|in the making|in progress|queued)(?: for (?:me|approval|review))?',
    '(?:approve|reject|review|publish) (?:it|that|this|the (?:draft|carousel|post|last one|next one)|my draft)',
    'what are you (?:making|doing|working on|up to)',
    '(?:anything|is there anything|is anything|what is there|something) (?:to approve|to review|waiting(?: for me)?|waiting for approval|in the queue)',
    'how many (?:carousels|drafts|posts) (?:are (?:waiting|approved|ready|there|in the queue|left)|do (?:i|we) have)',
    `is ${THE}(?:carousel|draft|post) (?:ready|done|finished)(?: yet)?|how far (?:is it|are you|is the carousel)`,
  ],
  topics: [
    `${SHOW}(?:topics?|backlog|topic list|list of topics|topics? backlog)`,
    `what is (?:in|on) ${THE}(?:backlog|list|topic list|topics list)`,
    `what topics (?:are (?:there|next|left|open|waiting)|do (?:i|we) have)|what (?:is|are) ${THE}(?:next )?topics?`,
    'how many topics(?: are (?:there|left)| do (?:i|we) have)?|(?:drop|remove|delete) (?:a|the) topic',
  ],
  schedule: [
    `${SHOW}schedules?|what is ${THE}schedule|change ${THE}schedule`,
    `when (?:is|does|do|will|comes) ${THE}(?:a )?(?:next|new) (?:one|carousel|post|slot|time)(?: (?:come|be made|due|scheduled|planned|coming|appear))?`,
    'when (?:do you|will you) (?:make|post)(?: (?:the next|another|a new) (?:one|carousel|post))?',
    'what is (?:scheduled|planned)(?: next)?',
  ],
  cost: [
    `how much (?:money )?(?:did|do|have|has|are|is) (?:i|we|you|it|this|that|the bot|nexus)(?: been)? ${SPENT}(?: ${SPAN})?`,
    'what (?:did|does|do|has) (?:it|that|this|you|i|we|the bot)(?: all)? (?:cost|spend|spent|pay)(?: (?:so far|today|this month|me|us))?',
    'how much (?:money |budget )?(?:is )?(?:left|spent)(?: (?:of the budget|today|this month))?|how much (?:money |budget )?(?:do|have) (?:i|we) (?:have )?left',
    `(?:what is |how is )${THE}(?:spend|spending|budget|cost|bill|costs)|${SHOW}(?:spend|spending|budget|costs?|bill|expenses)`,
    'am i (?:over|within) (?:the )?budget|is (?:the|my) budget (?:spent|used up|gone|empty)',
  ],
  report: [
    `${SHOW}(?:daily |weekly |morning )?(?:report|summary)|how was ${THE}(?:day|night|week)|what did i miss`,
    `(?:sum up|summarize) ${THE}(?:day|night|week)`,
  ],
  compare: [
    'what (?:has )?changed(?: (?:since (?:an hour ago|yesterday|the last deploy|the deploy|last night)|in the last (?:hour|day)|today))?',
    '(?:is|are) (?:it|things|everything|the (?:machine|server|load|memory)) getting (?:worse|better|slower|fuller|hotter)|(?:worse|better) than (?:before|yesterday|an hour ago)',
    'is (?:it|everything) (?:worse|better|slower|hotter|fuller)(?: (?:than (?:before|yesterday|an hour ago)))?',
    `${SHOW}changes|compare(?: (?:with|to) (?:yesterday|an hour ago|the last deploy))?`,
  ],
  settings: [
    `${SHOW}(?:settings|configuration|config|setup|set up)|what is (?:set up|configured)|how are you set up`,
    'which keys (?:are (?:there|missing|set)|do (?:i|you) (?:need|have))',
  ],
  cancel: [
    '(?:cancel|abort)(?: (?:it|that|this|everything|the (?:carousel|run|job|generation|post)|that (?:carousel|run)|making it))?',
    'stop (?:making (?:it|that|the carousel)|the (?:carousel|run|generation)|generating|it)|never ?mind',
  ],
  brand: [`${SHOW}brands?|(?:which|what) brand(?: is (?:active|on|it|this))?|(?:change|switch) (?:the )?brand`],
  audit: [
    `${SHOW}audit(?: log| trail)?|who (?:did what|restarted (?:it|what)|did that)|what (?:did|have) you (?:do|done|change|changed|restart|restarted|stop|stopped|start|started|heal|healed|fix|fixed)(?: ${WHEN})?|did you (?:restart|stop|start|change|do|fix|heal) (?:anything|something|any container)(?: ${WHEN})?`,
  ],
  mutes: [
    `${SHOW}(?:mutes?|muted(?: things| alerts)?|snoozes)|(?:unmute|unsnooze) (?:it|that|this|everything|all)|what is muted|which (?:rules|alerts) are muted`,
  ],
  heal: [
    `${SHOW}(?:self-?)?healing(?: status)?|is (?:self-?)?healing (?:on|off)|do you (?:heal|restart) (?:things|containers) by yourself`,
    '(?:(?:turn|switch) (?:on|off) (?:the )?(?:self-?)?healing|(?:turn|switch) (?:the )?(?:self-?)?healing (?:on|off)|(?:start|stop|pause|enable|disable) (?:the )?(?:self-?)?healing|heal (?:on|off)|(?:do not|stop) (?:heal|healing|restart|restarting) (?:anything|things|containers)(?: by yourself)?)',
  ],
  cleanup: [
    `clean ?up|tidy up|free (?:up )?(?:some )?(?:disk )?space|make (?:some )?room|how (?:can|do) i (?:free|get) (?:some )?(?:disk )?space`,
  ],
}

export const COMMAND_PHRASES: readonly (readonly [Shown, RegExp])[] = SHOWN.map((command) => [
  command,
  new RegExp(`^(?:${PHRASES[command].join('|')})${NOW}$`),
])

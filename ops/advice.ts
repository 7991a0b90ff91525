import type { Rule } from './rules.ts'

/**
 * Where to look next about a finding, in a few words for a phone. What to do depends on the cause, and whether it may be done on
 * the container: a diagnosis says that.
 */

export type Advice = {
  words: string
  /** For the chat or a shell; ends with the subject where `withSubject` is true. */
  command?: string
  withSubject?: boolean
}

const ADVICE: Record<Rule, Advice> = {
  disk: { words: 'Make room: old backups, logs, unused images', command: 'docker system df' },
  inodes: { words: 'Many small files: look for a cache or a mail queue that grows' },
  memory: { words: 'See which container takes it', command: '/containers' },
  swap: { words: 'Memory is short: see what can be stopped', command: '/containers' },
  temperature: { words: 'Check the fan and the air around it; stop what is not needed now' },
  'container-down': { words: 'Its last lines may say why', command: '/logs', withSubject: true },
  'container-unhealthy': { words: 'See what it says', command: '/logs', withSubject: true },
  'container-restarts': { words: 'It does not stay up; its last lines say why', command: '/logs', withSubject: true },
  'container-died': { words: 'Its last lines say why', command: '/logs', withSubject: true },
  'container-oom': { words: 'It needs a higher limit, or it leaks', command: '/logs', withSubject: true },
  'container-loop': { words: 'It does not stay up; its last lines say why', command: '/logs', withSubject: true },
  'container-cpu': { words: 'See what it is at', command: '/logs', withSubject: true },
  'container-memory': { words: 'At its limit it is killed; see what it is at', command: '/logs', withSubject: true },
  'log-pattern': { words: 'Read what it says', command: '/logs', withSubject: true },
  'generation-slow': { words: 'A service may be slow; /cancel stops what is in the making', command: '/queue' },
  'generation-failing': { words: 'See why the last ones failed', command: '/queue' },
  'generation-missing': { words: 'See whether the schedule is as you want it', command: '/schedule' },
  'spend-day': { words: 'At 100 % no paid call is made until tomorrow', command: '/settings' },
  'spend-month': { words: 'At 100 % no paid call is made until next month', command: '/settings' },
  'backup-old': { words: 'Make one now; the log says why those of the nights failed' },
  'unit-failed': { words: 'On the machine', command: 'systemctl status', withSubject: true },
  'no-answer': { words: 'Look again in a minute; if it stays so, look on the machine itself' },
}

export function adviceFor(rule: Rule): Advice {
  return ADVICE[rule]
}

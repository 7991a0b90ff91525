import { describe, expect, it } from 'vitest'
import { type Intent, matchIntent } from '../../../handlers/talk/intents.ts'

const NAMES = ['nexus-n8n', 'redis', 'nexus-postgres', 'shop-web', 'shop-db', 'code-server', 'sunshine', 'brain-api']
const show = (command: string) => ({ kind: 'show', command }) as Intent
const diagnose = (container: string | null, sure = true): Intent => ({ kind: 'diagnose', container, sure })
const logs = (container: string, wish = ''): Intent => ({ kind: 'logs', container, wish })
const act = (action: 'restart' | 'stop' | 'start', container: string): Intent => ({ kind: 'act', action, container })
const house = (action: 'backup' | 'vacuum' | 'prune-images' | 'prune-build-cache'): Intent => ({
  kind: 'house',
  action,
})
const courtesy = (of: 'thanks' | 'greeting' | 'parting'): Intent => ({ kind: 'courtesy', of })
const generate = (topic: string | null): Intent => ({ kind: 'generate', topic })

describe('a sentence about a container that is there', () => {
  it.each<[string, Intent]>([
    ['why does n8n keep restarting?', diagnose('n8n')],
    ['Why is n8n down', diagnose('n8n')],
    ['what’s wrong with redis', diagnose('redis')],
    ['is redis ok?', diagnose('redis')],
    ['Is shop-web up?', diagnose('shop-web')],
    ['is the postgres healthy right now', diagnose('postgres')],
    ['redis crashed', diagnose('redis')],
    ['did you restart redis?', diagnose('redis')],
    ['why did redis stop', diagnose('redis')],
    ['how much memory does redis use', diagnose('redis')],
    ['do not restart redis', diagnose('redis')],
    ['stop redis from crashing', diagnose('redis')],
    ['restart code server', act('restart', 'code-server')],
    ['take shop-web down', act('stop', 'shop-web')],
    ['diagnose code server', diagnose('code-server')],
    ['the shop keeps crashing', diagnose('shop')],
    ['redis', diagnose('redis', false)],
    ['tell me about redis', diagnose('redis', false)],
    ['show logs of redis', logs('redis')],
    ['show me the logs of n8n please', logs('n8n')],
    ['Redis logs', logs('redis')],
    ['what does postgres say', logs('postgres')],
    ['last 200 lines of redis', logs('redis', '200')],
    ['tail 20 redis', logs('redis', '20')],
    ['any errors in redis?', logs('redis', 'error')],
    ['show the errors of shop-web', logs('shop-web', 'error')],
    ['restart postgres', act('restart', 'postgres')],
    ['Could you please restart the redis container?', act('restart', 'redis')],
    ['turn redis off and on again', act('restart', 'redis')],
    ['reboot n8n now', act('restart', 'n8n')],
    ['stop shop-web', act('stop', 'shop-web')],
    ['shut down redis', act('stop', 'redis')],
    ['start redis', act('start', 'redis')],
    ['bring redis up', act('start', 'redis')],
    ['restart the shop', act('restart', 'shop')],
    ['restart postgr', act('restart', 'postgr')],
    ['redis restart', act('restart', 'redis')],
    ['unmute redis', show('mutes')],
    ['who muted redis?', show('mutes')],
    ['is redis muted?', show('mutes')],
    ['snooze redis for an hour', show('alerts')],
    ['mute the redis container', show('alerts')],
    ['ignore shop-web until tomorrow', show('alerts')],
    ['acknowledge redis', show('alerts')],
    ['when did redis crash?', show('incidents')],
    ['when did shop-web go down', show('incidents')],
    ['what time did the redis container restart', show('incidents')],
  ])('%j', (text, intent) => {
    expect(matchIntent(text, NAMES)).toEqual(intent)
  })
})

describe('a sentence about something else that the bot has', () => {
  it.each<[string, Intent]>([
    ['how are you?', show('health')],
    ['hey, how is everything?', show('health')],
    ['Is everything OK?', show('health')],
    ['everything ok', show('health')],
    ['all good?', show('health')],
    ['status', show('health')],
    ['are you there', show('health')],
    ['how is the server doing today', show('health')],
    ['is the disk full', show('health')],
    ['how much disk space is left?', show('health')],
    ['how hot is the cpu', show('health')],
    ['show me the health', show('health')],
    ['what’s wrong?', diagnose(null)],
    ['why is everything so slow', diagnose(null)],
    ['what is running?', show('containers')],
    ['list the containers', show('containers')],
    ['which containers are down', show('containers')],
    ['any alerts?', show('alerts')],
    ['what needs attention', show('alerts')],
    ['what happened last night', show('incidents')],
    ['what is in the queue', show('queue')],
    ['what are you making right now', show('queue')],
    ['anything to approve?', show('queue')],
    ['is my carousel ready yet?', show('queue')],
    ['show the topics', show('topics')],
    ['what’s in the backlog?', show('topics')],
    ['when is the next carousel', show('schedule')],
    ['show my schedule', show('schedule')],
    ['pause the schedule', { kind: 'change-schedule', change: 'pause' }],
    ['please resume the schedule', { kind: 'change-schedule', change: 'resume' }],
    ['how much did I spend', show('cost')],
    ['How much have we spent this month?', show('cost')],
    ['what’s the budget', show('cost')],
    ['how much money is left', show('cost')],
    ['daily report', show('report')],
    ['what changed since yesterday?', show('compare')],
    ['which keys are missing', show('settings')],
    ['cancel it', show('cancel')],
    ['is self-healing on?', show('heal')],
    ['free up some disk space', show('cleanup')],
    ['hello', show('help')],
    ['What can you do?', show('help')],
    ['help me, nothing works', diagnose(null)],
    ['nothing works any more!', diagnose(null)],
    ['everything is down', diagnose(null)],
    ['why did the disk fill up?', diagnose(null)],
    ['why is the memory full', diagnose(null)],
    ['turn healing off', show('heal')],
    ['turn off healing please', show('heal')],
    ['stop healing', show('heal')],
    ['back up now', house('backup')],
    ['Make a backup', house('backup')],
    ['please back up the database', house('backup')],
    ['vacuum the database', house('vacuum')],
    ['prune unused images', house('prune-images')],
    ['clear the build cache', house('prune-build-cache')],
    ['did the backup work?', show('health')],
    ['when was the last backup', show('health')],
    ['is there a backup?', show('health')],
    ['is the database running?', show('health')],
    ['which container uses the most memory?', show('containers')],
    ['what is eating all the cpu?', show('containers')],
    ['is it getting worse?', show('compare')],
    ['is it worse than yesterday?', show('compare')],
    ['what happened in the last hour', show('incidents')],
    ['what crashed in the last 3 days', show('incidents')],
    ['what did you restart?', show('audit')],
    ['what have you done today', show('audit')],
    ['did you restart anything last night', show('audit')],
    ['acknowledge everything', show('alerts')],
    ['ack', show('alerts')],
    ['snooze everything for an hour', show('alerts')],
    ['silence the alerts', show('alerts')],
    ['unmute everything', show('mutes')],
    ['approve the draft', show('queue')],
    ['publish it', show('queue')],
    ['make a carousel about octopus hearts', generate('octopus hearts')],
    ['can you make one about Black Holes?', generate('Black Holes')],
    ['make a carousel about redis', generate('redis')],
    ['a post on why honey never spoils', generate('why honey never spoils')],
    ['a carousel about one of the largest spiders', generate('one of the largest spiders')],
    ['make a carousel', generate(null)],
    ['surprise me', generate(null)],
    ['add Octopus hearts to the backlog', { kind: 'add-topics', text: 'Octopus hearts' }],
    ['add the topic honey; bees', { kind: 'add-topics', text: 'honey; bees' }],
    // Nothing of that name is there, but it can hardly be a topic.
    ['restart grafana', act('restart', 'grafana')],
    ['stop the grafana container', act('stop', 'grafana')],
    ['show the logs of grafana', logs('grafana')],
  ])('%j', (text, intent) => {
    expect(matchIntent(text, NAMES)).toEqual(intent)
  })
})

describe('a sentence that asks for nothing', () => {
  it.each<[string, Intent]>([
    ['thanks!', courtesy('thanks')],
    ['Thank you so much, Nexus', courtesy('thanks')],
    ['ok, thanks for the help', courtesy('thanks')],
    ['good job', courtesy('thanks')],
    ['good morning', courtesy('greeting')],
    ['Good evening, bot!', courtesy('greeting')],
    ['good night', courtesy('parting')],
    ['bye', courtesy('parting')],
  ])('%j', (text, intent) => {
    expect(matchIntent(text, NAMES)).toEqual(intent)
  })
})

describe('a topic stays a topic', () => {
  it.each([
    'good morning America',
    'the good night of the polar winter',
    'thanks to bees',
    'nothing works like gravity',
    'why nothing is ever lost',
    'the healing power of honey',
    'wound healing',
    'how corals heal',
    'back up singers of the sixties',
    'the first backup of a human genome',
    'vacuum',
    'the vacuum of space',
    'vacuum decay',
    'images of black holes',
    'is the moon getting smaller',
    'is the sea getting warmer',
    'what happened in the last ice age',
    'what happened in the last hour of Pompeii',
    'what did you never know about bees',
    'who silenced the crickets of Hawaii',
    'the snooze button and sleep',
    'ignore the past',
    'ignore the sun',
    'when did the sun die',
    'approve or reject: how juries decide',
    'what crashed at Roswell',
    'when did the dinosaurs die',
    'when did Rome fall',
    'which animal uses the most energy',
    'what eats all the plankton',
    'mute swans',
    'morning glory',
    'everything is made of stars',
    'octopus hearts',
    'one of the largest spiders',
    'post office history',
    'a new one of the old moons',
    'black holes',
    'honey',
    'why honey never spoils',
    'how do octopuses taste with their arms',
    'why is the sky blue',
    'why is red the colour of danger',
    'why do spiders build a web',
    'how does the brain store memory',
    'the logs of a redwood tree',
    'stop motion animation',
    'start of the universe',
    'the restart of a stopped heart',
    'the cost of war',
    'how much does a cloud weigh',
    'what does a black hole cost',
    'status symbols of the Romans',
    'health benefits of honey',
    'is everything made of atoms',
    'the schedule of the tides',
    'why we queue',
    'what happened to the dinosaurs',
    'what changed the course of history',
    'how hot is the sun',
    'how hot is the core of the earth',
    'is the moon hollow',
    'how much memory does the brain have',
    'container ships',
    'the last lines of famous poems',
    'alert animals that never sleep',
    'help from dolphins',
    'thanks to gravity',
    'hello world, the story of a program',
    'sunshine vitamins',
    'why sun output varies',
    'what the sun says about its age',
    'do not restart the past',
    'how long have trees been on earth',
    'budget airlines',
    'report of a thunderclap',
    'why did the Roman empire fail',
    'crash diets',
    'the queen is dead',
    '🙂',
    '',
  ])('%j', (text) => {
    const intent = matchIntent(text, NAMES)
    // A name by itself may be meant: then the topic is offered as well.
    if (intent?.kind === 'diagnose' && !intent.sure) return
    expect(intent).toBeNull()
  })
})

describe('without any container', () => {
  it('a name means nothing', () => {
    expect(matchIntent('is redis ok?')).toBeNull()
    expect(matchIntent('redis')).toBeNull()
  })

  it('a sentence of 4,096 signs is read in no time, whatever it is made of', () => {
    const started = performance.now()
    for (const part of ['restart ', 'show me the ', 'how much ', 'a', '\u0000', '💥 ', "'s "]) {
      for (const chars of [380, 4096]) expect(matchIntent(part.repeat(chars / part.length), NAMES)).toBeNull()
      matchIntent(`make a carousel about ${part.repeat(300 / part.length)}x`, NAMES)
    }
    expect(performance.now() - started).toBeLessThan(2_000)
  })
})

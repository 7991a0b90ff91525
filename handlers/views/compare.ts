import {
  COMPARED_WITH,
  type Compared,
  type ComparedWith,
  type Comparison,
  type Deploy,
  type Figures,
} from '../../ops/compare.ts'
import type { Finding } from '../../ops/rules.ts'
import { describeBytes } from '../../ops/words.ts'
import type { Keyboard } from '../../src/messaging/outbox.ts'
import { press } from './card.ts'
import { foreign, sentence } from './foreign.ts'
import { type Html, html, lines } from './html.ts'

/** /compare: what is different now. What stayed the same is not worth a line. */

const TITLES: Record<ComparedWith, string> = { hour: 'an hour ago', day: 'a day ago', deploy: 'before the last deploy' }
const BUTTONS: Record<ComparedWith, string> = { hour: '1 hour', day: '1 day', deploy: 'Last deploy' }
const FIGURES: Record<keyof Figures, { sign: string; title: string; unit: string }> = {
  cpu: { sign: '🖥', title: 'Processor', unit: '%' },
  memory: { sign: '🧠', title: 'Memory', unit: '%' },
  swap: { sign: '🧠', title: 'Swap', unit: '%' },
  temperature: { sign: '🌡', title: 'Temperature', unit: '°C' },
}
/** Of each kind; a machine on which more is different has another problem. */
const MAX_LINES = 8
/** A disk that grew by less stayed as it was. */
const MIN_GROWTH_BYTES = 10_000_000

export function compareText(compared: Compared, wish: ComparedWith, when: (at: Date) => string): Html {
  switch (compared.kind) {
    case 'no-deploy':
      return html`Since I keep the record nothing was deployed: no other version of me, no other image of a container.`
    case 'nothing-then':
      return compared.knownFrom === null
        ? html`I have no sample from ${when(compared.at)}: I was not at work then.`
        : html`I have no sample from ${when(compared.at)}: I was not at work yet. Ask again from ${when(compared.knownFrom)} on.`
    case 'compared':
      return comparisonText(compared.comparison, { wish, deploy: compared.deploy, when })
  }
}

type Context = { wish: ComparedWith; deploy: Deploy | null; when: (at: Date) => string }

function comparisonText(comparison: Comparison, { wish, deploy, when }: Context): Html {
  const changes = [...versionLines(comparison), ...findingLines(comparison), ...containerLines(comparison)]
  return lines(
    html`<b>Now, against ${TITLES[wish]}</b> (${when(comparison.than)})`,
    deploy && html`🚀 ${deployText(deploy)}, ${when(deploy.at)}`,
    html``,
    ...figureLines(comparison),
    html``,
    ...(changes.length > 0 ? changes : [html`Otherwise nothing has changed.`]),
  )
}

function deployText({ what }: Deploy): Html {
  if (what.kind === 'bot') return html`Nexus became ${versionText(what.version)}`
  return html`${foreign(what.name)} came onto ${foreign(what.image)}`
}

function versionText({ version, commit }: { version: string; commit: string | null }): Html {
  return commit === null ? html`${version}` : html`${version} (<code>${commit.slice(0, 7)}</code>)`
}

function figureLines({ figures, disks }: Comparison): Html[] {
  return [
    ...figures.map(({ name, before, after }) => {
      const { sign, title, unit } = FIGURES[name]
      return html`${sign} ${title} ${fromTo(before, after, unit)}`
    }),
    ...disks.slice(0, MAX_LINES).map(({ mount, before, after, grownBytes }) => {
      const size = Math.abs(grownBytes)
      const growth = size < MIN_GROWTH_BYTES ? '' : ` (${grownBytes > 0 ? '+' : '−'}${describeBytes(size)})`
      return html`💾 ${foreign(mount)} ${fromTo(before, after, '%')}${growth}`
    }),
  ]
}

/** "12 → 34 %", or "12 %" when nobody would see a difference. Down, as everywhere. */
function fromTo(before: number, after: number, unit: string): string {
  const [then, now] = [Math.floor(before), Math.floor(after)]
  return then === now ? `${now} ${unit}` : `${then} → ${now} ${unit}`
}

function versionLines({ version }: Comparison): Html[] {
  return version === null ? [] : [html`🤖 Nexus ${versionText(version.before)} → ${versionText(version.after)}`]
}

function findingLines({ begun, over }: Comparison): Html[] {
  const say = (sign: string, finding: Finding) => html`${sign} ${sentence(finding.words, finding.subject)}`
  return [
    ...short(begun.map((finding) => say(finding.severity === 'critical' ? '🔴 New:' : '⚠️ New:', finding))),
    ...short(over.map((finding) => say('✅ Over:', finding))),
  ]
}

function containerLines({ containers }: Comparison): Html[] {
  const { appeared, gone, changed, restarted, images } = containers
  return [
    ...short(appeared.map((name) => html`🆕 ${foreign(name)} is there`)),
    ...short(gone.map((name) => html`🗑 ${foreign(name)} is gone`)),
    ...short(changed.map(({ name, before, after }) => html`📦 ${foreign(name)} ${before} → ${after}`)),
    ...short(
      restarted.map(
        ({ name, times }) => html`🔄 ${foreign(name)} restarted ${times === 1 ? 'once' : `${times} times`}`,
      ),
    ),
    ...short(
      images.map(({ name, before, after }) =>
        before === after
          ? html`🚀 ${foreign(name)} has a newer ${foreign(after)}`
          : html`🚀 ${foreign(name)} ${foreign(before)} → ${foreign(after)}`,
      ),
    ),
  ]
}

function short(all: readonly Html[]): Html[] {
  const left = all.length - MAX_LINES
  return left > 0 ? [...all.slice(0, MAX_LINES), html`… and ${left} more`] : [...all]
}

export function compareKeyboard(wish: ComparedWith): Keyboard {
  return [COMPARED_WITH.map((than) => press(`${than === wish ? '• ' : ''}${BUTTONS[than]}`, { kind: 'compare', than }))]
}

export function compareHelpText(): Html {
  return html`I compare with <code>/compare hour</code>, <code>/compare day</code> or <code>/compare deploy</code>.`
}

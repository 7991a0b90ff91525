import { ARC, type Category } from '../../../content.ts'
import type { PaintRequest } from '../../ports.ts'
import type { CompositionName } from './compositions.ts'
import { MOTIFS, type Motif, type Shots } from './motifs.ts'
import { createRandom } from './random.ts'

export type ArtTask = Pick<PaintRequest, 'seed' | 'category' | 'role' | 'prompt'>

/**
 * For prompts that name no motif: pictures that suit a field without claiming a subject, so that nothing in them can
 * contradict the words. The seed picks an arrangement; within one, no composition comes twice.
 */
const NEUTRAL: Record<Category, readonly [Shots, ...Shots[]]> = {
  space: [
    ['galaxy', 'horizon', 'planet', 'gravity-well'],
    ['horizon', 'galaxy', 'gravity-well', 'planet'],
    ['planet', 'gravity-well', 'galaxy', 'horizon'],
  ],
  psychology: [
    ['neural-web', 'ripples', 'neuron', 'synapse'],
    ['interference', 'neural-web', 'synapse', 'eye'],
    ['eye', 'synapse', 'neural-web', 'ripples'],
  ],
  physics: [
    ['gravity-well', 'interference', 'field-lines', 'collision'],
    ['collision', 'field-lines', 'interference', 'gravity-well'],
  ],
  nature: [
    ['mist', 'forest', 'relief', 'waves'],
    ['waves', 'mist', 'interference', 'forest'],
    ['forest', 'waves', 'relief', 'mist'],
  ],
  biology: [
    ['cell', 'microbes', 'tissue', 'leaf'],
    ['microbes', 'tissue', 'cell', 'flower'],
    ['leaf', 'cell', 'microbes', 'tissue'],
  ],
  history: [
    ['mist', 'astrolabe', 'relief', 'eclipse'],
    ['eclipse', 'relief', 'astrolabe', 'mist'],
    ['desert', 'eclipse', 'flame', 'astrolabe'],
  ],
  technology: [
    ['data-city', 'neural-web', 'lattice', 'gears'],
    ['lattice', 'data-city', 'gears', 'neural-web'],
    ['gears', 'lattice', 'neural-web', 'data-city'],
  ],
}

/** Comparisons ("like a night city", "star-shaped") and colours ("electric blue") name what is not in the picture. */
const NOT_SHOWN = /\b(?:like|as if|as)\s[^,.;]*|\b[a-z]+-(?:shaped|like|sized|wide)\b|\belectric[\s-]blue\b/g

const MATCHERS = MOTIFS.map((motif) => ({
  motif,
  words: toMatcher(motif.words),
  hints: motif.hints === undefined ? null : toMatcher(motif.hints),
}))

/** The picture for a slide: by the first subject its prompt names, else by the first hint, else by its field. */
export function chooseComposition({ seed, category, role, prompt }: ArtTask): CompositionName {
  const slide = ARC.indexOf(role)
  const shots = findMotif(prompt)?.shots ?? createRandom(`${seed}/${category}/neutral`).pick(NEUTRAL[category])
  return shots[slide] ?? shots[0]
}

/** The motif that a prompt names first, or null: hostile and empty prompts are just prompts without motifs. */
export function findMotif(prompt: string): Motif | null {
  const text = prompt.toLowerCase().replace(NOT_SHOWN, ' ')
  return findFirst(text, 'words') ?? findFirst(text, 'hints')
}

function findFirst(text: string, kind: 'words' | 'hints'): Motif | null {
  let first: { at: number; motif: Motif } | null = null
  for (const matcher of MATCHERS) {
    const at = matcher[kind] === null ? -1 : text.search(matcher[kind])
    if (at >= 0 && (first === null || at < first.at)) first = { at, motif: matcher.motif }
  }
  return first?.motif ?? null
}

function toMatcher(words: string): RegExp {
  const choices = words.split(/\s+/).map((word) => word.replaceAll('_', '[\\s-]'))
  return new RegExp(`\\b(?:${choices.join('|')})(?:e?s)?\\b`)
}

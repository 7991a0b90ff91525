import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ARC, CATEGORIES } from '../../../src/content.ts'
import { chooseComposition, findMotif } from '../../../src/providers/local/art/choose.ts'
import { COMPOSITIONS, type CompositionName } from '../../../src/providers/local/art/compositions.ts'
import { MOTIFS } from '../../../src/providers/local/art/motifs.ts'
import type { BankEntry } from '../../../src/providers/ports.ts'

const BANK_FOLDER = join(import.meta.dirname, '../../../src/providers/local/bank')
const entries = readdirSync(BANK_FOLDER).flatMap(
  (file) => JSON.parse(readFileSync(join(BANK_FOLDER, file), 'utf8')) as BankEntry[],
)
const slides = entries.flatMap(({ id, fact, draft }) =>
  ARC.map((role) => ({ id, category: fact.category, role, prompt: draft[role].imagePrompt })),
)
const choose = (slide: (typeof slides)[number], seed = slide.id) => chooseComposition({ ...slide, seed })

/** A picture that is plainly false without one of these words beside it. */
const ONLY_WITH: Partial<Record<CompositionName, RegExp>> = {
  'ringed-planet': /saturn|planetary ring|ringed planet/i,
  snow: /snow|\bice\b|frost|fr[oe]ez|frozen|glacier|blizzard|iceberg|winter/i,
  storm: /lightning|storm|thunder|electric|bolt of/i,
  pyramids: /egypt|pyramid|pharaoh|sphinx/i,
  brain: /brain|mind|memor|neuron|cortex|hippocamp/i,
  helix: /dna|gene|genome|chromosom|helix|inherit/i,
  'black-hole': /black hole|event horizon|singularity|accretion/i,
  aurora: /aurora|northern light|magnet|polar|night sky/i,
  chip: /chip|circuit|computer|processor|transistor|silicon|motherboard/i,
}

describe('choosing a composition', () => {
  it.each([
    ['Show Venus under thick yellow cloud.', 'cloud-world'],
    ['Show an octopus in black water.', 'octopus'],
    ['Depict a comb of honey in a dark hive.', 'honeycomb'],
    ['Depict a pharaoh’s tomb at night.', 'pyramids'],
    ['Show Krakatoa under a column of ash.', 'volcano'],
    ['Show a heap of coffee cherries.', 'flower'],
    ['Show a crow on a fence.', 'feather'],
    ['Show Saturn above its rings.', 'ringed-planet'],
    ['Show one bolt of lightning over a plain.', 'storm'],
    ['Depict a strand of DNA unwinding.', 'helix'],
  ])('follows the subject of “%s”', (prompt, expected) => {
    for (const category of CATEGORIES)
      expect(chooseComposition({ seed: 'any', category, role: 'hook', prompt })).toBe(expected)
  })

  it('reads whole words only, and neither comparisons nor colours', () => {
    expect(findMotif('Show a mapmaker with chipped enamel.')).toBeNull()
    expect(findMotif('Show a hall glowing like a city of ice, in electric blue.')).toBeNull()
    expect(findMotif('Show a star-shaped badge.')).toBeNull()
  })

  it('prefers a subject to the setting named before it', () => {
    expect(findMotif('Under starlight, a pyramid.')).toBe(findMotif('A pyramid.'))
  })

  it('shows nothing that is plainly false, for any slide of the bank', () => {
    for (const slide of slides) {
      for (const seed of [slide.id, 'one', 'two', 'three']) {
        const needed = ONLY_WITH[choose(slide, seed)]
        if (needed) expect(slide.prompt, `${slide.id} ${slide.role} got ${choose(slide, seed)}`).toMatch(needed)
      }
    }
  })

  it('claims no subject where the prompt names none', () => {
    for (const category of CATEGORIES) {
      for (const seed of ['a', 'b', 'c', 'd', 'e', 'f']) {
        const shown = ARC.map((role) => chooseComposition({ seed, category, role, prompt: '' }))
        expect(new Set(shown).size).toBe(ARC.length)
        expect(shown.filter((name) => name in ONLY_WITH)).toEqual([])
      }
    }
  })

  it('shows at least three different compositions in every carousel of the bank', () => {
    for (const { id } of entries) {
      const shown = slides.filter((slide) => slide.id === id).map((slide) => choose(slide))
      expect(new Set(shown).size, `${id}: ${shown.join(', ')}`).toBeGreaterThanOrEqual(3)
    }
  })

  it('paints what the prompt names, on at least three of five slides of the bank', () => {
    const named = slides.filter((slide) => {
      const motif = findMotif(slide.prompt)
      return motif?.shots.includes(choose(slide)) ?? false
    })
    expect(named.length / slides.length).toBeGreaterThanOrEqual(0.6)
  })

  it('can reach every composition', () => {
    const reachable = new Set<string>(MOTIFS.flatMap((motif) => motif.shots))
    for (const category of CATEGORIES)
      for (const seed of 'abcdefghijkl')
        for (const role of ARC) reachable.add(chooseComposition({ seed, category, role, prompt: '' }))
    expect([...reachable].sort()).toEqual(Object.keys(COMPOSITIONS).sort())
  })
})

import { describe, expect, it } from 'vitest'
import { createLocalEmbedder, LOCAL_DUPLICATE_COSINE } from '../../../src/providers/local/embedder.ts'

const SAME_FACT: [string, string][] = [
  ['Octopuses have three hearts', 'An octopus has 3 hearts and blue blood'],
  ['Honey never spoils.', 'Honey found in ancient tombs never spoiled'],
  ['A day on Venus is longer than a year on Venus.', 'On Venus, one day lasts longer than its year'],
  ['Your brain runs on about 20 watts of power.', 'The human brain uses only twenty watts, 20 W of power'],
  ['Bananas are slightly radioactive.', 'Every banana is a little radioactive'],
  ['Sharks existed before trees.', 'Sharks are older than trees'],
  [
    'A teaspoon of neutron star weighs billions of tons.',
    'Neutron star matter: one teaspoonful weighs a billion tonnes',
  ],
  [
    'Cleopatra lived closer to the Moon landing than to the pyramids.',
    'Cleopatra was born nearer in time to the moon landing than to the building of the great pyramid',
  ],
  ['Wombats produce cube-shaped droppings.', 'Wombat poop is cube shaped'],
  ['Tardigrades survive the vacuum of space.', 'Tardigrades can survive in open space'],
  ['GPS satellites must correct for relativity.', 'Without relativity corrections GPS satellites would drift'],
  ['Trees share nutrients through fungal networks.', 'Fungal networks let trees share sugar and nutrients'],
  ['Water can boil and freeze at the same time.', 'At the triple point, water boils and freezes at the same time'],
  ['Oxford University is older than the Aztec Empire.', 'The University of Oxford predates the Aztec Empire'],
  ['A jiffy is an actual unit of time', 'The jiffy is a real unit of time used by physicists'],
  ['Butterflies taste with their feet', 'A butterfly has taste sensors on its feet'],
  ['Saturn would float in water', 'Saturn is less dense than water, so the planet would float'],
  ['The Eiffel Tower grows taller in summer', 'In summer heat the Eiffel Tower gets about 15 cm taller'],
  ['Crows remember human faces', 'Crows can recognise and remember faces of people for years'],
  ['The first computer bug was a real moth', 'A moth in a relay was the first actual computer bug'],
  ['Roman concrete gets stronger in sea water', 'Sea water makes ancient Roman concrete stronger over time'],
  ['Memories change every time you recall them', 'Each time you recall a memory, the memory changes'],
]

const OTHER_FACT: [string, string][] = [
  ['Octopuses have three hearts', 'Honey never spoils.'],
  ['Octopuses have three hearts', 'A blue whale has a heart the size of a small car'],
  ['A day on Venus is longer than a year on Venus.', 'A year on Neptune lasts 165 Earth years'],
  ['Your brain runs on about 20 watts of power.', 'Your brain replays memories while you sleep'],
  ['Bananas are slightly radioactive.', 'Bananas are berries but strawberries are not'],
  ['Sharks existed before trees.', 'Trees share nutrients through fungal networks.'],
  ['A teaspoon of neutron star weighs billions of tons.', 'A teaspoon of soil holds billions of microbes'],
  [
    'Cleopatra lived closer to the Moon landing than to the pyramids.',
    'The Moon drifts 3.8 cm away from Earth each year',
  ],
  ['Tardigrades survive the vacuum of space.', 'Sound cannot travel through the vacuum of space'],
  ['GPS satellites must correct for relativity.', 'Light takes eight minutes to reach Earth'],
  ['Water can boil and freeze at the same time.', 'Hot water can freeze faster than cold water'],
  ['Oxford University is older than the Aztec Empire.', 'The shortest war in history lasted 38 minutes'],
  ['Octopuses have three hearts', 'An octopus can taste with its arms'],
  ['Lightning is hotter than the surface of the Sun.', 'The Sun makes up 99.8 percent of the solar system'],
  ['Butterflies taste with their feet', 'Butterflies migrate thousands of kilometres to Mexico'],
  ['Saturn would float in water', 'Saturn has 146 known moons'],
  ['The Eiffel Tower grows taller in summer', 'The Leaning Tower of Pisa was never straight'],
  ['Crows remember human faces', 'Your brain has a region for faces'],
  ['The first computer bug was a real moth', 'The first computer programmer was Ada Lovelace'],
  ['Roman concrete gets stronger in sea water', 'Roman soldiers were partly paid in salt'],
  ['Memories change every time you recall them', 'Sleep moves memories into long-term storage'],
  ['Your stomach gets a new lining every few days', 'Your skeleton renews itself every ten years'],
]

/** A change of the features that narrows the gap to less than this should be noticed before it closes. */
const MARGIN = 0.025
const embedder = createLocalEmbedder()
const context = () => ({ signal: new AbortController().signal, step: 'novelty' })

async function cosine(a: string, b: string): Promise<number> {
  const [one, two] = [await embedder.embed(a, context()), await embedder.embed(b, context())]
  return one.reduce((sum, value, i) => sum + value * (two[i] ?? Number.NaN), 0)
}

describe('the local embedder', () => {
  it.each(SAME_FACT)('takes "%s" and "%s" for the same fact', async (a, b) => {
    expect(await cosine(a, b)).toBeGreaterThan(LOCAL_DUPLICATE_COSINE + MARGIN)
  })

  it.each(OTHER_FACT)('keeps "%s" and "%s" apart', async (a, b) => {
    expect(await cosine(a, b)).toBeLessThan(LOCAL_DUPLICATE_COSINE - MARGIN)
  })

  it.each([
    ['a sentence', 'Octopuses have three hearts'],
    ['nothing', ''],
    ['only spaces', '   '],
    ['only stop words', 'the of and'],
    ['Japanese', '日本の海'],
    ['only emojis', '🧠⚡'],
    ['one word of 10,000 letters', 'x'.repeat(10_000)],
  ])('gives %s a unit vector of 768 finite numbers', async (_name, text) => {
    const vector = await embedder.embed(text, context())
    expect(vector).toHaveLength(embedder.dimensions)
    expect(vector.every(Number.isFinite)).toBe(true)
    expect(Math.hypot(...vector)).toBeCloseTo(1, 10)
  })

  it('does not mind case, width of letters, punctuation or apostrophes', async () => {
    expect(await cosine('HONEY never spoils!', 'honey never spoils')).toBeCloseTo(1, 10)
    expect(await cosine('Ｈｏｎｅｙ never spoils', 'honey never spoils')).toBeCloseTo(1, 10)
    expect(await cosine('An octopus’s heart', "an octopus's heart")).toBeCloseTo(1, 10)
  })

  it('knows plural, -ing, -ed and spelled numbers as the same word', async () => {
    expect(await cosine('stories', 'story')).toBeCloseTo(1, 10)
    expect(await cosine('planning three hearts', 'planned 3 heart')).toBeCloseTo(1, 10)
  })

  it('refuses work that was cancelled before it began', async () => {
    await expect(embedder.embed('x', { signal: AbortSignal.abort(), step: 's' })).rejects.toMatchObject({
      code: 'cancelled',
    })
  })

  it('says which maker its vectors belong to, so that they are never compared with others', () => {
    expect(embedder.maker).toEqual({ provider: 'local', model: 'local-hash-768-1' })
  })
})

import { afterEach, expect, it } from 'vitest'
import { type AllFakes, sampleFact, startAllFakes } from '../support/fakes/index.ts'
import { ANA, type Nexus, startNexus } from '../support/nexus.ts'

/** What the pipeline found out, as a person reads it. */

let fakes: AllFakes
let nexus: Nexus
const open = async (env: Record<string, string> = {}) => {
  fakes = await startAllFakes()
  nexus = await startNexus({ env: { ...fakes.env, ...env } })
}
afterEach(async () => {
  await nexus.close()
  await fakes.close()
})

it('says who made what when all services are well', async () => {
  await open()
  const card = await nexus.generate('octopus hearts')
  expect(card.text).toContain('Fact: Groq · Words: Claude · Pictures: Gemini')
  expect(card.keyboard[0]?.[0]?.text).toBe('✅ Approve (unverified)')
})

it('says that the budget is used up, and what stood in', async () => {
  await open({ NEXUS_DAILY_BUDGET_USD: '0' })
  const card = await nexus.generate('octopus hearts')
  expect(card.text).toContain('Fact: built-in bank · Words: built-in bank · Pictures: Pexels')
  expect(card.text).toContain('Groq over budget')
  expect(card.text).toContain('Gemini over budget')
})

it('offers to make a fact again that was told before', async () => {
  await open()
  fakes.groq.always({ kind: 'answer', value: sampleFact(1) })
  await nexus.generate('octopus hearts')
  nexus.api.sendText(ANA, '/generate octopus hearts')
  const failed = await nexus.waitForText('told before')
  expect(failed.text).toContain(sampleFact(1).text)
  const cards = () => nexus.api.messages(ANA.id).filter(({ keyboard }) => keyboard[0]?.[0]?.text.startsWith('✅'))
  await nexus.api.tap(ANA, ANA.id, failed.id, 'Make it anyway')
  await nexus.api.waitFor(() => cards().length === 2, 'a second card', 30_000)
  expect(cards()[1]?.text).toContain(sampleFact(1).text)
})

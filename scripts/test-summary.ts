import { z } from 'zod'

export const TestSummary = z.object({
  passed: z.number(),
  failed: z.number(),
  /** By name. */
  skipped: z.array(z.string()),
  /** What went wrong outside of any test: a file that does not load, a hook, an unhandled rejection. Each counts as a failure. */
  errors: z.array(z.string()),
})
export type TestSummary = z.infer<typeof TestSummary>

/** The text that ends the test command, and its exit code. Under CI something skipped is a failure. */
export function closingReport(summary: TestSummary, options: { ci: boolean }): { text: string; exitCode: number } {
  const { passed, skipped, errors } = summary
  const failed = summary.failed + errors.length
  const lines = [...errors.map((error) => `error: ${error}`), ...skipped.map((name) => `skipped: ${name}`)]
  const skipFails = options.ci && skipped.length > 0
  if (skipFails) lines.push('CI=true: every test must run, so that what was skipped counts against this run')
  if (passed + failed === 0) lines.push('no test ran')
  lines.push(`${passed} passed, ${failed} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ''}`)
  return { text: lines.join('\n'), exitCode: failed > 0 || skipFails || passed === 0 ? 1 : 0 }
}

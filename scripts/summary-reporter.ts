import { writeFileSync } from 'node:fs'
import type { Reporter, TestModule } from 'vitest/node'
import type { TestSummary } from './test-summary.ts'

/** Writes what happened to the file NEXUS_TEST_SUMMARY, for scripts/test.ts to print after vitest's own last word. */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly { message: string }[]): void {
    const file = process.env.NEXUS_TEST_SUMMARY
    if (!file) return
    const summary: TestSummary = { passed: 0, failed: 0, skipped: [], errors: unhandled.map((error) => error.message) }
    for (const module of modules) addModule(summary, module)
    writeFileSync(file, JSON.stringify(summary))
  }
}

function addModule(summary: TestSummary, module: TestModule): void {
  const place = `[${module.project.name}] ${module.relativeModuleId}`
  const suites = [module, ...module.children.allSuites()]
  summary.errors.push(...suites.flatMap((suite) => suite.errors().map((error) => `${place}: ${error.message}`)))
  for (const test of module.children.allTests()) {
    const result = test.result()
    if (result.state === 'passed') summary.passed++
    else if (result.state === 'failed') summary.failed++
    else summary.skipped.push(`${place} > ${test.fullName}`)
  }
}

import type { Rule } from '../candidate.ts'
import { ruleBudget, ruleProvider } from './bot.ts'
import { ruleCommandNotFound, ruleEndedInPeace, ruleNotExecutable, ruleOutOfMemory, ruleSegfault } from './endings.ts'
import { ruleDockerSilent } from './engine.ts'
import { ruleUnhealthy } from './health-checks.ts'
import { ruleCpuHog, ruleMemoryLeak, rulePressure } from './load.ts'
import { ruleDeclaredDependency, ruleNetwork } from './network.ts'
import { ruleRunsAgain } from './recovered.ts'
import { ruleCrash, ruleCrashLoop, ruleRestartStorm, ruleSlowStart } from './restarts.ts'
import {
  ruleClock,
  ruleDenied,
  ruleImage,
  ruleMissingSetting,
  ruleMount,
  rulePort,
  ruleStaleProject,
} from './settings.ts'
import { ruleDisk, ruleLogFlood, ruleReadOnly } from './storage.ts'

/** From the most to the least specific: of two that are equally likely the earlier one counts. */
export const CAUSE_RULES: readonly Rule[] = [
  ruleDockerSilent,
  ruleBudget,
  ruleProvider,
  ruleOutOfMemory,
  rulePort,
  ruleMount,
  ruleImage,
  ruleCommandNotFound,
  ruleNotExecutable,
  ruleDisk,
  ruleReadOnly,
  ruleMissingSetting,
  ruleDenied,
  ruleClock,
  ruleNetwork,
  ruleDeclaredDependency,
  ruleStaleProject,
  ruleSegfault,
  ruleRestartStorm,
  ruleSlowStart,
  ruleMemoryLeak,
  ruleCpuHog,
  ruleLogFlood,
  ruleUnhealthy,
  rulePressure,
  ruleRunsAgain,
  ruleEndedInPeace,
  ruleCrashLoop,
  ruleCrash,
]

import type { Scenario } from '../scenario.ts'
import { ENDINGS } from './endings.ts'
import { HEALTH } from './health.ts'
import { NETWORK } from './network.ts'
import { PEACE } from './peace.ts'
import { SETTINGS } from './settings.ts'

export const SCENARIOS: readonly Scenario[] = [...ENDINGS, ...SETTINGS, ...NETWORK, ...HEALTH, ...PEACE]

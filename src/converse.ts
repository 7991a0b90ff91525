import type { LoopAsk, LoopResult } from './providers/tool-loop.ts'

/** A conversation with a model that may look things up, for layers that name no provider. */

export type { ToolTurn } from './providers/ports.ts'
export type { LoopEnd, LoopLimits, LoopTool } from './providers/tool-loop.ts'

/** @throws Failure of the model; a limit and a stop are endings of their own */
export type Converse = (ask: LoopAsk) => Promise<LoopResult>

import type { Act } from './act.ts'
import { restart, start, stop } from './container-acts.ts'
import { cancelRun, pauseSchedule, resumeSchedule, retryRun } from './content-acts.ts'
import { backup, clearOutputs, trimData, vacuum } from './data-acts.ts'
import type { ActionKind } from './definitions.ts'
import { pruneBuildCache, pruneImages } from './docker-acts.ts'
import { shrinkLog } from './shrink-log.ts'

/** Every action that there is. */
export const ACTS: Record<ActionKind, Act> = {
  restart,
  stop,
  start,
  'shrink-log': shrinkLog,
  'prune-images': pruneImages,
  'prune-build-cache': pruneBuildCache,
  'clear-outputs': clearOutputs,
  'trim-data': trimData,
  vacuum,
  backup,
  'retry-run': retryRun,
  'cancel-run': cancelRun,
  'pause-schedule': pauseSchedule,
  'resume-schedule': resumeSchedule,
}

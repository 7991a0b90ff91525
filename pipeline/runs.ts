/** Runs as handlers see them: reading only. Decisions are in review.ts, starting in start.ts. */
export { expireRuns, findRun, listRuns, type Redo, type Run, type RunStatus } from '../src/db/runs.ts'

import type { Run } from '../pipeline/runs.ts'

/** Names of messages in the outbox, by which a later edit finds them. */
export const progressRef = (run: Pick<Run, 'id' | 'revision'>) => `run:${run.id}:r${run.revision}:progress`
export const albumRef = (run: Pick<Run, 'id' | 'revision'>) => `run:${run.id}:r${run.revision}:album`
export const cardRef = (run: Pick<Run, 'id' | 'revision'>) => `run:${run.id}:r${run.revision}:card`
/** Only there after a delivery that failed. */
export const deliveryRef = (run: Pick<Run, 'id'>) => `run:${run.id}:delivery`

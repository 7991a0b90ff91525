/** For handlers, which reach stored data through ops only. */
export type { Proposal } from '../../src/db/actions.ts'

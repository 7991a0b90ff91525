import type { Tx } from './pool.ts'

export type Decision = {
  runId: string
  revision: number
  contentHash: string | null
  kind: 'approve' | 'reject' | 'regenerate' | 'edit' | 'cancel' | 'retry' | 'repeat'
  detail: string | null
  userId: number
}

/** Appends what a person decided; the table allows one approval or rejection a run. */
export async function recordDecision(tx: Tx, decision: Decision): Promise<void> {
  await tx.query(
    'insert into decision (run_id, revision, content_hash, kind, detail, user_id) values ($1, $2, $3, $4, $5, $6)',
    [decision.runId, decision.revision, decision.contentHash, decision.kind, decision.detail, decision.userId],
  )
}

import type { Guard } from './containers.ts'
import { findOwnContainerId } from './own-container.ts'

/** What may be acted on, on this machine. */
export async function readGuard({
  managedLabel,
  databaseUrl,
}: {
  managedLabel: string
  databaseUrl: string | null
}): Promise<Guard> {
  return { managedLabel, ownId: await findOwnContainerId(), database: readDatabaseAddress(databaseUrl) }
}

const POSTGRES_PORT = 5432

function readDatabaseAddress(url: string | null): Guard['database'] {
  const parsed = url === null ? null : URL.parse(url)
  if (!parsed) return null
  return { host: parsed.hostname || 'localhost', port: parsed.port === '' ? POSTGRES_PORT : Number(parsed.port) }
}

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

export function readDatabaseAddress(url: string | null): Guard['database'] {
  // Also "user@/database", which the driver takes and a URL is not.
  const parsed = url === null ? null : (URL.parse(url) ?? URL.parse(url.replace('@/', '@localhost/')))
  if (!parsed) return null
  // The driver takes these before what stands in the address itself.
  const port = parsed.searchParams.get('port') || parsed.port
  const host = parsed.searchParams.get('host') || decodeURIComponent(parsed.hostname)
  return { host: host || 'localhost', port: port === '' ? POSTGRES_PORT : Number(port) }
}

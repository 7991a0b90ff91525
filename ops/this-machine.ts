import { BlockList, isIP } from 'node:net'
import { hostname } from 'node:os'

/** Addresses that are not out in the world; a bot in a container knows its machine by one of these. */
const NEAR = new BlockList()
NEAR.addSubnet('0.0.0.0', 8)
NEAR.addSubnet('10.0.0.0', 8)
NEAR.addSubnet('127.0.0.0', 8)
NEAR.addSubnet('169.254.0.0', 16)
NEAR.addSubnet('172.16.0.0', 12)
NEAR.addSubnet('192.168.0.0', 16)
NEAR.addAddress('::', 'ipv6')
NEAR.addAddress('::1', 'ipv6')
NEAR.addSubnet('fc00::', 7, 'ipv6')
NEAR.addSubnet('fe80::', 10, 'ipv6')

/**
 * Whether an address may lead to this machine. In doubt it does: who asks wants to spare what is there. A name that DNS would
 * have to explain does not, unless it is this machine's own.
 */
export function mayBeThisMachine(address: string): boolean {
  const host = address.toLowerCase().replace(/^\[|\]$/g, '')
  if (host === '' || host.startsWith('/')) return true
  const version = isIP(host)
  if (version !== 0) return NEAR.check(host, version === 6 ? 'ipv6' : 'ipv4')
  const own = hostname().toLowerCase()
  if (host === 'localhost' || host === own || host === `${own}.local`) return true
  return host.endsWith('.localhost') || host.endsWith('.docker.internal')
}

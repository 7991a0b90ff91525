import { BlockList, isIP } from 'node:net'

/** Every range that is not the public internet, by the IANA special-purpose registries. */
const NOT_PUBLIC_V4 = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const

/** Inside global unicast, but not the public internet: Teredo and 6to4 (both wrap IPv4), benchmarks, documentation. */
const NOT_PUBLIC_V6 = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const

const v4 = new BlockList()
for (const [net, bits] of NOT_PUBLIC_V4) v4.addSubnet(net, bits, 'ipv4')
const v6 = new BlockList()
for (const [net, bits] of NOT_PUBLIC_V6) v6.addSubnet(net, bits, 'ipv6')
const globalV6 = new BlockList()
globalV6.addSubnet('2000::', 3, 'ipv6')

/**
 * Whether an IP address belongs to the public internet. IPv6 is allowed only inside 2000::/3: that leaves out loopback,
 * link-local, unique-local, multicast, IPv4-mapped and NAT64 addresses without having to list them.
 */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address)
  if (family === 4) return !v4.check(address, 'ipv4')
  // A zone ("fe80::1%eth0") exists only on local links.
  if (family !== 6 || address.includes('%')) return false
  return globalV6.check(address, 'ipv6') && !v6.check(address, 'ipv6')
}

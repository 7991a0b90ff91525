/** A foreign name that resolves to this machine is how a web page would reach in (DNS rebinding). `header`: Host. */
export function isOwnHost(header: string | undefined, boundHost: string): boolean {
  const name = (header ?? '').replace(/:\d+$/, '').toLowerCase()
  return ['127.0.0.1', 'localhost', '[::1]', boundHost.toLowerCase()].includes(name)
}

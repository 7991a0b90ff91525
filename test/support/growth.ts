/**
 * How much more processor time `work` takes for eight times as much of `part`: about 8 when it grows with the text, 64 when it
 * grows with its square. A floor, since what takes no time has no ratio.
 */
export function measureGrowth(part: string, smallChars: number, work: (text: string) => unknown): number {
  const measure = (chars: number) => {
    const text = part.repeat(Math.ceil(chars / part.length))
    const times = Array.from({ length: 3 }, () => {
      const before = process.cpuUsage()
      work(text)
      const { user, system } = process.cpuUsage(before)
      return user + system
    })
    return Math.min(...times)
  }
  measure(smallChars)
  return measure(8 * smallChars) / Math.max(2_000, measure(smallChars))
}

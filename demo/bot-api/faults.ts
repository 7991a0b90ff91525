import type { Fault } from './types.ts'

/** What goes wrong on demand. The first fault that fits a call is used, and used up. */
export type Faults = {
  add(fault: Fault): void
  clear(): void
  take(method: string, chatId: number | undefined): Fault | undefined
}

export function createFaults(): Faults {
  let waiting: { fault: Fault; left: number }[] = []
  return {
    add: (fault) => void waiting.push({ fault, left: fault.times ?? 1 }),
    clear: () => {
      waiting = []
    },
    take: (method, chatId) => {
      const found = waiting.find(({ fault }) => fits(fault, method, chatId))
      if (!found) return undefined
      found.left--
      if (found.left <= 0) waiting = waiting.filter((entry) => entry !== found)
      return found.fault
    },
  }
}

function fits(fault: Fault, method: string, chatId: number | undefined): boolean {
  const methodFits = fault.method === '*' || fault.method.toLowerCase() === method.toLowerCase()
  return methodFits && (fault.chatId === undefined || fault.chatId === chatId)
}

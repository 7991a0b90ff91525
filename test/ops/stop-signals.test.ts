import { expect, it } from 'vitest'
import { isStopSignal } from '../../ops/stop-signals.ts'

it.each<[signal: number, own: string, stops: boolean]>([
  [15, '', true],
  [9, 'SIGQUIT', true],
  [3, '', true],
  [10, '', false],
  [1, '', false],
  [1, 'HUP', true],
  [10, 'sigusr1', true],
  [12, '12', true],
  [37, 'SIGRTMIN+3', true],
  [37, '', false],
  [10, 'constructor', false],
  [1, 'nonsense', false],
])('signal %i stops a container whose own is “%s”: %s', (signal, own, stops) => {
  expect(isStopSignal(signal, own)).toBe(stops)
})

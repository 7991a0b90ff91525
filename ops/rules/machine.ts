import { diskPercent } from '../snapshot/disks.ts'
import { memoryShares } from '../snapshot/machine.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import type { Finding } from './finding.ts'
import { type Context, keep, measured, noAnswer, state, whole } from './judging.ts'

export function judgeDisks({ disks }: Snapshot, context: Context): Finding[] {
  if (disks.kind !== 'ok') return keep(context, 'disk', 'inodes')
  const found = disks.value.disks.flatMap((disk) => {
    const value = diskPercent(disk)
    const subject = disk.mount
    const inodes = disk.inodesPercent
    return [
      ...measured(context, { rule: 'disk', subject, value, words: `Disk {} is ${whole(value)} full` }),
      ...(inodes === null
        ? []
        : measured(context, {
            rule: 'inodes',
            subject,
            value: inodes,
            words: `Disk {} has used ${whole(inodes)} of the files it can hold`,
          })),
    ]
  })
  const silent = disks.value.silent.flatMap((mount) => [
    ...keep(context, 'disk', 'inodes').filter(({ subject }) => subject === mount),
    noAnswer(context, mount, 'Disk {} does not answer', 'warning'),
  ])
  return [...found, ...silent]
}

export function judgeMemory({ memory }: Snapshot, context: Context): Finding[] {
  if (memory.kind !== 'ok') return keep(context, 'memory', 'swap')
  const { memory: value, swap } = memoryShares(memory.value)
  const ram = measured(context, { rule: 'memory', subject: '', value, words: `Memory is ${whole(value)} used` })
  if (swap === null) return ram
  return [
    ...ram,
    ...measured(context, { rule: 'swap', subject: '', value: swap, words: `Swap is ${whole(swap)} used` }),
  ]
}

export function judgeTemperature({ temperature }: Snapshot, context: Context): Finding[] {
  if (temperature.kind !== 'ok') return keep(context, 'temperature')
  const { value } = temperature
  return measured(context, {
    rule: 'temperature',
    subject: '',
    value,
    words: `The processor is at ${Math.floor(value)} °C`,
  })
}

export function judgeUnits({ units }: Snapshot, context: Context): Finding[] {
  if (units.kind !== 'ok') return units.kind === 'absent' ? [] : keep(context, 'unit-failed')
  return units.value.map((unit) =>
    state(context, {
      rule: 'unit-failed',
      severity: 'warning',
      subject: unit,
      words: 'Service {} has failed',
      value: null,
    }),
  )
}

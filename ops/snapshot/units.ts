import { execFile } from 'node:child_process'
import { access } from 'node:fs/promises'
import { promisify } from 'node:util'
import { absent, ok, type Reading } from './reading.ts'

/** Names of systemd units that have failed. */

const run = promisify(execFile)
const LIMIT_MS = 1_200
const MAX_BYTES = 256 * 1024

/** This folder is there exactly where systemd runs the machine; a container has the program at most. */
export async function readFailedUnits(runFolder = '/run/systemd/system'): Promise<Reading<string[]>> {
  const booted = await access(runFolder).then(
    () => true,
    () => false,
  )
  if (!booted) return absent('systemd does not run here')
  const args = ['list-units', '--state=failed', '--plain', '--no-legend', '--no-pager', '--full']
  const { stdout } = await run('systemctl', args, { timeout: LIMIT_MS, maxBuffer: MAX_BYTES, killSignal: 'SIGKILL' })
  return ok(parseUnits(stdout))
}

/** A line is "NAME LOAD ACTIVE SUB DESCRIPTION". */
export function parseUnits(text: string): string[] {
  return text.split('\n').flatMap((line) => {
    const [name = ''] = line.trim().split(/\s+/)
    return name === '' ? [] : [name]
  })
}

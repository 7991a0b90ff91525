import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, rm, statfs, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { approve, retryFailedRun } from '../../pipeline/review.ts'
import type { Run } from '../../src/db/runs.ts'
import { ANA_ID, type PipelineRig, type RigOptions, startPipeline } from '../support/pipeline.ts'

let rig: PipelineRig
const cleanUp: (() => unknown)[] = []
const open = async (options?: RigOptions) => {
  rig = await startPipeline(options)
  cleanUp.unshift(rig.close)
}
afterEach(async () => {
  for (const undo of cleanUp.splice(0)) await undo()
})

const approveIt = async (run: Pick<Run, 'id'>) => {
  const ref = await rig.ref(run)
  const outcome = await rig.decide((tx) => approve(tx, rig.deps, ref, ANA_ID), run.id)
  expect(outcome.kind).toBe('approved')
}
const handOverAgain = async (run: Pick<Run, 'id'>) => {
  rig.worker.wake(run.id)
  await rig.worker.idle()
  return rig.find(run.id)
}
const lastFailure = () => {
  const one = rig.news.at(-1)
  return one?.kind === 'delivery-failed' || one?.kind === 'failed' ? one : undefined
}
const outputs = () => join(rig.dataDir, 'outputs')
const nameOfOutput = async (run: Pick<Run, 'id'>) => (await rig.find(run.id)).outputDir?.split('/').at(-1) ?? ''

describe('handing over', () => {
  it('says what is wrong when the output folder is no folder, keeps the approval, and works once that is mended', async () => {
    await open()
    const run = await rig.make('octopus hearts')
    await writeFile(outputs(), 'in the way')
    await approveIt(run)
    expect(lastFailure()).toMatchObject({ kind: 'delivery-failed', failure: { code: 'not_writable' } })
    expect(lastFailure()?.failure.message).toContain(outputs())
    expect((await rig.find(run.id)).status).toBe('approved')
    await rm(outputs())
    expect(await handOverAgain(run)).toMatchObject({ status: 'delivered' })
    expect(await readdir(outputs())).toEqual([await nameOfOutput(run)])
  })

  it('leaves a file or another run’s folder of the same name alone', async () => {
    await open()
    const probe = await rig.make('octopus hearts')
    await approveIt(probe)
    const name = await nameOfOutput(probe)
    await rm(join(outputs(), name), { recursive: true })
    await writeFile(join(outputs(), name), 'a file of that name')
    const run = await rig.make('octopus hearts', { allowRepeat: true })
    await approveIt(run)
    expect(await nameOfOutput(run)).toBe(`${name}-${run.id.slice(0, 8)}`)
    await rm(join(outputs(), name))
    await mkdir(join(outputs(), name))
    await writeFile(join(outputs(), name, 'carousel.json'), JSON.stringify({ run: 'another' }))
    const third = await rig.make('octopus hearts', { allowRepeat: true })
    await approveIt(third)
    expect(await nameOfOutput(third)).toBe(`${name}-${third.id.slice(0, 8)}`)
    expect(await readdir(join(outputs(), name))).toEqual(['carousel.json'])
  })

  it('goes on after a kill between the finished folder and its note, and sends nothing that lies beside it', async () => {
    await open()
    const run = await rig.make('octopus hearts')
    await approveIt(run)
    const name = await nameOfOutput(run)
    // As if the note had never been written.
    await rig.db.pool.query('alter table run disable trigger run_transition')
    await rig.db.pool.query(`update run set status = 'approved', output_dir = null where id = $1`, [run.id])
    await rig.db.pool.query('alter table run enable trigger run_transition')
    await writeFile(join(outputs(), name, 'notes.png'), 'mine')
    expect(await handOverAgain(run)).toMatchObject({ status: 'delivered' })
    expect(await nameOfOutput(run)).toBe(name)
    const news = rig.news.at(-1)
    expect(news?.kind === 'delivered' && news.files).toHaveLength(13)
  })

  it('makes a folder beside when somebody changed the finished one meanwhile', async () => {
    await open()
    const run = await rig.make('octopus hearts')
    await approveIt(run)
    const name = await nameOfOutput(run)
    await rig.db.pool.query('alter table run disable trigger run_transition')
    await rig.db.pool.query(`update run set status = 'approved', output_dir = null where id = $1`, [run.id])
    await rig.db.pool.query('alter table run enable trigger run_transition')
    await writeFile(join(outputs(), name, 'slide-3.png'), 'painted over')
    expect(await handOverAgain(run)).toMatchObject({ status: 'delivered' })
    expect(await nameOfOutput(run)).toBe(`${name}-${run.id.slice(0, 8)}`)
  })

  it('makes files that were deleted after the approval again, to the byte', async () => {
    await open()
    const run = await rig.make('octopus hearts')
    const ref = await rig.ref(run)
    const outcome = await rig.decide((tx) => approve(tx, rig.deps, ref, ANA_ID))
    expect(outcome.kind).toBe('approved')
    await rm(join(rig.dataDir, 'runs', run.id), { recursive: true })
    expect(await handOverAgain(run)).toMatchObject({ status: 'delivered' })
    expect(await readdir(join(outputs(), await nameOfOutput(run)))).toHaveLength(13)
  })

  it('says what is missing when they cannot be made again, and writes no half of it', async () => {
    await open()
    const run = await rig.make('octopus hearts')
    const ref = await rig.ref(run)
    await rig.decide((tx) => approve(tx, rig.deps, ref, ANA_ID))
    await rm(join(rig.dataDir, 'runs', run.id), { recursive: true })
    await rm(join(rig.dataDir, 'cache'), { recursive: true })
    expect(await handOverAgain(run)).toMatchObject({ status: 'approved' })
    expect(lastFailure()).toMatchObject({ failure: { code: 'not_found' } })
    expect(lastFailure()?.failure.message).toMatch(/not there any more/)
    expect(await readdir(outputs()).catch(() => [])).toEqual([])
  })
})

const isRoot = process.getuid?.() === 0
/** A disk of two megabytes. */
const mountSmallDisk = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'nexus-small-'))
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', folder])
  cleanUp.push(() => {
    execFileSync('umount', [folder])
    return rm(folder, { recursive: true })
  })
  return folder
}
const canMount = (() => {
  if (!isRoot) return false
  try {
    execFileSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})()

describe.skipIf(!canMount)(`a full disk${canMount ? '' : ' (needs root, to mount a small one)'}`, () => {
  const fill = async (folder: string) => {
    const { bavail, bsize } = await statfs(folder)
    await writeFile(join(folder, 'filler'), Buffer.alloc(bavail * bsize))
    return () => rm(join(folder, 'filler'))
  }

  it('fails a run with words to act on, and the run goes on when there is room', async () => {
    await open()
    const small = await mountSmallDisk()
    await rig.close()
    await open({ deps: { dataDir: small } })
    const makeRoom = await fill(small)
    const run = await rig.make('octopus hearts')
    expect(run).toMatchObject({ status: 'failed', failure: { code: 'no_space', retryable: true } })
    expect(run.failure?.message).toContain('disk is full')
    expect(await readdir(join(small, 'cache')).catch(() => [])).toEqual([])
    await makeRoom()
    await rig.decide((tx) => retryFailedRun(tx, run.id, { allowRepeat: false, userId: ANA_ID.id }), run.id)
    expect((await rig.find(run.id)).status).toBe('awaiting_review')
  })

  it('keeps an approval whose files cannot be written, and hands over when there is room', async () => {
    await open()
    const small = await mountSmallDisk()
    await rig.close()
    await open({ deps: { outputsDir: join(small, 'outputs') } })
    const run = await rig.make('octopus hearts')
    const makeRoom = await fill(small)
    await approveIt(run)
    expect(lastFailure()).toMatchObject({ kind: 'delivery-failed', failure: { code: 'no_space' } })
    expect(await readdir(join(small, 'outputs')).catch(() => [])).toEqual([])
    await makeRoom()
    expect(await handOverAgain(run)).toMatchObject({ status: 'delivered' })
  })
})

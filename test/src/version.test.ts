import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { readVersion } from '../../src/version.ts'

const COMMIT = '0123456789abcdef0123456789abcdef01234567'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nexus-version-'))
  await put('package.json', '{"version": "1.2.3"}')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const put = async (path: string, text: string) => {
  await mkdir(dirname(join(folder, path)), { recursive: true })
  await writeFile(join(folder, path), text)
}
const read = () => readVersion(pathToFileURL(`${folder}/`))

it('is that of the package alone where there is no repository, as in an image', async () => {
  expect(await read()).toEqual({ version: '1.2.3', commit: null })
})

it('has the commit of the branch, from its file or from among the packed ones, or of no branch', async () => {
  await put('.git/HEAD', 'ref: refs/heads/main\n')
  expect((await read()).commit).toBeNull()
  await put('.git/packed-refs', `# pack-refs with: peeled\n${COMMIT} refs/heads/main\n`)
  expect((await read()).commit).toBe(COMMIT)
  await put('.git/refs/heads/main', `${COMMIT.replace('0', '9')}\n`)
  expect((await read()).commit).toBe(COMMIT.replace('0', '9'))
  await put('.git/HEAD', `${COMMIT}\n`)
  expect((await read()).commit).toBe(COMMIT)
})

it('does not follow a reference out of the repository', async () => {
  await put('.git/HEAD', 'ref: refs/../../../etc/passwd\n')
  expect((await read()).commit).toBeNull()
})

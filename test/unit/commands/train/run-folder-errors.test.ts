// What the file system says of a run's folder is the user's to mend: one message, no stack.
import { execFile } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { chmod, mkdir, readdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { UserError } from '../../../../src/errors.ts'
import { silentReporter } from '../../../../src/log/reporter.ts'
import { lockFile } from '../../../../src/run/run-lock.ts'
import { startRun } from '../../../../src/train/start.ts'
import { commandTrial } from '../../../support/command-trial.ts'
import { fakeConfig, fakeStart, questionFolder } from '../../../support/fake-run.ts'

const trial = commandTrial()
const { serl, file, refused } = trial
const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))
const demo = path('../../../../seeds/demo-model')

describe('a folder that cannot be made', () => {
  const places: readonly [string, RegExp, () => Promise<string>][] = [
    ['a name too long', /the name is too long/, async () => join(trial.folder, 'x'.repeat(300))],
    [
      'links in a circle',
      /its links lead in a circle/,
      async () => {
        await symlink(join(trial.folder, 'b'), join(trial.folder, 'a'))
        await symlink(join(trial.folder, 'a'), join(trial.folder, 'b'))
        return join(trial.folder, 'a', 'run')
      },
    ],
    ['inside a file', /a file, not a folder, or lies in one/, async () => join(await file('a.txt', ''), 'deep', 'run')],
  ]
  it.each(places)('%s: train, its dry run, and sft', async (_, message, place) => {
    const out = await place()
    const before = await readdir(trial.folder)
    const said = new RegExp(`${message.source}[:;] give another --out`)
    await refused(serl('train', 'demo', '--out', out), said)
    await refused(serl('train', 'demo', '--out', out, '--dry-run'), said)
    const data = path('../../../../seeds/demo-seeds.jsonl')
    await refused(serl('sft', '--model', demo, '--data', data, '--out', out), said)
    expect(await readdir(trial.folder)).toEqual(before)
  })
})

// root may write everywhere: as another user then
const asNobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}

const run = (...argv: string[]): Promise<{ code: unknown; stderr: string }> =>
  new Promise((resolve) => {
    const words = ['--import', 'tsx', path('../../../support/run-cli.ts'), ...argv]
    execFile(process.execPath, words, asNobody, (error, _, stderr) => resolve({ code: error?.code ?? 0, stderr }))
  })

describe('a folder of somebody else', () => {
  it.skipIf(process.platform === 'win32')(
    'is refused in words, also to resume a run in it',
    async () => {
      await chmod(trial.folder, 0o755)
      const out = join(trial.folder, 'run')
      await mkdir(out)
      await chmod(out, 0o555)
      const begun = await run('train', 'demo', '--out', join(out, 'mine'))
      expect(begun.stderr).toMatch(/^serl: cannot write in .*mine: permission denied; give another --out\n$/)
      expect(begun.code).toBe(2)
      await chmod(out, 0o755)
      await writeFile(join(out, 'config.yaml'), 'preset: demo\n')
      await chmod(out, 0o555)
      const resumed = await run('train', '--resume', '--out', out)
      expect(resumed.stderr).toMatch(
        /^serl: cannot write in .*run: permission denied; run it as the user who owns the /,
      )
      expect(resumed.code).toBe(2)
    },
    30_000,
  )
})

describe('an error in the middle of a run', () => {
  it('is told with the folder', async () => {
    const folder = await questionFolder()
    const out = join(folder, 'run')
    const spoil = (): void => {
      rmSync(join(out, 'rollouts'), { recursive: true, force: true })
      writeFileSync(join(out, 'rollouts'), '')
    }
    const start = fakeStart(fakeConfig(folder), out, { reporter: { ...silentReporter, step: spoil } })
    const error = await startRun(start).catch((refusal: unknown) => refusal)
    expect(error).toBeInstanceOf(UserError)
    expect((error as Error).message).toMatch(/^cannot write in .*run: a part of the path is a file, not a folder; give/)
  })
})

describe('a run that is still going', () => {
  it('is said to be in use, not to be resumable', async () => {
    const out = join(trial.folder, 'run')
    await mkdir(out)
    await writeFile(join(out, 'config.yaml'), 'preset: demo\n')
    await writeFile(lockFile(out), JSON.stringify({ pid: process.ppid, host: (await import('node:os')).hostname() }))
    for (const more of [[], ['--resume'], ['--dry-run']]) {
      await refused(
        serl('train', ...(more[0] === '--resume' ? [] : ['demo']), '--out', out, ...more),
        /is in use by process/,
      )
    }
  })
})

describe('--resume with a place inside a run', () => {
  it.each(['final', 'checkpoints', join('checkpoints', 'step-000009'), 'config.yaml', 'metrics.jsonl'])(
    '%s: names the run',
    async (inside) => {
      const out = join(trial.folder, 'run')
      await mkdir(join(out, 'final'), { recursive: true })
      await mkdir(join(out, 'checkpoints', 'step-000009'), { recursive: true })
      await writeFile(join(out, 'config.yaml'), 'preset: demo\n')
      await writeFile(join(out, 'metrics.jsonl'), '')
      await refused(serl('train', '--resume', '--out', join(out, inside)), /did you mean --out .*run\?/)
      expect(trial.said()).not.toContain('omit --resume')
    },
  )
})

describe('sft into a run', () => {
  it('does not advise --resume, which it has not', async () => {
    const out = join(trial.folder, 'run')
    await mkdir(out)
    await writeFile(join(out, 'config.yaml'), 'preset: demo\n')
    await refused(serl('sft', '--model', demo, '--data', 'x', '--out', out), /is not empty .*: give another folder\n/)
  })
})

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { getPriority } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { buildPage } from '../../../../scripts/build-page.mjs'
import { startDashboard } from '../../../../src/commands/train/dashboard.ts'
import { commandTrial } from '../../../support/command-trial.ts'
import { pageRun } from '../../../support/page-run.ts'
import { tempFolder } from '../../../support/temp-folder.ts'

const root = fileURLToPath(new URL('../../../../', import.meta.url))
const serl = ['--import', 'tsx', join(root, 'test/support/run-cli.ts')]

let run = ''
const children: ChildProcess[] = []
beforeEach(async () => {
  await buildPage(join(root, 'dist/page/client')) // as npm run build does
  run = await pageRun(join(await tempFolder(), 'run'))
})
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

function start(...argv: string[]): { child: ChildProcess; line: Promise<string>; code: Promise<unknown> } {
  const child = spawn(process.execPath, [...serl, ...argv], { cwd: root, stdio: ['pipe', 'pipe', 'inherit'] })
  children.push(child)
  const line = once(createInterface({ input: child.stdout! }), 'line').then(([text]) => text as string)
  return { child, line, code: once(child, 'exit').then(([code]) => code) }
}

const runsAt = async (address: string): Promise<unknown> => (await fetch(new URL('/api/runs', address))).json()

describe('serl dashboard', () => {
  it('prints its address, and serves until Ctrl-C', async () => {
    const { child, line, code } = start('dashboard', run, '--port', '0')
    const address = /^1 run on (http:\/\/127\.0\.0\.1:\d+\/) /.exec(await line)?.[1]
    expect(await runsAt(address!)).toMatchObject([{ name: 'run', steps: 5 }])
    child.kill('SIGINT')
    expect(await code).toBe(0)
  })

  it('takes another port where the usual one is taken', async () => {
    const first = start('dashboard', run, '--json')
    const second = start('dashboard', run, '--json')
    const addresses = await Promise.all([first, second].map(async ({ line }) => JSON.parse(await line).address))
    expect(new Set(addresses).size).toBe(2)
  })

  it('with --until-stdin-ends it outlives Ctrl-C, and ends with its input', async () => {
    const { child, line, code } = start('dashboard', run, '--port', '0', '--json', '--until-stdin-ends')
    const { address } = JSON.parse(await line)
    child.kill('SIGINT')
    expect(await runsAt(address)).toHaveLength(1)
    child.stdin!.end()
    expect(await code).toBe(0)
  })
})

describe('beside a run', () => {
  it('is a process of low priority, which is there before the run is, and ends when it is told', async () => {
    const later = join(await tempFolder(), 'later')
    const problems: string[] = []
    const page = startDashboard([later], (text) => problems.push(text), serl)
    const address = (await page.address)!
    expect(await runsAt(address)).toMatchObject([{ name: 'later', state: 'waiting' }])
    await pageRun(later, { steps: 2 })
    expect(await runsAt(address)).toMatchObject([{ name: 'later', steps: 2 }])
    if (process.platform === 'linux') expect(getPriority(page.pid)).toBe(19)
    page.close()
    await expect.poll(() => runsAt(address).catch(() => 'gone'), { timeout: 20_000 }).toBe('gone')
    expect(problems).toEqual([])
  })

  it('that cannot start is told, and harms nothing', async () => {
    const problems: string[] = []
    const page = startDashboard([run], (text) => problems.push(text), [
      '--eval',
      'console.error("no luck"); process.exit(3)',
    ])
    expect(await page.address).toBeNull()
    expect(problems).toEqual(['the dashboard did not start, and training goes on without it: no luck'])
    page.close()
  })
})

describe('serl train', () => {
  const trial = async (flags: object, work: string): Promise<ReturnType<typeof startNode>> => {
    const script = join(await tempFolder(), 'train.mts')
    const module = join(root, 'src/commands/train/dashboard.ts')
    const lines = [
      `import { withDashboard } from ${JSON.stringify(module)}`,
      `const work = async () => { ${work} }`,
      `process.exitCode = await withDashboard([${JSON.stringify(run)}], ${JSON.stringify(flags)}, work, ${JSON.stringify(serl)})`,
      'process.exit()',
    ]
    await writeFile(script, lines.join('\n'))
    return startNode('--import', 'tsx', script)
  }

  function startNode(...argv: string[]): { child: ChildProcess; said: () => string; code: Promise<unknown> } {
    const child = spawn(process.execPath, argv, { cwd: root, stdio: ['ignore', 'ignore', 'pipe'] })
    children.push(child)
    let said = ''
    child.stderr!.on('data', (data: Buffer) => {
      said += data.toString()
    })
    return { child, said: () => said, code: once(child, 'exit').then(([code]) => code) }
  }
  const slow = { timeout: 25_000 }
  const addressIn = (said: string): string | undefined => /dashboard: (http:\S+)/.exec(said)?.[1]

  it('--dashboard-stay keeps the page after the run, until Ctrl-C', async () => {
    const { child, said, code } = await trial({ dashboardStay: true }, 'return 0')
    await expect.poll(said, slow).toContain('the dashboard stays: Ctrl-C ends it')
    expect(await runsAt(addressIn(said())!)).toHaveLength(1)
    child.kill('SIGINT')
    expect(await code).toBe(0)
    await expect.poll(() => runsAt(addressIn(said())!).catch(() => 'gone'), slow).toBe('gone')
  })

  it('--dashboard ends with the run, and also where that is killed', async () => {
    const forever = 'await new Promise((done) => setTimeout(done, 60_000)); return 0'
    const { child, said } = await trial({ dashboard: true }, forever)
    await expect.poll(said, slow).toContain('dashboard: http')
    child.kill('SIGKILL')
    await expect.poll(() => runsAt(addressIn(said())!).catch(() => 'gone'), slow).toBe('gone')
  })

  it('has the exit code of the run, with the page and without', async () => {
    expect(await (await trial({ dashboard: true }, 'return 130')).code).toBe(130)
    expect(await (await trial({}, 'return 2')).code).toBe(2)
  })
})

describe('mistakes', () => {
  const trial = commandTrial()

  it.each([
    ['dashboard', /none does not exist: name the folder of a run/],
    ['report', /none does not exist: name the folder of a run/],
  ])('serl %s without a run', async (command, message) => {
    await trial.refused(trial.serl(command, join(trial.folder, 'none')), message)
  })

  it('a folder without a run, and a port that is none', async () => {
    await mkdir(join(trial.folder, 'empty'))
    await trial.refused(trial.serl('dashboard', join(trial.folder, 'empty')), /holds no run/)
    expect(await trial.serl('dashboard', run, '--port', '70000')).toBe(2)
  })

  it('a report into a file', async () => {
    await writeFile(join(trial.folder, 'file'), '')
    await trial.refused(trial.serl('report', run, '--output', join(trial.folder, 'file')), /--output .*file: /)
  })
})

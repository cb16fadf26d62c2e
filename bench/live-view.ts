// Does the live view cost time? The demonstration on a terminal (script(1)) and with its output in a file, in turns:
//   npm run build && npx tsx bench/live-view.ts [ROUNDS]
import { execFileSync, type StdioOptions } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { shellWord } from '../src/commands/train/shell-word.ts'

const rounds = Number(process.argv[2] ?? 5)
const serl = fileURLToPath(new URL('../bin/serl.js', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'serl-live-view-'))

const pipes: StdioOptions = ['ignore', 'pipe', 'pipe']

interface Timed {
  readonly wall: number // seconds of the process
  readonly steps: number // of the run's steps together, as metrics.jsonl has them
  readonly cpu: number // that the process computed, however busy the machine is
}

function timed(name: string, isTerminal: boolean): Timed {
  const out = join(folder, name)
  const words = [process.execPath, serl, 'train', 'demo', '--steps', '3', '--out', out]
  const cpuFile = `${out}.cpu`
  const report = `import fs from 'node:fs';process.on('exit',()=>fs.writeFileSync(${JSON.stringify(cpuFile)},JSON.stringify(process.cpuUsage())))`
  const env = { ...process.env, NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(report)}` }
  const started = performance.now()
  if (isTerminal) {
    const line = words.map(shellWord).join(' ')
    // a terminal that reads as fast as it can, of 120 columns
    execFileSync('script', ['-qec', `stty cols 120 rows 40; ${line}`, '/dev/null'], { stdio: pipes, env })
  } else execFileSync(words[0]!, words.slice(1), { stdio: pipes, env })
  const wall = (performance.now() - started) / 1000
  const lines = readFileSync(join(out, 'metrics.jsonl'), 'utf8').trimEnd().split('\n')
  const steps = lines.reduce((sum, line) => sum + (JSON.parse(line)['seconds.total'] as number), 0)
  const { user, system } = JSON.parse(readFileSync(cpuFile, 'utf8')) as NodeJS.CpuUsage
  rmSync(out, { recursive: true })
  return { wall, steps, cpu: (user + system) / 1e6 }
}

const middle = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!

const runs: Record<'terminal' | 'file', Timed[]> = { terminal: [], file: [] }
timed('warm', false)
for (let round = 0; round < rounds; round++) {
  for (const kind of round % 2 === 0 ? (['terminal', 'file'] as const) : (['file', 'terminal'] as const)) {
    runs[kind].push(timed(`${kind}-${round}`, kind === 'terminal'))
    const { wall, steps, cpu } = runs[kind].at(-1)!
    console.log(
      `${kind.padEnd(9)} ${wall.toFixed(2)} s, of these ${steps.toFixed(2)} s in steps; ${cpu.toFixed(2)} s of CPU`,
    )
  }
}
for (const part of ['wall', 'steps', 'cpu'] as const) {
  const [on, off] = [middle(runs.terminal.map((run) => run[part])), middle(runs.file.map((run) => run[part]))]
  console.log(
    `${part}: median ${on.toFixed(2)} s on a terminal, ${off.toFixed(2)} s in a file (${(on / off).toFixed(3)})`,
  )
}
rmSync(folder, { recursive: true })

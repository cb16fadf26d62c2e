import { spawn } from 'node:child_process'

/** The result of one program for one case. */
export interface Measured {
  readonly seconds: number // of the work, without loading and warming up
  readonly units: number // new tokens, tokens or steps, as the case counts
  readonly peakBytes: number // resident, of the whole process
  readonly productsSeconds?: number // with weight matrices; ours only
}

/** A program with its arguments, run in its own process. */
export interface Side {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
}

/**
 * Runs a program to its end; the last line of its stdout is the result.
 * @throws with the last lines of its stderr if it failed
 */
export async function measure({ name, command, args }: Side): Promise<Measured> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const texts = { stdout: '', stderr: '' }
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      texts[stream] = (texts[stream] + text).slice(-20_000)
    })
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
  const last = texts.stdout.trim().split('\n').at(-1) ?? ''
  if (code !== 0 || !last.startsWith('{')) {
    throw new Error(`${name}: exit ${code}\n${texts.stderr.trim().split('\n').slice(-5).join('\n')}`)
  }
  return JSON.parse(last) as Measured
}

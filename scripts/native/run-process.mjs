import { spawn, spawnSync } from 'node:child_process'

/**
 * Runs a program to its end and keeps what it says.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ input?: string, env?: NodeJS.ProcessEnv }} [options]
 * @returns {{ status: number | null, stdout: string, stderr: string }} status null: it could not be started
 */
export function capture(command, args, options = {}) {
  const result = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 26, ...options })
  return { status: result.status, stdout: result.stdout ?? '', stderr: result.stderr ?? '' }
}

/**
 * Runs a program without blocking the event loop, handing over its output (both streams) as it comes.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, onOutput?: (text: string) => void }} [options]
 * @returns {Promise<number>} the exit status; 127 when it could not be started, 130 when the user interrupted
 */
export function run(command, args, { onOutput = () => {}, ...options } = {}) {
  return new Promise((settle) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', onOutput)
    let interrupted = false
    // an interrupt from the terminal reaches the child by itself; one sent to this process alone has to be handed on
    const end = () => {
      interrupted = true
      child.kill('SIGTERM')
    }
    process.on('SIGTERM', end).on('SIGINT', end)
    const done = (status) => {
      process.off('SIGTERM', end).off('SIGINT', end)
      settle(interrupted ? 130 : status)
    }
    child.once('error', (error) => {
      onOutput(`${error.message}\n`)
      done(127)
    })
    child.once('close', (code) => done(code ?? 1))
  })
}

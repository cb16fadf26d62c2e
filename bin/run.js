import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const notBuilt = `serl: not built yet: run these in ${fileURLToPath(new URL('..', import.meta.url))}
  npm ci
  npm run build:native
README.md says what the build needs; it takes three to six minutes on two cores. Then serl --help lists the commands.`

/** Runs the compiled command line, and exits with its code. */
export async function runCli(argv) {
  const cli = new URL('../dist/cli.js', import.meta.url)
  if (!existsSync(cli)) {
    console.error(notBuilt)
    process.exit(2)
  }
  // a terminal that is gone takes no more messages: what is being saved must still be saved
  process.stderr.on('error', () => {})
  const { main } = await import(cli.href)
  const { fileReason } = await import('../dist/file-errors.js')
  // a reader that stops early, as in `serl score ... | head`, is not an error
  process.stdout.on('error', (error) => {
    if (error.code === 'EPIPE') process.exit(0)
    console.error(`serl: cannot write to stdout: ${fileReason(error)}`)
    process.exit(2)
  })
  process.exitCode = await main(argv)
  // flush what is still being written to a pipe
  await Promise.all([process.stdout, process.stderr].map((stream) => new Promise((done) => stream.write('', done))))
  // otherwise Node removes signal handlers before it unloads libtorch: Ctrl-C would then end a finished run
  process.exit()
}

import { existsSync } from 'node:fs'

/** Runs the compiled command line, and exits with its code. */
export async function runCli(argv) {
  const cli = new URL('../dist/cli.js', import.meta.url)
  if (!existsSync(cli)) {
    console.error('serl: not built yet: run `npm run build:native` first')
    process.exit(2)
  }
  // a reader that stops early, as in `serl score ... | head`, is not an error
  process.stdout.on('error', (error) => {
    if (error.code === 'EPIPE') process.exit(0)
    console.error(`serl: cannot write to stdout: ${error.code ?? error.message}`)
    process.exit(2)
  })
  const { main } = await import(cli.href)
  process.exitCode = await main(argv)
  // flush what is still being written to a pipe
  await Promise.all([process.stdout, process.stderr].map((stream) => new Promise((done) => stream.write('', done))))
  // otherwise Node removes signal handlers before it unloads libtorch: Ctrl-C would then end a finished run
  process.exit()
}

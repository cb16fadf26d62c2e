// How the cost of a call grows with samples, prompt length and batch, with the exponent of each:
//   npx tsx bench/growth.ts [--model seeds/demo-model] [--threads N] [--minutes 5] [--out docs/growth.md]
// Series share the remaining minutes; a size that would exceed its series' share is left out, as are larger ones.
import { writeFileSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'
import { basename } from 'node:path'
import { parseArgs } from 'node:util'
import { modelSettings } from '../src/commands/command-line/engine-flags.ts'
import { describeModel, openModel } from '../src/model/open-model.ts'
import { exponent, type Point, upperHalf } from './growth/fit.ts'
import { allSeries, type Call, prepare, type Series } from './growth/series.ts'

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: 'seeds/demo-model' },
    threads: { type: 'string', default: `${availableParallelism()}` },
    device: { type: 'string', default: 'cpu' },
    minutes: { type: 'string', default: '5' },
    out: { type: 'string', default: 'docs/growth.md' },
  },
})

const calls: readonly Call[] = ['generate', 'logprobs', 'accumulate']
const described = await describeModel(values.model)
const { vocabSize, maxPositionEmbeddings } = described.checkpoint.config
const settings = modelSettings(values.model, { device: values.device, threads: Number(values.threads) })
const { engine } = await openModel(described, settings, false)
const series = allSeries(maxPositionEmbeddings)
const began = performance.now()
const minutesLeft = (): number => Number(values.minutes) - (performance.now() - began) / 60_000

/** The fastest of a few runs: the first warms up, and other programs can only make a run slower. */
async function time(work: () => Promise<unknown>, size: number): Promise<Point> {
  const runs: Point[] = []
  for (let spent = 0; runs.length < 2 || (runs.length < 5 && spent < 0.5); ) {
    const before = engine.profile().attention
    const started = performance.now()
    await work()
    const seconds = (performance.now() - started) / 1000
    runs.push({ size, seconds, attentionSeconds: engine.profile().attention - before })
    spent += seconds
  }
  return runs.reduce((best, run) => (run.seconds < best.seconds ? run : best))
}

/** @param seconds time limit: a size that would exceed it is not started */
async function measure({ sizes, shape }: Series, call: Call, seconds: number): Promise<Point[]> {
  const points: Point[] = []
  const started = performance.now()
  for (const size of sizes) {
    const left = seconds - (performance.now() - started) / 1000
    const next = 2 * 2.5 * (points.at(-1)?.seconds ?? 0) // two runs, each two to three times the last size's
    if (next > left) break
    points.push(await time(prepare(engine, call, shape(size), vocabSize), size))
    process.stderr.write(`${call}, ${size}: ${points.at(-1)!.seconds.toFixed(4)} s\n`)
  }
  return points
}

const milliseconds = (seconds: number): string =>
  seconds < 1 ? (1000 * seconds).toPrecision(3) : (1000 * seconds).toFixed(0)

/** Exponents over the larger half: of the whole time, and of the time without attention. */
function exponents(points: readonly Point[]): string {
  if (points.length < 3) return '-'
  const upper = upperHalf(points)
  const whole = exponent(upper.map(({ size, seconds }) => ({ size, value: seconds })))
  const rest = exponent(
    upper.map(({ size, seconds, attentionSeconds }) => ({ size, value: seconds - attentionSeconds })),
  )
  return `${whole.toFixed(2)} (${rest.toFixed(2)})`
}

function section({ name, of, sizes }: Series, measured: readonly Point[][]): string {
  const row = (head: string, cells: readonly string[]): string => `| ${[head, ...cells].join(' | ')} |`
  const lines = sizes.map((size, i) => {
    const cells = measured.map((points) => (points[i] === undefined ? '-' : milliseconds(points[i].seconds)))
    return row(`${size}`, cells)
  })
  const head = [
    row(
      of,
      calls.map((call) => `${call}, ms`),
    ),
    row(
      '---',
      calls.map(() => '---'),
    ),
  ]
  return [`## By ${name}`, '', ...head, ...lines, row('exponent', measured.map(exponents))].join('\n')
}

const sections: string[] = []
let waiting = series.length * calls.length
for (const one of series) {
  const measured: Point[][] = []
  for (const call of calls) measured.push(await measure(one, call, (60 * minutesLeft()) / waiting--))
  sections.push(section(one, measured))
}
await engine.close()
const about = `# How cost grows

Milliseconds per call as one size varies and the others stay fixed. The exponent is the slope of log(time) over
log(size) by least squares over the larger half of the sizes. In brackets: the same without the time in attention, the
only part that may grow with the square of a length. \`generate\` prefills a prompt once for all its samples; \`logprobs\`
and \`accumulate\` compute the forward pass of a prompt once for all its responses. A sample therefore costs only its new
tokens.

\`npx tsx bench/growth.ts --model ${basename(values.model)}\`, ${cpus()[0]?.model}, ${values.threads} threads,
${values.device}, ${new Date().toISOString().slice(0, 10)}; the fastest of up to five runs.
`
writeFileSync(values.out, `${about}\n${sections.join('\n\n')}\n`)
process.stdout.write(`${sections.join('\n\n')}\n`)

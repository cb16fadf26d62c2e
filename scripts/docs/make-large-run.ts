// Writes a run folder as large as a long run leaves it, to measure the dashboard on:
//   npx tsx scripts/docs/make-large-run.ts FOLDER [GROUPS]      default: 100000 questions of 10 responses, a million rollouts
import { once } from 'node:events'
import { createWriteStream, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stepMetrics } from '../../src/log/metrics.ts'

const [folder, count = '100000'] = process.argv.slice(2)
if (folder === undefined) throw new Error('name a folder: npx tsx scripts/docs/make-large-run.ts FOLDER')
const perStep = 64
const responses = 10
const steps = Math.ceil(Number(count) / perStep)
for (const name of ['rollouts', 'trained']) mkdirSync(join(folder, name), { recursive: true })
writeFileSync(join(folder, 'config.yaml'), `reward:\n  kind: majority\ntrain:\n  steps: ${steps}\n`)
writeFileSync(join(folder, 'seeds.jsonl'), '{"id":"seed-1","text":"How many are 3 bags of 4?"}\n')

const text = (lines: readonly object[]): string => lines.map((line) => `${JSON.stringify(line)}\n`).join('')
const worked = 'First 12 + 13 = 25. Then 25 + 10 = 35, and 35 / 7 = 5. '.repeat(6)
const proposals = createWriteStream(join(folder, 'instructions.jsonl'))
const metrics = createWriteStream(join(folder, 'metrics.jsonl'))
metrics.write(text([stepMetrics({ step: 0, 'eval.accuracy': 0.4 })]))
for (let step = 1; step <= steps; step++) {
  const name = `step-${String(step).padStart(6, '0')}.jsonl`
  const questions = Array.from({ length: perStep }, (_, n) => ({
    id: `step${step}-0-${n}`,
    text: `A truck carries ${n}, ${step} and 10 people on three trips. What is their average?`,
  }))
  const proposed = questions.map((question) => ({
    ...{ step, ...question, kept: true, reason: null, rougeL: 0.5, nearest: 'How many are 3 bags of 4?' },
    examples: ['seed-1'],
  }))
  if (!proposals.write(text(proposed))) await once(proposals, 'drain')
  const answered = questions.map((question, n) => ({
    ...{
      step,
      ...question,
      source: 'self',
      verdict: n % 4 === 0 ? 'kept' : 'too-easy',
      rewardMean: 0.8,
      majority: '5',
    },
    ...{ majorityShare: 0.8, votes: [8, 2], classes: 2 },
    responses: Array.from({ length: responses }, (_, i) => ({
      ...{
        text: `${worked}The answer is \\boxed{${i < 8 ? 5 : 7}}.`,
        answer: i < 8 ? '5' : '7',
        reward: i < 8 ? 1 : 0,
      },
      ...{ newTokens: 120, finishReason: 'stop' },
    })),
  }))
  writeFileSync(join(folder, 'rollouts', name), text(answered))
  const line = { step, 'eval.accuracy': Math.min(0.95, 0.4 + step / 1000), 'reward.mean': 0.8, 'kl.mean': step / 1e5 }
  metrics.write(text([stepMetrics({ ...line, 'groups.sampled': perStep, 'seconds.total': 30 })]))
}
for (const stream of [proposals, metrics]) {
  stream.end()
  await once(stream, 'finish')
}

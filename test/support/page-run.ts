import { appendFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stepMetrics } from '../../src/log/metrics.ts'

export interface PageRun {
  readonly steps: number
  readonly reward: string
  readonly lr: number
}

export const text = (lines: readonly object[]): string => lines.map((line) => `${JSON.stringify(line)}\n`).join('')

/** metrics.jsonl of one step. */
export const metricsLine = (step: number): object =>
  stepMetrics({
    step,
    'eval.accuracy': 0.4 + step / 20,
    'reward.mean': step === 0 ? null : step / 10,
    'vote.majorityShare': step === 0 ? null : 0.5,
    'kl.mean': step === 0 ? null : step >= 3 ? 0.5 : 0.01,
    'panel.drift': step === 0 ? null : 0.05 * step,
    'groups.sampled': step === 0 ? null : 2,
    'seconds.rollout': step === 0 ? null : 1.5,
    'seconds.total': 2,
  })

const question = (step: number, n: number): string => `How many pears are in ${step} bags of ${n + 2}?`

const proposalLines = (step: number): object[] => [
  {
    ...{ step, id: `step${step}-0-0`, text: question(step, 0), kept: true, reason: null, rougeL: 0.42 },
    ...{ nearest: 'How many apples are in 3 bags of 4?', examples: step === 1 ? ['seed-1'] : ['seed-1', 'step1-0-0'] },
  },
  {
    ...{ step, id: `step${step}-0-1`, text: `What is ${step} plus 5? Answer: 13`, kept: false, reason: 'has-answer' },
    ...{ rougeL: null, nearest: null, examples: ['seed-1'] },
  },
]

const response = (answer: string, reward: number): object => ({
  ...{ text: `It is \\boxed{${answer}}.`, answer, reward, newTokens: 4, finishReason: 'stop' },
})

const groupLine = (step: number, n: number): object => ({
  ...{
    step,
    id: `step${step}-0-${n}`,
    text: question(step, n),
    source: 'self',
    verdict: n === 0 ? 'kept' : 'too-hard',
  },
  ...{ rewardMean: 0.75, majority: '12', majorityShare: 0.75, votes: [3, 1], classes: 2 },
  responses: [response('12', 1), response('12', 1), response('7', 0), response('12', 1)],
})

const trainedLine = (step: number): object => ({
  ...{ step, id: `step${step}-0-0`, sampled: step },
  responses: [0, 1, 2].map((index) => ({
    index,
    tokens: ['It', ' is \\boxed{', index === 2 ? '7' : '12', '}.'],
    advantages: index === 1 ? [0.5, null, 0.5, 0.5] : [-1.5 + index, -0.5, 0.25, 1],
  })),
})

/** Writes one step as training does. */
export async function writeStep(run: string, step: number): Promise<void> {
  const name = `step-${String(step).padStart(6, '0')}.jsonl`
  if (step > 0) {
    await appendFile(join(run, 'instructions.jsonl'), text(proposalLines(step)))
    await appendFile(join(run, 'rollouts', name), text([groupLine(step, 0), groupLine(step, 1)]))
    await appendFile(join(run, 'trained', name), text([trainedLine(step)]))
  }
  await appendFile(join(run, 'metrics.jsonl'), text([metricsLine(step)]))
}

/** A run folder as training leaves it, small and without a model. */
export async function pageRun(folder: string, { steps, reward, lr }: Partial<PageRun> = {}): Promise<string> {
  await mkdir(join(folder, 'rollouts'), { recursive: true })
  await mkdir(join(folder, 'trained'), { recursive: true })
  const config = [
    'preset: demo',
    'model:',
    '  path: /home/someone/secret/models/demo-model',
    'reward:',
    `  kind: ${reward ?? 'majority'}`,
    'advantage:',
    '  estimator: reinforce++',
    'optimizer:',
    `  lr: ${lr ?? 0.001}`,
    'train:',
    '  seed: 0',
    '  steps: 5',
    '  iterations: 1',
    'guard:',
    '  kl: { below: null, above: 0.3, steps: 2, action: log }',
    '',
  ]
  await writeFile(join(folder, 'config.yaml'), config.join('\n'))
  await writeFile(join(folder, 'seeds.jsonl'), text([{ id: 'seed-1', text: 'How many apples are in 3 bags of 4?' }]))
  for (let step = 0; step <= (steps ?? 5); step++) await writeStep(folder, step)
  return folder
}

/** As the end of a run does. */
export const endRun = (run: string, stopped: string | null = null): Promise<void> =>
  writeFile(join(run, 'outcome.json'), JSON.stringify({ step: 5, modelOfStep: 5, stopped, selected: false }))

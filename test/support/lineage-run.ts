import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const seeds = [
  { id: 'seed-1', text: 'How many apples are in 3 bags of 4?' },
  { id: 'seed-2', text: 'What is 7 plus 5?' },
  { id: 'seed-3', text: 'Find the area of a square of side 6.' },
]

const line = (id: string, text: string, reason: string | null, examples: readonly string[]): object => ({
  ...{ step: Number(id[4]), id, text, kept: reason === null, reason, rougeL: null, nearest: null, examples },
})

const [a, e] = ['step1-0-0', 'step2-0-0']

// by the letters of test/unit/lineage/lineage.test.ts
const proposals = [
  line(a, 'How many pears are in 3 bags of 4?', null, ['seed-1', 'seed-2']), // A
  line('step1-0-1', 'What is 8 plus 5? Answer: 13', 'has-answer', ['seed-1', 'seed-2']), // B
  line('step1-0-2', 'What is the sum of 7 and 5?', null, ['seed-2', 'seed-3']), // C
  line('step1-0-3', 'what is 7 plus 5?', 'duplicate', ['seed-2', 'seed-3']), // D
  line(e, 'How many plums are in 3 bags of 5?', null, [a, 'seed-2']), // E
  line('step2-0-1', 'How many pears are in 3 bags of 5?', 'similar', [a, 'seed-2']), // F
  line('step3-0-0', 'What is the sum of 7 and 9?', null, [e, a, 'seed-1', 'seed-3']), // G
]

const answered = (id: string, verdict: string, votes: readonly number[], source = 'self'): object => ({
  ...{ step: 0, id, text: '', source, verdict, votes, responses: [{ text: 'It is 4.' }] },
})

const rollouts: Record<string, readonly object[]> = {
  'step-000001.jsonl': [
    answered('seed-3/0', 'kept', [3, 1], 'seed'), // before A: it takes the only place of the batch
    answered(a, 'kept', [3, 1]),
    answered('step1-0-2', 'undecided', [2, 2]),
  ],
  'step-000002.jsonl': [answered(e, 'kept', [2, 2])],
  'step-000003.jsonl': [answered('step3-0-0', 'too-hard', [1, 1])],
}

// in step 1 the seed is trained on and A waits; in step 2 A is trained on and E waits; in step 3 E expires
const metrics = [
  { step: 0, 'groups.trained': null, 'groups.expired': null },
  { step: 1, 'groups.trained': 1, 'groups.expired': 0 },
  { step: 2, 'groups.trained': 1, 'groups.expired': 0 },
  { step: 3, 'groups.trained': 0, 'groups.expired': 1 },
]

const text = (lines: readonly object[]): string => lines.map((each) => `${JSON.stringify(each)}\n`).join('')

/** A small run folder, written by hand. */
export async function lineageRun(folder: string): Promise<string> {
  const run = join(folder, 'run')
  await mkdir(join(run, 'rollouts'), { recursive: true })
  await writeFile(join(run, 'config.yaml'), '')
  await writeFile(join(run, 'seeds.jsonl'), text(seeds))
  await writeFile(join(run, 'instructions.jsonl'), text(proposals))
  await writeFile(join(run, 'metrics.jsonl'), text(metrics))
  for (const [name, lines] of Object.entries(rollouts)) await writeFile(join(run, 'rollouts', name), text(lines))
  return run
}

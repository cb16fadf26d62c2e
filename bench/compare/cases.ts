import { fileURLToPath } from 'node:url'
import type { Side } from './side.ts'

export type Work = 'generate' | 'score' | 'train'
export type Peer = 'transformers' | 'node-llama-cpp' | 'trl'

/** Work that both sides do, and the other side. */
export interface Case {
  readonly work: Work
  readonly prompts: number
  readonly samples: number // per prompt
  readonly newTokens: number // per sample
  readonly peer: Peer
}

/** Input of all sides. */
export interface Setting {
  readonly model: string // HuggingFace folder
  readonly input: string // JSONL: {"tokens", "text"} per line
  readonly longest: number // tokens of the longest prompt
  readonly threads: number
  readonly device: string
  readonly python?: string | undefined // with torch, transformers and trl
  readonly llama?: string | undefined // the model as GGUF
  readonly llamaDir?: string | undefined // where node-llama-cpp is installed
}

/** Optimizer steps measured, after one for warming up. */
const steps = 1

export const unitOf: Readonly<Record<Work, string>> = {
  generate: 'new tokens/s',
  score: 'tokens/s',
  train: 's per step',
}

export const defaultCases = [
  ...['generate:8x16x64:transformers', 'generate:4x16x32:node-llama-cpp'],
  ...['generate:1x1x128:transformers', 'generate:1x1x128:node-llama-cpp'],
  ...['score:8x4x64:transformers', 'train:2x8x32:trl'],
]

const peersOf: Readonly<Record<Work, readonly Peer[]>> = {
  generate: ['transformers', 'node-llama-cpp'],
  score: ['transformers'],
  train: ['trl'],
}

/** @param text WORK:PROMPTSxSAMPLESxNEW:PEER */
export function parseCase(text: string): Case {
  const [, work, prompts, samples, newTokens, peer] = text.match(/^(\w+):(\d+)x(\d+)x(\d+):([\w-]+)$/) ?? []
  const peers = peersOf[work as Work]
  if (!peers?.includes(peer as Peer)) {
    throw new Error(`${text}: expected WORK:PROMPTSxSAMPLESxNEW:PEER, for instance ${defaultCases.join(', ')}`)
  }
  const [p, s, n] = [Number(prompts), Number(samples), Number(newTokens)]
  return { work: work as Work, prompts: p, samples: s, newTokens: n, peer: peer as Peer }
}

export const shapeOf = ({ prompts, samples, newTokens }: Case): string => `${prompts} x ${samples} x ${newTokens}`

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** Sizes of a case as flags, the same for our program and for the Python ones. */
function sizes({ work, prompts, samples, newTokens }: Case, { longest, threads, device }: Setting): string[] {
  const each = ['--prompts', `${prompts}`, '--samples', `${samples}`, '--new', `${newTokens}`]
  const sized = {
    generate: each,
    score: ['--sequences', `${prompts * samples}`, '--length', `${longest + newTokens}`],
    train: [...each, '--steps', `${steps}`],
  }[work]
  return [...sized, '--threads', `${threads}`, '--device', device]
}

/** Our program on a case. */
export const ourSide = (of: Case, setting: Setting): Side => ({
  name: 'serl',
  command: process.execPath,
  args: [
    '--import',
    import.meta.resolve('tsx'),
    here('../ours.ts'),
    of.work,
    setting.model,
    setting.input,
    ...sizes(of, setting),
  ],
})

const pythonScripts: Readonly<Record<Work, string>> = {
  generate: 'transformers_generate.py',
  score: 'transformers_score.py',
  train: 'trl_train.py',
}

/**
 * The other program on a case.
 * @returns the program, or the flag that is missing
 */
export function theirSide(of: Case, setting: Setting): Side | { missing: string } {
  if (of.peer === 'node-llama-cpp') return llamaSide(of, setting)
  if (setting.python === undefined) {
    const needed = of.peer === 'trl' ? 'torch, transformers, trl and datasets' : 'torch and transformers'
    return { missing: `--python PROGRAM, a Python with ${needed}` }
  }
  const script = here(`../peers/${pythonScripts[of.work]}`)
  return { name: of.peer, command: setting.python, args: [script, setting.model, setting.input, ...sizes(of, setting)] }
}

function llamaSide(of: Case, { llama, llamaDir, input, threads, device }: Setting): Side | { missing: string } {
  if (llama === undefined || llamaDir === undefined) {
    return { missing: '--llama MODEL.gguf --llama-dir FOLDER, where `npm i node-llama-cpp` ran' }
  }
  if (device !== 'cpu') return { missing: '--device cpu: it is compared there' }
  const counts = [of.prompts, of.samples, of.newTokens, threads].map(String)
  const script = here('../peers/node-llama-cpp.mjs')
  return { name: of.peer, command: process.execPath, args: [script, llamaDir, llama, input, ...counts] }
}

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What transformers computes on a tiny checkpoint, in float32 on the CPU (test/fixtures/golden/README.md). */
export interface Golden {
  readonly sequences: number[][]
  readonly logprobs: number[][] // [sequence][t] = log p(token t + 1 | tokens up to t)
  readonly greedy: { readonly prompt: number[]; readonly tokens: number[] }
  readonly nll: number
  readonly grad_norm: number
  readonly grad_norms: Record<string, number>
  readonly adamw: {
    readonly lr: number
    readonly betas: [number, number]
    readonly eps: number
    readonly weight_decay: number
    readonly max_grad_norm: number
    readonly logprobs: number[][]
  }
}

/** Folders of golden checkpoints. */
export function goldenFolders(): string[] {
  const root = fileURLToPath(new URL('../fixtures/golden', import.meta.url))
  return readdirSync(root)
    .map((name) => join(root, name))
    .filter((dir) => existsSync(join(dir, 'golden.json')))
}

export function readGolden(dir: string): Golden {
  return JSON.parse(readFileSync(join(dir, 'golden.json'), 'utf8')) as Golden
}

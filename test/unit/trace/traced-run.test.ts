import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { noTrace } from '../../../src/trace/trace.ts'
import { withTraceFile } from '../../../src/trace/trace-file.ts'
import { tracedEngine } from '../../../src/trace/traced-engine.ts'
import { type Outcome, startRun } from '../../../src/train/start.ts'
import { fakeModel } from '../../support/fake-model.ts'
import { fakeConfig, fakeStart, questionFolder } from '../../support/fake-run.ts'
import { children, readSpans, type Span } from '../../support/trace.ts'

describe('the trace of a run', () => {
  let outcome: Outcome
  let spans: Span[]
  const named = (name: string): Span[] => spans.filter((span) => span.name === name)
  beforeAll(async () => {
    const folder = await questionFolder()
    const path = join(folder, 'trace.json')
    const config = fakeConfig(folder, { 'train.steps': 2, 'eval.every': 2, 'kl.place': 'loss', 'kl.estimator': 'k3' })
    outcome = await withTraceFile(path, { processName: 'test', inputs: [] }, (trace) =>
      startRun(
        fakeStart(config, join(folder, 'run'), {
          trace,
          openModel: async (_, reference) => fakeModel(reference, undefined, (engine) => tracedEngine(engine, trace)),
        }),
      ),
    )
    spans = await readSpans(path) // throws where spans do not nest
  })

  it('has every stage of every step, in order', () => {
    expect(spans.filter(({ depth }) => depth === 0).map(({ name }) => name)).toEqual([
      ...['open model', 'evaluation', 'step 1', 'step 2', 'final model'],
    ])
    const updates = Array(4).fill(['accumulate', 'optimizer step']).flat() // 4 prompts x 8 samples, 8 sequences per step
    const learning = ['observe', 'old log-probs', 'reference log-probs', ...updates]
    for (const [step, closing] of [
      [1, []],
      [2, ['evaluation', 'checkpoint']],
    ] as const) {
      const stages = children(spans, named(`step ${step}`)[0]!).map(({ name }) => name)
      const asking = stages.slice(0, -learning.length - closing.length)
      expect(asking.slice(0, 3)).toEqual(['propose', 'rollout', 'vote']) // once per round
      expect(asking).toEqual(asking.map((_, i) => ['propose', 'rollout', 'vote'][i % 3]))
      expect(stages.slice(asking.length)).toEqual([...learning, ...closing])
    }
  })

  it('accounts for nearly all of the time of a step', () => {
    const steps = spans.filter(({ name }) => name.startsWith('step '))
    const total = (of: readonly Span[]): number => of.reduce((sum, { dur }) => sum + dur, 0)
    const covered = total(steps.flatMap((step) => children(spans, step)))
    expect(covered / total(steps)).toBeGreaterThan(0.8)
  })

  it('has the engine calls inside the stages, with sizes and partial times', () => {
    const inside = (stage: string): string[] => named(stage).flatMap((span) => children(spans, span).map((s) => s.name))
    expect(new Set(inside('rollout'))).toEqual(new Set(['engine.generate']))
    expect(new Set(inside('old log-probs'))).toEqual(new Set(['engine.logprobs']))
    expect(new Set(inside('accumulate'))).toEqual(new Set(['engine.accumulate']))
    expect(new Set(inside('optimizer step'))).toEqual(new Set(['engine.step']))
    expect(inside('checkpoint')).toEqual(['engine.exportTensors', 'engine.exportTensors']) // weights, optimizer
    const generated = named('engine.generate').reduce((sum, { args }) => sum + (args.newTokens as number), 0)
    const counted = outcome.metrics.reduce((sum, line) => sum + (line['tokens.generated'] ?? 0), 0)
    const evaluated = named('evaluation').flatMap((span) => children(spans, span))
    expect(generated).toBe(counted + evaluated.reduce((sum, { args }) => sum + (args.newTokens as number), 0))
    const trained = named('engine.accumulate').reduce((sum, { args }) => sum + (args.actionTokens as number), 0)
    expect(trained).toBe(outcome.metrics.reduce((sum, line) => sum + (line['tokens.trained'] ?? 0), 0))
    expect(named('engine.logprobs')[0]!.args).toMatchObject({ weights: 'policy', 'seconds.products': 0 })
  })

  it('does not wrap the engine without a trace', async () => {
    const { engine } = await fakeModel(false)
    expect(tracedEngine(engine, noTrace)).toBe(engine)
  })
})

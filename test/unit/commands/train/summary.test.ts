import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { generateCommandLine, summaryJson, summaryText } from '../../../../src/commands/train/summary.ts'
import { parseOverride } from '../../../../src/config/read-settings.ts'
import { resolveConfig } from '../../../../src/config/resolve.ts'
import type { Trip } from '../../../../src/guard/guards.ts'
import { type StepMetrics, stepMetrics } from '../../../../src/log/metrics.ts'
import type { Ended } from '../../../../src/train/stop.ts'
import { evaluated } from '../../../support/evaluation-line.ts'
import { tempFolder } from '../../../support/temp-folder.ts'

const config = resolveConfig([])
const outcome = (metrics: StepMetrics[], over: Partial<Ended> = {}) => ({
  run: 'runs/demo-1',
  final: 'runs/demo-1/final',
  metrics,
  evaluations: [],
  stopped: null,
  modelOfStep: metrics.at(-1)?.step ?? 0,
  bestNotKept: null,
  selected: false,
  ...over,
})
const step = (n: number, accuracy: number | null, trained: number | null = 16): StepMetrics =>
  stepMetrics({
    step: n,
    'eval.accuracy': accuracy,
    'groups.trained': trained,
    'seconds.total': 30,
    'tokens.generated': 100,
  })

describe('the summary of a run', () => {
  it('says accuracy before and after, in words and in a table', () => {
    const text = summaryText(outcome([step(0, 0.39), step(1, 0.66), step(2, 0.937)]), config)
    expect(text).toContain('In 2 steps (1.5 min) the model trained on questions it wrote itself')
    expect(text).toContain('held-out questions rose from 39.0 % to 93.7 %')
    expect(text).toMatch(/step {3}accuracy/)
    expect(text).toMatch(/ 2 +93\.7 %/)
    expect(text).toContain('runs/demo-1/final')
  })

  it('names the best step if it is not the last, and where its model is', async () => {
    const ended = { ...outcome([step(0, 0.4), step(1, 0.8), step(2, 0.6)]), run: await tempFolder() }
    const text = summaryText(ended, config)
    expect(text).toContain(
      'rose from 40.0 % to 60.0 %.\nThe trained model is not the best, which had 80.0 % after step 1.',
    )
    const checkpoint = join(ended.run, 'checkpoints', 'step-000001')
    await mkdir(checkpoint, { recursive: true })
    expect(summaryText(ended, config)).toContain(`80.0 % after step 1 and is in\n${checkpoint}\n`)
    expect(summaryJson(ended)).toMatchObject({ accuracyAfter: 0.6, accuracyBest: 0.8, bestStep: 1 })
  })

  it('says when the model got worse', () => {
    const fallen = summaryText(outcome([step(0, 0.5), step(1, 0.6), step(2, 0.4)]), config)
    expect(fallen).toContain('is worse than the initial model, and not the best, which had 60.0 % after step 1.')
    const harmed = summaryText(outcome([step(0, 0.5), step(1, 0.3), step(2, 0.4)]), config)
    expect(harmed).toContain(
      'fell from 50.0 % to 40.0 %.\nThe trained model is worse than the initial model, and no step was better',
    )
    const still = summaryText(outcome([step(0, 0.5), step(1, 0.4), step(2, 0.5)]), config)
    expect(still).toContain('stayed at 50.0 %.\n\n')
  })

  it('shows the best step in the table, too', () => {
    const lines = Array.from({ length: 126 }, (_, n) => step(n, n === 61 ? 0.9 : 0.5))
    const rows = summaryText(outcome(lines), config).split('\n')
    expect(rows.filter((line) => /^ +61 +90\.0 %/.test(line)).length).toBe(1)
  })

  it('reports a drop, and steps that had no effect', () => {
    const text = summaryText(outcome([step(0, 0.5, null), step(1, 0.4), step(2, 0.4, 0)]), config)
    expect(text).toContain('fell from 50.0 % to 40.0 %')
    expect(text).toContain('1 of the steps found no question worth training on')
  })

  it('says which guard ended it, and the accuracy of the model it went back to', () => {
    const trip: Trip = {
      guard: 'accuracyDrop',
      step: 2,
      value: 0.5,
      side: 'above',
      limit: 0.1,
      action: 'rollback',
      isNew: true,
    }
    const stopped = { step: 2, text: 'guard accuracyDrop: 0.5 is above 0.1', trip }
    const ended = outcome([step(0, 0.4), step(1, 0.8), step(2, 0.3)], { stopped, modelOfStep: 1, selected: true })
    const text = summaryText(ended, config)
    expect(text).toContain(
      'A guard ended the run: guard accuracyDrop: 0.5 is above 0.1, and final/ is the model of step 1.',
    )
    expect(text).toContain('rose from 40.0 % to 80.0 %')
    expect(summaryJson(ended)).toMatchObject({
      accuracyAfter: 0.8,
      modelOfStep: 1,
      stopped: { guard: 'accuracyDrop', step: 2 },
    })
  })

  it('says that questions ran out, and that an earlier model was better', () => {
    const stopped = { step: 2, text: 'of 9 questions, 0 lie in the difficulty band', trip: null }
    const ended = outcome([step(0, 0.4), step(1, 0.8), step(2, 0.3)], { stopped, modelOfStep: 1, selected: true })
    const text = summaryText(ended, config)
    expect(text).toContain(
      'The run ended for want of questions, and final/ is the model of step 1: of 9 questions, 0 lie in the',
    )
    expect(text).toContain('rose from 40.0 % to 80.0 %')
    expect(text).toContain('Half of these questions chose the model. For a verdict on the other half: npx serl compare')
    expect(summaryJson(ended)).toMatchObject({ modelOfStep: 1, stopped: { step: 2, text: stopped.text } })
    const whole = outcome([step(0, 0.4), step(1, 0.8), step(2, 0.3)], { modelOfStep: 1, selected: true })
    expect(summaryText(whole, config)).toContain('It got worse at the end: final/ is the model of step 1.')
  })

  it('suggests a command with the prompts of the run', () => {
    const given = (...settings: string[]) =>
      generateCommandLine(outcome([]), resolveConfig(['model.path=m', ...settings].map(parseOverride)))
    const heldOut = join(process.cwd(), 'my held-out.jsonl')
    expect(given('eval.path=my held-out.jsonl', 'eval.maxNewTokens=60', 'rollout.suffix="\\n"')).toBe(
      `npx serl generate --model runs/demo-1/final --input '${heldOut}' --limit 3 --temperature 0 ` +
        "--max-new-tokens 60 --suffix $'\\n' --raw --text",
    )
    expect(given('seeds.path=/s.jsonl', 'rollout.template=auto', 'model.device=cuda', 'model.dtype=bfloat16')).toBe(
      'npx serl generate --model runs/demo-1/final --input /s.jsonl --limit 3 --temperature 0 --max-new-tokens 1024 ' +
        '--device cuda --dtype bfloat16 --text',
    )
  })

  it('claims nothing about accuracy without an evaluation', () => {
    expect(summaryText(outcome([step(0, null), step(1, null)]), config)).not.toContain('accuracy on held-out')
  })

  it('shows at most a dozen rows, the last among them', () => {
    const text = summaryText(outcome(Array.from({ length: 126 }, (_, n) => step(n, n / 200))), config)
    const rows = text.split('\n').filter((line) => /^ +\d+ /.test(line))
    expect(rows.length).toBeLessThanOrEqual(12)
    expect(rows.at(-1)).toMatch(/^ +125 /)
  })

  describe('of several sets', () => {
    const lines = [0, 1, 2].flatMap((n) => [
      evaluated({ step: n, set: 'held-out', accuracy: 0.4 + n / 10 }),
      evaluated({ step: n, set: 'hard', samples: 4, temperature: 1, accuracy: n / 10, majorityAtK: n / 5, passAtK: 1 }),
    ])
    const metrics = [step(0, 0.4), step(1, 0.5), step(2, 0.6)]
    const back = { stopped: { step: 2, text: 'x', trip: null }, modelOfStep: 1 }

    it('compares the first model with the last, beyond what it says of the held-out questions', () => {
      const text = summaryText({ ...outcome(metrics), evaluations: lines }, config)
      expect(text).toContain(
        '\n\n  evaluation   before    after\n  hard avg@4    0.0 %   20.0 %\n  hard maj@4    0.0 %   40.0 %\n\n',
      )
      expect(text).toContain('read its evaluations            runs/demo-1/evaluations.jsonl')
      expect(summaryText({ ...outcome(metrics), evaluations: [lines[0]!] }, config)).not.toContain('before    after')
    })

    it('takes the model that a guard went back to', () => {
      const text = summaryText({ ...outcome(metrics, back), evaluations: lines }, config)
      expect(text).toContain('  hard avg@4    0.0 %   10.0 %\n')
      const { evaluations } = summaryJson({ ...outcome(metrics, back), evaluations: lines }) as {
        evaluations: unknown
      }
      expect(evaluations).toEqual([
        { set: 'held-out', before: lines[0], after: lines[2] },
        { set: 'hard', before: lines[1], after: lines[3] },
      ])
    })
  })

  it('is one object with --json', () => {
    expect(summaryJson(outcome([step(0, 0.39), step(1, null), step(2, 0.9)]))).toEqual({
      run: 'runs/demo-1',
      final: 'runs/demo-1/final',
      steps: 2,
      accuracyBefore: 0.39,
      accuracyAfter: 0.9,
      accuracyBest: 0.9,
      bestStep: 2,
      tokensGenerated: 300,
      tokensTrained: 0,
      seconds: 90,
      modelOfStep: 2,
      evaluations: [],
      stopped: null,
    })
  })
})

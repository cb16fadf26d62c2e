import { createAnswerChecker } from '../../answers/create-checker.ts'
import { UserError } from '../../errors.ts'
import { greedyAccuracy } from '../../eval/greedy-accuracy.ts'
import { longestQuestion } from '../../eval/longest-question.ts'
import { readHeldOut } from '../../eval/read-held-out.ts'
import { requireWritable, writingIn } from '../../file-errors.ts'
import { readJsonl } from '../../jsonl.ts'
import { counted } from '../../log/counted.ts'
import { percent } from '../../log/percent.ts'
import { statusLine } from '../../log/status-line.ts'
import { type DescribedModel, describeModel, requireTrainable, trainModel } from '../../model/open-model.ts'
import type { TrainModel } from '../../model/train-model.ts'
import { warmupSteps } from '../../rl/schedule.ts'
import { promptTokens } from '../../rollout/prompt.ts'
import { requireEmpty } from '../../run/run-folder.ts'
import { endTokenOf, readDocuments, type SftDocument } from '../../sft/documents.ts'
import { type FineTuneParams, type FineTuneStep, fineTune } from '../../sft/fine-tune.ts'
import { heldOutLoss } from '../../sft/held-out-loss.ts'
import { modelSettings } from '../command-line/engine-flags.ts'
import { warnOfEos } from '../shared/eos-notice.ts'
import { interruptSignal } from '../shared/interrupt.ts'
import { printSummary } from '../shared/jsonl-output.ts'
import { openShown } from '../shared/open-shown.ts'
import type { SftFlags } from './flags.ts'

/** A measure of the model on held-out data. */
interface Measure {
  readonly name: 'loss' | 'accuracy'
  readonly take: (model: TrainModel) => Promise<number>
}

/** `serl sft`. */
export async function sftCommand(flags: SftFlags): Promise<number> {
  if (flags.steps !== undefined && flags.epochs !== undefined)
    throw new UserError('--steps and --epochs both say how long to train: omit one of them')
  await requireEmpty(flags.out)
  await requireWritable(flags.out, 'give another --out')
  const described = await describeModel(flags.model)
  warnOfEos(described, flags)
  const { tokenizer, stopTokens } = requireTrainable(described)
  const format = { tokenizer, endToken: endTokenOf(tokenizer, stopTokens), raw: flags.raw ?? false }
  const read = (path: string): Promise<SftDocument[]> => readDocuments(path, format)
  const documents = dropLong(await read(flags.data), described.checkpoint.config.maxPositionEmbeddings, flags)
  const measure = flags.evalData === undefined ? null : await heldOutMeasure(flags.evalData, flags, read, described)
  const settings = { ...modelSettings(flags.model, flags), checkWeights: true }
  const model = trainModel(await openShown(described, settings, flags))
  const interrupt = interruptSignal('stopping: no checkpoint is written')
  try {
    const done = await trainAndMeasure(model, documents, measure, { flags, signal: interrupt.signal })
    if (interrupt.signal.aborted) return 130
    await writingIn(flags.out, 'give another --out', () => model.writeWeights(flags.out))
    const summary = { ...done, documents: documents.length, out: flags.out }
    printSummary(summary, `trained on ${counted(documents.length, 'document')}: ${flags.out}`, flags)
    return 0
  } finally {
    await model.engine.close()
    interrupt.release()
  }
}

async function trainAndMeasure(
  model: TrainModel,
  documents: readonly SftDocument[],
  measure: Measure | null,
  { flags, signal }: { flags: SftFlags; signal: AbortSignal },
) {
  const params = fineTuneParams(flags, documents.length)
  const { totalSteps } = params.schedule
  const say = (text: string): void => {
    if (!flags.quiet) process.stderr.write(`${text}\n`)
  }
  const measured: { step: number; value: number }[] = []
  const evaluateAt = async (step: number): Promise<void> => {
    if (measure === null) return
    const value = await measure.take(model)
    measured.push({ step, value })
    say(
      `step ${step}/${totalSteps}  held-out ${measure.name} ${measure.name === 'loss' ? value.toFixed(4) : percent(value)}`,
    )
  }
  const started = performance.now()
  const status = statusLine(flags.quiet ?? false)
  const progress = progressLines(totalSteps, say)
  let tokens = 0
  let loss = Number.NaN
  try {
    await evaluateAt(0)
    await fineTune(model.engine, documents, params, async (step) => {
      tokens += step.tokens
      loss = progress(step)
      status.show('training', step.step, totalSteps)
      if (step.step === totalSteps || step.step % (flags.evalEvery ?? totalSteps) === 0) await evaluateAt(step.step)
      return !signal.aborted
    })
  } finally {
    status.clear()
  }
  const seconds = (performance.now() - started) / 1000
  const heldOut = measure === null ? {} : { [`heldOut.${measure.name}`]: measured }
  return { steps: totalSteps, tokens, loss, ...heldOut, seconds, tokensPerSecond: tokens / seconds }
}

/** Reports progress about every two seconds at most; returns the loss smoothed over about 20 steps. */
function progressLines(totalSteps: number, say: (text: string) => void): (step: FineTuneStep) => number {
  let smooth: number | null = null
  let tokens = 0
  let saidAt = performance.now()
  return (step) => {
    smooth = smooth === null ? step.loss : 0.95 * smooth + 0.05 * step.loss
    tokens += step.tokens
    const seconds = (performance.now() - saidAt) / 1000
    if (seconds > 2 || step.step === totalSteps) {
      const rate = Math.round(tokens / seconds)
      say(
        `step ${step.step}/${totalSteps}  loss ${smooth.toFixed(4)}  lr ${step.learningRate.toExponential(2)}  ${rate} tokens/s`,
      )
      tokens = 0
      saidAt = performance.now()
    }
    return smooth
  }
}

function fineTuneParams(flags: SftFlags, documents: number): FineTuneParams {
  const totalSteps = flags.steps ?? (flags.epochs ?? 1) * Math.ceil(documents / flags.batchSize)
  const { beta1, beta2, weightDecay, maxGradNorm } = flags
  return {
    schedule: {
      kind: flags.schedule,
      lr: flags.lr,
      minLrRatio: flags.minLrRatio,
      warmupSteps: warmupSteps(flags.warmup, totalSteps),
      totalSteps,
    },
    adamw: { beta1, beta2, eps: 1e-8, weightDecay, maxGradNorm },
    batchSize: flags.batchSize,
    tokensPerBatch: flags.tokensPerBatch ?? null,
    seed: flags.seed ?? 0,
  }
}

function dropLong(documents: readonly SftDocument[], longest: number, flags: SftFlags): SftDocument[] {
  const fitting = documents.filter((document) => document.tokens.length <= longest)
  const dropped = documents.length - fitting.length
  if (fitting.length === 0)
    throw new UserError(`${flags.data}: every document is longer than the model's ${longest} positions`)
  if (dropped > 0 && !flags.quiet)
    process.stderr.write(`${counted(dropped, 'document')} left out: longer than ${longest} tokens\n`)
  return fitting
}

/** Accuracy if the lines have answers, otherwise the loss of the same kinds of lines as the training data. */
async function heldOutMeasure(
  path: string,
  flags: SftFlags,
  read: (path: string) => Promise<SftDocument[]>,
  described: DescribedModel,
): Promise<Measure> {
  const first = (await readJsonl(path))[0]!.value as Record<string, unknown> | null
  if (first?.answer === undefined) {
    const documents = await read(path)
    return { name: 'loss', take: (model) => heldOutLoss(model.engine, documents, flags.tokensPerBatch ?? null) }
  }
  const questions = await readHeldOut(path, 0, { kind: 'math' })
  const format = { template: flags.raw ? 'none' : 'auto', suffix: flags.evalSuffix } as const
  const { tokenizer, stopTokens } = requireTrainable(described)
  const { maxPositionEmbeddings: maxPositions } = described.checkpoint.config
  const room = { maxPositions, maxNewTokens: flags.evalMaxNewTokens, setting: '--eval-max-new-tokens' }
  longestQuestion(path, questions, (problem) => promptTokens(tokenizer, problem, format), room)
  return {
    name: 'accuracy',
    take: async (model) => {
      const checker = await createAnswerChecker({ kind: 'math', tolerance: 0, module: null, timeLimitMs: 1000 })
      try {
        const asking = { format, maxNewTokens: flags.evalMaxNewTokens, stopTokens }
        return await greedyAccuracy({ ...model, checker }, questions, asking)
      } finally {
        await checker.close()
      }
    },
  }
}

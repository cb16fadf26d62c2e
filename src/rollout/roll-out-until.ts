import type { TrainModel } from '../model/train-model.ts'
import type { FinishedPrompts, ProgressFn } from '../native/types.ts'
import type { Group } from './group.ts'
import { packTokens } from './pack.ts'
import { type PromptedQuestion, type RollOutParams, responsesOf, samplingParams } from './rollout.ts'

/**
 * As rollOut, but the rest is cancelled once enough groups are finished. The groups whose last responses ended in the
 * same decode step are judged together, one step after the other. What had ended by the step that made it enough is
 * returned, and nothing else, however much the engine samples meanwhile: the result depends on the seeds alone, not on the
 * clock.
 * @param isEnough told of groups that are finished; true: no more are wanted
 * @returns the finished groups, in the order of their prompts
 */
export async function rollOutUntil(
  { engine, tokenizer }: Pick<TrainModel, 'engine' | 'tokenizer'>,
  prompted: readonly PromptedQuestion[],
  params: RollOutParams,
  isEnough: (finished: readonly Group[]) => Promise<boolean>,
  onProgress?: ProgressFn,
): Promise<Group[]> {
  if (prompted.length === 0) return []
  const groups = new Map<number, Group>() // by prompt
  const judge = async (batch: FinishedPrompts): Promise<boolean> => {
    const responses = responsesOf(batch, params.stopTexts ?? [], tokenizer)
    const n = params.samplesPerPrompt
    for (const [i, prompt] of batch.prompts.entries()) {
      groups.set(prompt, { ...prompted[prompt]!, responses: responses.slice(i * n, (i + 1) * n) })
    }
    const enough = await isEnough(Array.from(batch.prompts, (prompt) => groups.get(prompt)!))
    if (enough) engine.cancel()
    return enough
  }
  let judged = Promise.resolve(false) // whether it was enough
  const onFinished = (batch: FinishedPrompts): void => {
    judged = judged.then((enough) => enough || judge(batch))
    judged.catch(() => engine.cancel()) // thrown below
  }
  const prompts = packTokens(prompted.map(({ promptTokens }) => promptTokens))
  const sampling = samplingParams(engine, tokenizer, params)
  const [sampled] = await Promise.allSettled([engine.generate(prompts, sampling, onProgress, onFinished)])
  await judged
  if (sampled.status === 'rejected') throw sampled.reason
  return [...groups.keys()].sort((a, b) => a - b).map((prompt) => groups.get(prompt)!)
}

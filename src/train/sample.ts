import { rowSeeds } from '../random.ts'
import type { Group, Instruction } from '../rollout/group.ts'
import { promptTokens } from '../rollout/prompt.ts'
import { rollOut } from '../rollout/rollout.ts'
import { type Run, stopIfAsked } from './run.ts'

/** n samples of each question; a question too long for the model or for the config is left out. */
export async function sampleGroups(
  run: Run,
  at: { step: number; round: number },
  instructions: readonly Instruction[],
): Promise<Group[]> {
  const { config, model, reporter } = run
  const { samplesPerPrompt, maxNewTokens, temperature, topP } = config.rollout
  const longest = Math.min(config.rollout.maxPromptTokens, model.maxPositions - maxNewTokens)
  const prompted = instructions
    .map((instruction) => ({
      instruction,
      promptTokens: promptTokens(model.tokenizer, instruction.text, config.rollout),
    }))
    .filter(({ promptTokens }) => promptTokens.length <= longest)
  if (prompted.length < instructions.length) {
    reporter.note(`${instructions.length - prompted.length} questions left out: longer than ${longest} tokens`)
  }
  stopIfAsked(run)
  const seeds = rowSeeds(config.train.seed, `rollout/${at.round}`, at.step, prompted.length * samplesPerPrompt)
  const sampling = {
    samplesPerPrompt,
    maxNewTokens,
    temperature,
    topP,
    presencePenalty: 0,
    stopTokens: model.stopTokens,
    seeds,
  }
  const groups = await rollOut(model.engine, model.tokenizer, prompted, sampling, (done, total) =>
    reporter.progress('answering', done, total),
  )
  stopIfAsked(run)
  return groups
}

import { rowSeeds } from '../random.ts'
import type { Group, Instruction } from '../rollout/group.ts'
import { promptTokens } from '../rollout/prompt.ts'
import { rollOut } from '../rollout/rollout.ts'
import { type Run, stopIfAsked } from './run.ts'
import type { Tally } from './tally.ts'

/** Tokens of the longest question that is answered. */
const longestPrompt = ({ rollout }: Run['config'], { maxPositions }: Run['model']): number =>
  Math.min(rollout.maxPromptTokens, maxPositions - rollout.maxNewTokens)

/** n samples of each question; a question too long for the model or for the config is left out, and counted. */
export async function sampleGroups(
  run: Run,
  at: { step: number; round: number },
  instructions: readonly Instruction[],
  tally: Tally,
): Promise<Group[]> {
  const { config, model, reporter } = run
  const { samplesPerPrompt, maxNewTokens, temperature, topP } = config.rollout
  const longest = longestPrompt(config, model)
  const prompted = instructions
    .map((instruction) => ({
      instruction,
      promptTokens: promptTokens(model.tokenizer, instruction.text, config.rollout),
    }))
    .filter(({ promptTokens }) => promptTokens.length <= longest)
  const tooLong = instructions.length - prompted.length
  tally.tooLong += tooLong
  if (tooLong > 0) reporter.note(`${tooLong} questions left out: longer than ${longest} tokens`)
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

import { requirePaths } from '../config/check.ts'
import type { Config } from '../config/schema.ts'
import { configText } from '../config/text.ts'
import { emptyPool } from '../instruct/pool.ts'
import { chooseExamples, fewShotTokens } from '../instruct/prompt.ts'
import { readSeeds } from '../instruct/seeds.ts'
import { createRandom } from '../random.ts'
import { keepsReference } from '../rl/train-batch.ts'
import { promptTokens } from '../rollout/prompt.ts'
import { memoryPlan, memoryText } from '../train/memory-plan.ts'
import { describeModel, dtypeOf, requireTokenizer } from '../train/open-model.ts'
import type { TrainFlags } from './train.ts'

/** Shows what a run would do: settings, memory, the first prompts. Loads no weights and writes nothing. */
export async function dryRun(config: Config, { json = false, quiet = false }: TrainFlags): Promise<number> {
  const paths = requirePaths(config)
  const seeds = await readSeeds(paths.seeds)
  const described = await describeModel(paths.model)
  const tokenizer = requireTokenizer(described)
  const random = createRandom([config.train.seed, 'propose', 1, 0])
  const examples = chooseExamples(config.instruct, seeds, emptyPool, random)
  const prompts = {
    instruct:
      config.instruct.source === 'self' ? showTokens(fewShotTokens(config.instruct, examples, tokenizer)) : null,
    rollout: showTokens(promptTokens(tokenizer, seeds[0]!.text, config.rollout)),
  }
  const plan = memoryPlan({
    shapes: described.checkpoint.weights.map((tensor) => tensor.shape),
    dtype: dtypeOf({ ...config.model }),
    reference: keepsReference(config),
    kvCacheBytes: config.model.kvCacheGiB * 2 ** 30,
  })
  if (json) {
    process.stdout.write(`${JSON.stringify({ config, memory: plan, prompts })}\n`)
    return 0
  }
  if (quiet) return 0
  const sections = [configText(config).trimEnd(), '# memory', memoryText(plan)]
  if (prompts.instruct !== null)
    sections.push(`# first prompt for questions (${prompts.instruct.count} tokens)`, prompts.instruct.text)
  sections.push(`# first prompt for answers (${prompts.rollout.count} tokens)`, prompts.rollout.text)
  process.stdout.write(`${sections.join('\n')}\n`)
  return 0

  function showTokens(tokens: Int32Array): { text: string; count: number; tokens: number[] } {
    return { text: tokenizer.decode(tokens), count: tokens.length, tokens: Array.from(tokens) }
  }
}

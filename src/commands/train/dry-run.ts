import { requirePaths } from '../../config/check.ts'
import type { Config } from '../../config/schema.ts'
import { configText } from '../../config/text.ts'
import { deviceMemory, memoryWarning, trainingPlan } from '../../memory/device-memory.ts'
import { memoryText } from '../../memory/memory-plan.ts'
import { describeModel, requireTrainable } from '../../model/open-model.ts'
import { requireEmpty } from '../../run/run-folder.ts'
import { preflight } from '../../train/preflight.ts'
import type { TrainFlags } from './flags.ts'

/**
 * Shows what a run would do: settings, memory, the first prompts, after the checks that the run makes. Loads no weights
 * and writes nothing.
 */
export async function dryRun(
  config: Config,
  { json = false, quiet = false, out, resume }: TrainFlags,
): Promise<number> {
  if (out !== undefined && !resume) await requireEmpty(out)
  const described = await describeModel(requirePaths(config).model)
  const { tokenizer } = requireTrainable(described)
  const checked = await preflight(config, {
    tokenizer,
    maxPositions: described.checkpoint.config.maxPositionEmbeddings,
  })
  const showTokens = (tokens: Int32Array): ShownPrompt => ({
    text: tokenizer.decode(tokens),
    count: tokens.length,
    tokens: Array.from(tokens),
  })
  const prompts = {
    instruct: checked.firstQuestionPrompt === null ? null : showTokens(checked.firstQuestionPrompt.tokens),
    rollout: showTokens(checked.firstAnswerPrompt),
  }
  const plan = trainingPlan(described, config)
  const warning = memoryWarning(plan, config.model.device, deviceMemory(config.model.device))
  if (json) process.stdout.write(`${JSON.stringify({ config, memory: plan, memoryWarning: warning, prompts })}\n`)
  else if (!quiet) process.stdout.write(`${sections(config, memoryText(plan), prompts)}\n`)
  if (warning !== null && !quiet) process.stderr.write(`warning: ${warning}\n`)
  return 0
}

interface ShownPrompt {
  readonly text: string // special tokens left out
  readonly count: number
  readonly tokens: readonly number[]
}

function sections(config: Config, memory: string, prompts: { instruct: ShownPrompt | null; rollout: ShownPrompt }) {
  const parts = [configText(config).trimEnd(), '# memory', memory]
  const { instruct, rollout } = prompts
  if (instruct !== null) parts.push(`# first prompt for questions (${instruct.count} tokens)`, instruct.text)
  parts.push(`# first prompt for answers (${rollout.count} tokens)`, rollout.text)
  return parts.join('\n')
}

import type { Config } from '../../config/schema.ts'
import { configText } from '../../config/text.ts'
import { counted } from '../../log/counted.ts'
import { deviceMemory, memoryWarning } from '../../memory/device-memory.ts'
import { type MemoryPlan, memoryText } from '../../memory/memory-plan.ts'
import { deviceOf } from '../../model/open-model.ts'
import { requireTracePath } from '../../trace/trace-file.ts'
import { resumeText } from '../../train/check-resume.ts'
import { checkStart, type StartCheck } from '../../train/check-start.ts'
import { type PlannedEvaluation, type Preflight, tooLongSeeds } from '../../train/preflight.ts'
import type { TrainFlags } from './flags.ts'

/** What a dry run shows. */
interface Planned {
  readonly start: StartCheck
  readonly asked: Config // before the memory plan chose
  readonly plan: MemoryPlan
  readonly inputs: readonly string[] // files that the run reads
  readonly controls?: object // the runs that it is one of, for --json
}

/**
 * Shows what a run would do: settings, memory, the first prompts, after the checks that the run makes. Loads no weights
 * and writes nothing.
 */
export async function dryRun(
  { start, asked, plan, inputs, controls }: Planned,
  { json = false, quiet = false, trace }: TrainFlags,
): Promise<number> {
  if (trace !== undefined) await requireTracePath(trace, inputs)
  const { data, resumable } = await checkStart(start)
  const { device } = asked.model
  if (device !== 'cpu') (await import('../../native/engine.ts')).requireDevice(deviceOf(device))
  const { tokenizer } = start.described
  const showTokens = (tokens: Int32Array): ShownPrompt => ({
    text: tokenizer.decode(tokens),
    count: tokens.length,
    tokens: Array.from(tokens),
  })
  const prompts = {
    instruct: data.firstQuestionPrompt === null ? null : showTokens(data.firstQuestionPrompt.tokens),
    rollout: showTokens(data.firstAnswerPrompt),
  }
  const warning = memoryWarning(plan, asked.model.device, deviceMemory(asked.model.device))
  if (resumable !== null && !quiet) process.stderr.write(`${resumeText(start.out, start.config, resumable)}\n`)
  if (json)
    process.stdout.write(
      `${JSON.stringify({ config: asked, memory: plan, memoryWarning: warning, evaluations: data.evaluations, prompts, ...(controls && { controls }) })}\n`,
    )
  else if (!quiet) process.stdout.write(`${sections(asked, memoryText(plan), data.evaluations, prompts)}\n`)
  const left = leftOutText(start, data)
  if (left !== null && !quiet) process.stderr.write(`${left}\n`)
  if (warning !== null && !quiet) process.stderr.write(`warning: ${warning}\n`)
  return 0
}

/** Which seed questions will never be asked; null: all will, or none is meant to be. */
function leftOutText({ config, described }: StartCheck, { seeds, format }: Preflight): string | null {
  const { instruct, rollout } = config
  if (instruct.source === 'self' && rollout.seedShare === 0) return null
  const { longest, seeds: long } = tooLongSeeds(config, { ...described, format }, seeds)
  if (long.length === 0) return null
  const named = long.slice(0, shownSeeds).map(({ id }) => `line ${id.replace('seed-', '')}`)
  const more = long.length > shownSeeds ? ', ...' : ''
  return (
    `warning: ${long.length} of ${counted(seeds.length, 'seed question')} will not be asked, being longer than ${longest} tokens ` +
    `(rollout.maxPromptTokens, or what rollout.maxNewTokens leaves free): ${named.join(', ')}${more} of ${config.seeds.path}`
  )
}

const evaluationText = (
  { set, questions, responses, longestPrompt, every }: PlannedEvaluation,
  config: Config,
): string =>
  `${set}: ${counted(questions, 'question')} of at most ${counted(longestPrompt, 'token')}, ${counted(responses, 'response')} of at ` +
  `most ${config.eval.maxNewTokens}, every ${every === 1 ? 'step' : `${every} steps`}`

const shownSeeds = 10

interface ShownPrompt {
  readonly text: string // special tokens left out
  readonly count: number
  readonly tokens: readonly number[]
}

function sections(
  config: Config,
  memory: string,
  evaluations: readonly PlannedEvaluation[],
  prompts: { instruct: ShownPrompt | null; rollout: ShownPrompt },
): string {
  const parts = [configText(config).trimEnd(), '# memory', memory]
  if (evaluations.length > 0)
    parts.push('# evaluations', ...evaluations.map((planned) => evaluationText(planned, config)))
  const { instruct, rollout } = prompts
  if (instruct !== null) parts.push(`# first prompt for questions (${instruct.count} tokens)`, instruct.text)
  parts.push(`# first prompt for answers (${rollout.count} tokens)`, rollout.text)
  return parts.join('\n')
}

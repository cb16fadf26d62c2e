import type { Config } from '../../config/schema.ts'
import { deviceMemory, memoryWarning, trainingPlan } from '../../memory/device-memory.ts'
import { memoryText } from '../../memory/memory-plan.ts'
import { firstNonFinite } from '../../model/finite-weights.ts'
import { type DescribedModel, describeModel, dtypeOf, eosWarning, stopTokensOf } from '../../model/open-model.ts'
import { promptTokens } from '../../rollout/prompt.ts'
import { type Finding, failure } from './finding.ts'

/** The settings that a memory plan is for. */
export interface LookedAtWith {
  readonly config: Config
  readonly source: string | undefined // the preset or file they come from; undefined = the defaults
}

/** Checks of a checkpoint that need no engine; its weights are read once. */
export async function modelFindings(path: string, settings: LookedAtWith): Promise<Finding[]> {
  let described: DescribedModel
  try {
    described = await describeModel(path)
  } catch (error) {
    return [failure('checkpoint', error, 'give the folder of a HuggingFace checkpoint')]
  }
  const { checkpoint } = described
  const detail = `${checkpoint.architecture}, ${checkpoint.checkpointDtype}, ${checkpoint.config.maxPositionEmbeddings} positions`
  return [
    { name: 'checkpoint', status: 'ok', detail },
    await weightsFinding(described),
    eosFinding(described),
    ...tokenizerFindings(described),
    planFinding(described, settings),
  ]
}

async function weightsFinding({ checkpoint: { weights } }: DescribedModel): Promise<Finding> {
  try {
    const found = await firstNonFinite(weights)
    if (found === null) return { name: 'weights', status: 'ok', detail: `all ${weights.length} tensors are finite` }
    const { tensor, index, value } = found
    const detail = `tensor ${tensor.name} has the value ${value} (element ${index})\n${tensor.file}`
    const remedy = 'the checkpoint is damaged or has diverged: download it again, or use an earlier one'
    return { name: 'weights', status: 'failed', detail, remedy }
  } catch (error) {
    return failure('weights', error, 'download the checkpoint again')
  }
}

function eosFinding(described: DescribedModel): Finding {
  const ids = Array.from(stopTokensOf(described))
  const odd = eosWarning(described)
  if (odd !== null) return { name: 'EOS', status: 'warning', detail: `token ids ${ids.join(', ')}`, remedy: odd }
  if (ids.length > 0) return { name: 'EOS', status: 'ok', detail: `token ids ${ids.join(', ')}` }
  const remedy = 'put eos_token_id into generation_config.json'
  return { name: 'EOS', status: 'failed', detail: 'no EOS token: responses would never end', remedy }
}

function tokenizerFindings({ tokenizer, checkpoint }: DescribedModel): Finding[] {
  if (tokenizer === null) {
    const remedy = 'add tokenizer.json; without it, only score and generate work, on token ids'
    return [{ name: 'tokenizer', status: 'failed', detail: `no tokenizer.json in ${checkpoint.dir}`, remedy }]
  }
  const question = 'What is 1 + 1?'
  const plain = tokenizer.encode(question)
  const findings: Finding[] = [
    { name: 'tokenizer', status: 'ok', detail: `${JSON.stringify(question)} is ${plain.length} tokens` },
  ]
  if (!tokenizer.hasChatTemplate) {
    const detail = 'none: questions are given as plain text'
    return [...findings, { name: 'chat template', status: 'ok', detail }]
  }
  return [...findings, templateFinding({ tokenizer, checkpoint }, question)]
}

function templateFinding({ tokenizer, checkpoint }: DescribedModel, question: string): Finding {
  try {
    const tokens = promptTokens(tokenizer!, question, { template: 'chat', suffix: '' })
    const bos = tokens.filter((token) => token === checkpoint.bosTokenId).length
    const detail = `a question is ${tokens.length} tokens, ${bos} of them BOS`
    if (bos <= 1) return { name: 'chat template', status: 'ok', detail }
    // some models use one token for BOS and for the turn's opening
    return { name: 'chat template', status: 'warning', detail, remedy: 'fine if BOS also opens a turn, as in SmolLM2' }
  } catch (error) {
    return failure('chat template', error, 'to train without it, set rollout.template=none and instruct.template=none')
  }
}

function planFinding(described: DescribedModel, { config, source }: LookedAtWith): Finding {
  const plan = trainingPlan(described, config)
  const settings =
    source === undefined ? 'the default settings (for others: --config PRESET)' : `the settings of ${source}`
  const detail = `to train in ${dtypeOf(config.model)} with ${settings}:\n${memoryText(plan)}`
  const warning = memoryWarning(plan, config.model.device, deviceMemory(config.model.device))
  if (warning === null) return { name: 'memory plan', status: 'ok', detail }
  return { name: 'memory plan', status: 'warning', detail, remedy: warning }
}

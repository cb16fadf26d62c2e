// What users of other programs write, and what it is called here: docs/coming-from-openrlhf.md has the whole list.
import { nearest } from './nearest.ts'

/** A setting, a flag, or a sentence where neither would do. */
type Ours = { readonly setting: string } | { readonly flag: string } | { readonly advice: string }

const setting = (name: string): Ours => ({ setting: name })
const flag = (name: string): Ours => ({ flag: name })

/** By the other program's name, in lower case with underscores. */
export const otherNames: Readonly<Record<string, Ours>> = {
  lr: setting('optimizer.lr'),
  learning_rate: setting('optimizer.lr'),
  actor_learning_rate: setting('optimizer.lr'),
  weight_decay: setting('optimizer.weightDecay'),
  l2: setting('optimizer.weightDecay'),
  adam_beta1: setting('optimizer.beta1'),
  adam_beta2: setting('optimizer.beta2'),
  beta1: setting('optimizer.beta1'),
  beta2: setting('optimizer.beta2'),
  adam_betas: { advice: 'Did you mean --set optimizer.beta1=... --set optimizer.beta2=...?' },
  adam_epsilon: setting('optimizer.eps'),
  max_grad_norm: setting('optimizer.maxGradNorm'),
  max_norm: setting('optimizer.maxGradNorm'),
  lr_scheduler: setting('optimizer.schedule'),
  lr_scheduler_type: setting('optimizer.schedule'),
  warmup_ratio: setting('optimizer.warmup'),
  warmup_steps: setting('optimizer.warmup'),
  lr_warmup_ratio: setting('optimizer.warmup'),
  epochs: setting('update.epochs'),
  max_epochs: setting('update.epochs'),
  num_train_epochs: setting('update.epochs'),
  num_epochs: setting('update.epochs'),
  num_episodes: setting('train.steps'),
  max_steps: setting('train.steps'),
  total_steps: setting('train.steps'),
  num_iterations: setting('train.iterations'),
  batch_size: setting('update.sequencesPerStep'),
  train_batch_size: setting('update.sequencesPerStep'),
  per_device_train_batch_size: setting('update.sequencesPerStep'),
  gradient_accumulation_steps: setting('update.sequencesPerStep'),
  micro_train_batch_size: setting('update.tokensPerMicroBatch'),
  micro_batch_size: setting('update.tokensPerMicroBatch'),
  gradient_checkpointing: setting('update.checkpointing'),
  rollout_batch_size: setting('rollout.promptsPerStep'),
  n_samples_per_prompt: setting('rollout.samplesPerPrompt'),
  num_generations: setting('rollout.samplesPerPrompt'),
  temperature: setting('rollout.temperature'),
  top_p: setting('rollout.topP'),
  max_new_tokens: setting('rollout.maxNewTokens'),
  generate_max_len: setting('rollout.maxNewTokens'),
  max_completion_length: setting('rollout.maxNewTokens'),
  prompt_max_len: setting('rollout.maxPromptTokens'),
  max_prompt_length: setting('rollout.maxPromptTokens'),
  apply_chat_template: setting('rollout.template'),
  advantage_estimator: setting('advantage.estimator'),
  gamma: setting('advantage.gamma'),
  beta: setting('kl.coef'),
  kl_coef: setting('kl.coef'),
  init_kl_coef: setting('kl.coef'),
  kl_estimator: setting('kl.estimator'),
  kl_target: setting('kl.target'),
  kl_horizon: setting('kl.horizon'),
  use_kl_loss: { advice: 'Did you mean --set kl.place=loss?' },
  eps_clip: { advice: 'Did you mean --set update.clipLow=... --set update.clipHigh=...?' },
  epsilon: { advice: 'Did you mean --set update.clipLow=... --set update.clipHigh=...?' },
  epsilon_high: setting('update.clipHigh'),
  reward_clip_range: setting('reward.clip'),
  reward_difficulty_bounds: { advice: 'Did you mean --set difficulty.low=... --set difficulty.high=...?' },
  few_shot_generation: setting('instruct.examples'),
  instructions_num_per_iteration: setting('train.instructions'),
  eval_dataset: setting('eval.path'),
  eval_steps: setting('eval.every'),
  eval_n_samples_per_prompt: setting('eval.samples'),
  eval_temperature: setting('eval.temperature'),
  save_steps: setting('checkpoint.every'),
  save_total_limit: setting('checkpoint.keep'),
  max_ckpt_num: setting('checkpoint.keep'),
  torch_dtype: flag('--dtype'),
  bf16: { advice: 'Did you mean --dtype bfloat16?' },
  fp16: { advice: 'float16 is not supported: did you mean --dtype bfloat16?' },
  model_name: flag('--model'),
  model_path: flag('--model'),
  model_name_or_path: flag('--model'),
  pretrain: flag('--model'),
  train_file: flag('--seeds'),
  train_data: flag('--seeds'),
  prompt_data: flag('--seeds'),
  dataset: flag('--seeds'),
  dataset_name: flag('--seeds'),
  output_dir: flag('--out'),
  save_path: flag('--out'),
  load_checkpoint: flag('--resume'),
  resume_from_checkpoint: flag('--resume'),
  config: { advice: 'Give the config file without an option: serl train FILE.yaml' },
  config_file: { advice: 'Give the config file without an option: serl train FILE.yaml' },
}

const page = 'docs/coming-from-openrlhf.md'

/** "--numTrainEpochs", "num-train-epochs" and "num_train_epochs" are one name. */
const folded = (name: string): string =>
  name
    .replace(/^--?/, '')
    .replace(/([a-z\d])([A-Z])/g, '$1_$2')
    .replaceAll('-', '_')
    .toLowerCase()

/**
 * What an option that a command lacks stands for.
 * @param own the command's own options
 * @param takesSettings whether --set is one of them
 * @returns a line for the user, or null
 */
export function otherOption(option: string, own: readonly string[], takesSettings: boolean): string | null {
  const spelled = `--${folded(option).replaceAll('_', '-')}`
  if (own.includes(spelled) && spelled !== option) return `Did you mean ${spelled}?`
  const ours = otherNames[folded(option)]
  if (ours === undefined) return null
  if ('flag' in ours) return own.includes(ours.flag) ? `Did you mean ${ours.flag}? (${page})` : null
  const [group = '', key = ''] = 'setting' in ours ? ours.setting.split('.') : []
  const direct = `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
  if (group !== '' && own.includes(direct)) return `Did you mean ${direct}? (${page})`
  if (!takesSettings) return null
  return `${'setting' in ours ? `Did you mean --set ${ours.setting}=...?` : ours.advice} (${page})`
}

/** "; did you mean optimizer.lr?" for a key of another program's config, whatever group it is in; else null. */
export function otherKey(key: string): string | null {
  const ours = otherNames[folded(key.split('.').at(-1)!)]
  if (ours === undefined) return null
  const name = 'setting' in ours ? ours.setting : 'flag' in ours ? keysOfFlags[ours.flag] : null
  return name === null || name === undefined ? null : `; did you mean ${name}? (${page})`
}

const keysOfFlags: Readonly<Record<string, string>> = {
  '--model': 'model.path',
  '--seeds': 'seeds.path',
  '--dtype': 'model.dtype',
}

const otherWords: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'model.device': { gpu: 'cuda', nvidia: 'cuda', cuda0: 'cuda:0', 'gpu:0': 'cuda:0' },
  'model.dtype': {
    bf16: 'bfloat16',
    fp32: 'float32',
    f32: 'float32',
    float: 'float32',
    full: 'float32',
    single: 'float32',
  },
}

const halves = ['fp16', 'f16', 'float16', 'half']

/** "; did you mean cuda?" for another program's word for a value of model.device or model.dtype; else empty. */
export function otherValue(key: string, value: unknown): string {
  if (typeof value !== 'string') return ''
  const word = value.toLowerCase().replace(/^torch\./, '')
  if (key === 'model.dtype' && halves.includes(word)) return '; float16 is not supported: did you mean bfloat16?'
  const words = otherWords[key]
  if (words === undefined) return ''
  const known = [...new Set([...Object.values(words), ...(key === 'model.device' ? ['cpu'] : ['auto', 'bfloat16'])])]
  const guess = words[word] ?? nearest(word, known)
  return guess === null || guess === value ? '' : `; did you mean ${guess}?`
}

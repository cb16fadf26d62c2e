import { flagSetting, parseOverride, type Setting } from '../../config/read-settings.ts'
import type { SettingFlags } from './common-flags.ts'

/** The settings that flags give; dedicated flags override --set. */
export const flagLayers = (flags: SettingFlags): Setting[] => [
  ...flags.set.map(parseOverride),
  ...flagSetting('--model', 'model.path', flags.model),
  ...flagSetting('--device', 'model.device', flags.device),
  ...flagSetting('--dtype', 'model.dtype', flags.dtype),
  ...flagSetting('--threads', 'model.threads', flags.threads),
  ...flagSetting('--seeds', 'seeds.path', flags.seeds),
  ...flagSetting('--steps', 'train.steps', flags.steps),
  ...flagSetting('--seed', 'train.seed', flags.seed),
]

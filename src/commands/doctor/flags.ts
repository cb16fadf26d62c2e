import type { CommandLine } from '../command-line/command-line.ts'
import { type SettingFlags, setFlag } from '../command-line/common-flags.ts'
import { engineFlags } from '../command-line/engine-flags.ts'

export interface DoctorFlags extends Omit<SettingFlags, 'seeds' | 'steps'> {
  readonly config?: string
}

export const doctorLine: CommandLine<DoctorFlags> = {
  name: 'doctor',
  description: 'what is installed, found and missing, and what to do about it',
  flags: {
    model: { value: '<folder>', help: 'also look at this checkpoint' },
    config: { value: '<name>', help: 'a config file or preset: the memory plan is for its settings' },
    set: setFlag,
    ...engineFlags,
  },
}

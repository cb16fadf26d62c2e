import type { CommandLine } from '../command-line/command-line.ts'
import { type SettingFlags, setFlag } from '../command-line/common-flags.ts'
import { engineFlags } from '../command-line/engine-flags.ts'

export interface DoctorFlags extends Omit<SettingFlags, 'seeds' | 'steps'> {
  readonly config?: string
}

export const doctorLine: CommandLine<DoctorFlags> = {
  name: 'doctor',
  description: 'check the installation and a checkpoint, and say how to fix what is missing',
  flags: {
    model: { value: '<folder>', help: 'also check this checkpoint' },
    config: { value: '<name>', help: 'a config file or preset whose settings the memory plan is for' },
    set: setFlag,
    ...engineFlags,
  },
}

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, vi } from 'vitest'
import { main } from '../../src/cli.ts'
import { heardOutput } from './heard-output.ts'
import { expectRefused } from './refused.ts'
import { tempFolder } from './temp-folder.ts'

export interface CommandTrial {
  readonly folder: string // of this test only
  said(): string // what was printed since the test began, or since forget()
  forget(): void
  serl(...argv: string[]): Promise<number>
  /** Writes a file into the folder; returns its path. */
  file(name: string, text: string): Promise<string>
  /** Expects exit code 2, and one message without a stack. */
  refused(code: Promise<number>, message: RegExp): Promise<void>
}

/** Shared by tests of mistaken command lines; created for each test of the file. */
export function commandTrial(): CommandTrial {
  let folder = ''
  let said: () => string = () => ''
  beforeEach(async () => {
    folder = await tempFolder()
    said = heardOutput()
  })
  afterEach(() => {
    vi.restoreAllMocks()
  })
  return {
    get folder() {
      return folder
    },
    said: () => said(),
    forget: () => {
      said = heardOutput()
    },
    serl: (...argv) => main(argv),
    file: async (name, text) => {
      await writeFile(join(folder, name), text)
      return join(folder, name)
    },
    refused: (code, message) => expectRefused(code, said, message),
  }
}

import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { writeWhole } from '../files.ts'

/** In the folder of a run that was asked to end after its step. It is a file, so that it also works across machines. */
const stopFile = (run: string): string => join(run, '.stop')

/** Asks the run that works in a folder to finish its step, save and end. */
export const askToStop = (run: string): Promise<void> => writeWhole(stopFile(run), `${new Date().toISOString()}\n`)

export const isAskedToStop = (run: string): boolean => existsSync(stopFile(run))

/** At the start of a run: what another was asked is not for this one. */
export const forgetStop = (run: string): Promise<void> => rm(stopFile(run), { force: true })

import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { stepMetrics } from '../../../src/log/metrics.ts'
import { createRunFolder, requireEmpty, requireNoRun, stepOf, truncateRun } from '../../../src/run/run-folder.ts'
import { evaluated } from '../../support/evaluation-line.ts'
import { tempFolder } from '../../support/temp-folder.ts'

let root: string
beforeEach(async () => {
  root = await tempFolder()
})

const text = (...path: string[]): Promise<string> => readFile(join(root, ...path), 'utf8')

describe('run folder', () => {
  it('appends lines, and reads metrics back', async () => {
    const folder = await createRunFolder(join(root, 'run'), 'train: {}\n')
    const lines = [0, 1].map((step) => stepMetrics({ step, loss: step / 3 }))
    for (const line of lines) await folder.metrics(line)
    await folder.instructions([
      { step: 1, text: 'a' },
      { step: 1, text: 'b' },
    ])
    await folder.instructions([])
    expect(await folder.readMetrics()).toEqual(lines)
    expect(await folder.readEvaluations()).toEqual([]) // no file
    await folder.evaluations([evaluated({ set: 'a' }), evaluated({ set: 'b' })])
    expect(await folder.readEvaluations()).toEqual([evaluated({ set: 'a' }), evaluated({ set: 'b' })])
    expect(await text('run', 'instructions.jsonl')).toBe('{"step":1,"text":"a"}\n{"step":1,"text":"b"}\n')
    expect(await text('run', 'config.yaml')).toBe('train: {}\n')
  })

  it('goes back to a step: later lines and files are removed, torn lines too', async () => {
    const path = join(root, 'run')
    const folder = await createRunFolder(path, '')
    for (const step of [0, 1, 2, 3]) {
      await folder.metrics(stepMetrics({ step }))
      await folder.evaluations([evaluated({ step, set: 'a' }), evaluated({ step, set: 'b' })])
      await folder.instructions([{ step, text: `q${step}` }])
      await folder.rollouts(step, [{ step }])
      await folder.trained(step, [{ step }])
    }
    await writeFile(join(path, 'instructions.jsonl'), '{"step":2,"te', { flag: 'a' })
    await truncateRun(path, 2)
    expect((await folder.readMetrics()).map((line) => line.step)).toEqual([0, 1, 2])
    expect((await text('run', 'instructions.jsonl')).trim().split('\n').length).toBe(3)
    for (const name of ['rollouts', 'trained']) {
      const kept = [0, 1, 2].map((step) => `step-00000${step}.jsonl`)
      expect((await readdir(join(path, name))).sort()).toEqual(kept)
    }
    const evaluatedSteps = async () => (await folder.readEvaluations()).map((line) => line.step)
    expect(await evaluatedSteps()).toEqual([0, 0, 1, 1, 2, 2])
    await truncateRun(path, 2, 1) // step 2 is to be evaluated again
    expect(await evaluatedSteps()).toEqual([0, 0, 1, 1])
    await truncateRun(path, -1)
    expect(await text('run', 'metrics.jsonl')).toBe('')
    expect(await text('run', 'evaluations.jsonl')).toBe('')
  })

  it('accepts only an empty or a new folder', async () => {
    await requireEmpty(join(root, 'new'))
    await mkdir(join(root, 'empty'))
    await requireEmpty(join(root, 'empty'))
    await writeFile(join(root, 'file'), '')
    await expect(requireEmpty(join(root, 'file'))).rejects.toThrow(/is a file, not a folder/)
    await expect(requireEmpty(root)).rejects.toThrow(/is not empty/)
    await createRunFolder(join(root, 'run'), '')
    await expect(requireNoRun(join(root, 'run'))).rejects.toThrow(/--resume --out/)
    await expect(requireEmpty(join(root, 'run'))).rejects.toThrow(/give another folder$/) // serl sft cannot resume
  })

  it('reads steps from names', () => {
    expect(stepOf('step-000012')).toBe(12)
    expect(stepOf('step-000012.jsonl')).toBeNull() // a log, not a checkpoint
    expect(stepOf('step-1234567')).toBe(1234567)
    expect(stepOf('.partial-3')).toBeNull()
    expect(stepOf('step-12')).toBeNull()
  })
})

// Draws the runs of bench/learning.ts for docs/learning.md:
//   npx tsx scripts/docs/draw-learning.ts              from docs/pictures/learning.jsonl
//   npx tsx scripts/docs/draw-learning.ts RUN...       from folders of runs, whose figures go to that file
// The committed file came from `npx tsx bench/learning.ts` and then `npx tsx scripts/docs/draw-learning.ts runs/learning/*-seed-*`.

import { readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { courseOf } from '../../bench/learning/signals.ts'
import type { StepMetrics } from '../../src/log/metrics.ts'
import { type LearningRun, learningPicture, parseLearningRuns } from './learning-picture.ts'

const pictures = new URL('../../docs/pictures/', import.meta.url)
const dataFile = new URL('learning.jsonl', pictures)

function readRun(folder: string): LearningRun {
  const text = readFileSync(join(folder, 'metrics.jsonl'), 'utf8').trimEnd()
  const lines = text.split('\n').map((line) => JSON.parse(line) as StepMetrics)
  return {
    name: basename(folder).replaceAll('-', ' '),
    collapsed: courseOf(lines).collapsed,
    accuracy: lines.map((line) => Number(line['eval.accuracy']!.toFixed(4))),
    drift: lines.map((line) => (line['panel.drift'] === null ? null : Number(line['panel.drift'].toFixed(4)))),
  }
}

const folders = process.argv.slice(2)
if (folders.length > 0) {
  writeFileSync(dataFile, folders.map((folder) => `${JSON.stringify(readRun(folder))}\n`).join(''))
}
writeFileSync(new URL('learning.svg', pictures), learningPicture(parseLearningRuns(readFileSync(dataFile, 'utf8'))))

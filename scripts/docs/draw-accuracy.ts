// Draws the demonstration's accuracy for README.md:
//   npx tsx scripts/docs/draw-accuracy.ts              from docs/pictures/demo-accuracy.jsonl
//   npx tsx scripts/docs/draw-accuracy.ts RUN...       from runs of the demonstration, whose figures go to that file
// The committed file came from
//   for seed in 0 1 2; do
//     npx serl train demo --seed $seed --out runs/picture/vote-$seed
//     npx serl train demo --seed $seed --out runs/picture/coin-$seed --set reward.kind=random
//   done
//   npx tsx scripts/docs/draw-accuracy.ts runs/picture/*

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { type AccuracyRun, accuracyPicture, parseRuns } from './accuracy-picture.ts'

const pictures = new URL('../../docs/pictures/', import.meta.url)
const dataFile = new URL('demo-accuracy.jsonl', pictures)

function readRun(folder: string): AccuracyRun {
  const config = parse(readFileSync(join(folder, 'config.yaml'), 'utf8'))
  const lines = readFileSync(join(folder, 'metrics.jsonl'), 'utf8').trimEnd().split('\n')
  const accuracy = lines.map((line) => Number(JSON.parse(line)['eval.accuracy'].toFixed(4)))
  return { reward: config.reward.kind, seed: config.train.seed, accuracy }
}

const byRewardAndSeed = (a: AccuracyRun, b: AccuracyRun): number =>
  a.reward === b.reward ? a.seed - b.seed : a.reward < b.reward ? -1 : 1

const folders = process.argv.slice(2)
if (folders.length > 0) {
  const runs = folders.map(readRun).sort(byRewardAndSeed)
  writeFileSync(dataFile, runs.map((run) => `${JSON.stringify(run)}\n`).join(''))
}
writeFileSync(new URL('demo-accuracy.svg', pictures), accuracyPicture(parseRuns(readFileSync(dataFile, 'utf8'))))

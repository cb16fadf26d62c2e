import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { accuracyPicture, parseRuns } from '../../../scripts/docs/accuracy-picture.ts'
import { learningPicture, parseLearningRuns } from '../../../scripts/docs/learning-picture.ts'
import { loopPicture } from '../../../scripts/docs/loop-picture.ts'

const committed = (name: string): string =>
  readFileSync(new URL(`../../../docs/pictures/${name}`, import.meta.url), 'utf8')

describe('the pictures of the documentation', () => {
  it('match what their scripts draw', () => {
    expect(loopPicture()).toBe(committed('loop.svg'))
    expect(learningPicture(parseLearningRuns(committed('learning.jsonl')))).toBe(committed('learning.svg'))
    expect(accuracyPicture(parseRuns(committed('demo-accuracy.jsonl')))).toBe(committed('demo-accuracy.svg'))
  })

  it('describe in words what they show, and load nothing', () => {
    for (const name of ['loop.svg', 'demo-accuracy.svg', 'learning.svg']) {
      const svg = committed(name)
      expect(svg).toMatch(/<title id="title">[^<]+<\/title>\n<desc id="description">[^<]+<\/desc>/)
      expect(svg).not.toMatch(/href|url\(|@import|<script/)
    }
  })

  it('name each run and its accuracies', () => {
    const runs = [
      { reward: 'majority', seed: 4, accuracy: [0.25, 0.5] },
      { reward: 'random', seed: 4, accuracy: [0.25, 0.2] },
    ] as const
    const svg = accuracyPicture(runs)
    expect(svg).toContain('Reward: the vote (seed 4): 25.0 %, 50.0 %.')
    expect(svg).toContain('Reward: a coin (seed 4): 25.0 %, 20.0 %.')
  })
})

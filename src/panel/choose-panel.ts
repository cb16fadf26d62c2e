import { fewestPanelQuestions } from '../config/panel-schema.ts'
import type { Config } from '../config/schema.ts'
import { UserError } from '../errors.ts'
import { counted } from '../log/counted.ts'
import { createRandom } from '../random.ts'
import { readSeeds, type Seed } from '../seeds/read-seeds.ts'

/** The panel's questions, and the seeds that are left for training. */
export interface ChosenPanel {
  readonly questions: readonly string[] // empty: no panel
  readonly seeds: readonly Seed[]
  readonly takenSeeds: readonly Seed[] // by the panel; no new question may resemble them either
}

/**
 * From panel.path, the held-out questions, or the seeds; drawn by the questions' texts, so that a run's seed and the order
 * of a file do not matter.
 * @throws UserError where panel.path has too few questions
 */
export async function choosePanel(
  { panel }: Pick<Config, 'panel'>,
  seeds: readonly Seed[],
  heldOut: readonly string[],
): Promise<ChosenPanel> {
  const none = { questions: [], seeds, takenSeeds: [] }
  if (panel.size === 0) return none
  if (panel.path !== null) {
    const own = await readSeeds(panel.path)
    const texts = [...new Set(own.map(({ text }) => text))]
    if (texts.length < fewestPanelQuestions) {
      throw new UserError(
        `panel.path: ${panel.path} has ${counted(texts.length, 'question')}, fewer than ${fewestPanelQuestions}: give more, or panel.size=0 for no panel`,
      )
    }
    return { ...none, questions: draw(texts, (text) => text, panel.size) }
  }
  if (heldOut.length >= fewestPanelQuestions) return { ...none, questions: draw(heldOut, (text) => text, panel.size) }
  const count = Math.min(panel.size, Math.floor(seeds.length / 5))
  if (count < fewestPanelQuestions) return none
  const takenSeeds = draw(seeds, ({ text }) => text, count)
  const taken = new Set(takenSeeds.map(({ text }) => text))
  return {
    questions: takenSeeds.map(({ text }) => text),
    seeds: seeds.filter(({ text }) => !taken.has(text)),
    takenSeeds,
  }
}

function draw<T>(items: readonly T[], textOf: (item: T) => string, count: number): T[] {
  const keyed = items.map((item) => ({ item, key: createRandom(['panel', textOf(item)]).uint32() }))
  return keyed
    .sort((a, b) => a.key - b.key)
    .slice(0, count)
    .map(({ item }) => item)
}

import { requirePaths } from '../config/check.ts'
import { isAsked, panelGuards } from '../config/guard-rules.ts'
import { fewestPanelQuestions } from '../config/panel-schema.ts'
import type { Config } from '../config/schema.ts'
import { UserError } from '../errors.ts'
import type { EvalItem } from '../eval/eval-set.ts'
import { readSetFile } from '../eval/read-held-out.ts'
import { foldedText } from '../filter/rouge.ts'
import { choosePanel } from '../panel/choose-panel.ts'
import { answersOf } from '../reward/open-answer-checker.ts'
import { readSeeds, type Seed } from '../seeds/read-seeds.ts'
import { holdOutSeeds } from '../seeds/split-seeds.ts'

/** A held-out question, and where it belongs in its set. */
export type HeldOutItem = Pick<EvalItem, 'problem' | 'answer' | 'groups'>

/** The questions of a run, by what they are for. */
export interface Questions {
  readonly seeds: readonly Seed[] // to train on, and to write others like them
  readonly heldOut: readonly HeldOutItem[] // empty: there are none
  readonly panel: readonly string[] // empty: there is none
  readonly panelSeeds: number // seed questions that the panel took out of training
  readonly heldOutSeeds: readonly Seed[] // for eval.holdOut and the panel; no new question may resemble them either
  readonly leftOut: number // seed questions that files of held-out questions or of the panel have, too
  readonly neverTrained: ReadonlySet<string> // folded texts of held-out questions and the panel
}

/**
 * Reads seeds, held-out questions and panel, and keeps them apart: what judges the model is never trained on.
 * @param further questions of eval.sets
 * @throws UserError
 */
export async function readQuestions(config: Config, further: readonly string[]): Promise<Questions> {
  const path = requirePaths(config).seeds
  const split = holdOutSeeds(await readSeeds(path), config.eval.holdOut, config.train.seed, path)
  const heldOut =
    config.eval.path === null
      ? split.heldOut.map(({ text, answer }) => ({ problem: text, answer, groups: {} }))
      : (await readSetFile(config.eval.path, config.eval.limit, answersOf(config))).items
  const heldOutTexts = heldOut.map(({ problem }) => problem)
  const chosen = await choosePanel(config, split.training, heldOutTexts)
  requirePanel(config, chosen.questions.length)
  const neverTrained = new Set([...heldOutTexts, ...further, ...chosen.questions].map(foldedText))
  const seeds = chosen.seeds.filter(({ text }) => !neverTrained.has(foldedText(text)))
  if (seeds.length === 0) {
    throw new UserError(
      `every seed question of ${path} is also a held-out question or one of the panel, which are never trained on: give other seeds`,
    )
  }
  return {
    seeds,
    heldOut,
    panel: chosen.questions,
    panelSeeds: chosen.takenSeeds.length,
    heldOutSeeds: [...split.heldOut, ...chosen.takenSeeds],
    leftOut: chosen.seeds.length - seeds.length,
    neverTrained,
  }
}

function requirePanel({ guard, panel }: Config, questions: number): void {
  const asked = panelGuards.find((name) => isAsked(guard, name))
  if (questions > 0 || panel.size === 0 || asked === undefined) return
  throw new UserError(
    `guard.${asked} watches the panel, and there is none: it takes at least ${fewestPanelQuestions} held-out questions, or ` +
      `${5 * fewestPanelQuestions} seed questions, of which it takes a fifth. Give more of either, or panel.path`,
  )
}

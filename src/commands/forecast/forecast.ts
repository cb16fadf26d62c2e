import { requirePaths } from '../../config/check.ts'
import { resolveConfig } from '../../config/resolve.ts'
import type { Config } from '../../config/schema.ts'
import { UserError } from '../../errors.ts'
import { forecast } from '../../forecast/forecast.ts'
import { forecastText } from '../../forecast/report.ts'
import { verdictOf } from '../../forecast/verdict.ts'
import { statusLine } from '../../log/status-line.ts'
import { trainingPlan } from '../../memory/device-memory.ts'
import { withChosen } from '../../memory/memory-plan.ts'
import { describeForTraining, describeModel, trainModel } from '../../model/open-model.ts'
import type { TrainModel } from '../../model/train-model.ts'
import { createRandom, rowSeeds } from '../../random.ts'
import { sampledPerPrompt } from '../../reward/choose-trained.ts'
import { openAnswerChecker } from '../../reward/open-answer-checker.ts'
import { answeringParams, longestPrompt, promptQuestions } from '../../rollout/answering.ts'
import type { Group } from '../../rollout/group.ts'
import { rollOut } from '../../rollout/rollout.ts'
import { preflight } from '../../train/preflight.ts'
import { flagLayers } from '../command-line/given-settings.ts'
import { warnOfEos } from '../shared/eos-notice.ts'
import { interruptSignal } from '../shared/interrupt.ts'
import { openShown } from '../shared/open-shown.ts'
import { configBase } from '../train/config-base.ts'
import type { ForecastFlags } from './flags.ts'

/** `serl forecast [CONFIG]`. */
export async function forecastCommand(source: string | undefined, flags: ForecastFlags): Promise<number> {
  const base = await configBase(source, flags)
  const asked = resolveConfig([...base.layers, ...flagLayers(flags)])
  const described = await describeModel(requirePaths(asked).model, asked.rollout.date)
  warnOfEos(described, flags)
  const config = withChosen(asked, trainingPlan(described, asked).chosen)
  const data = await preflight(config, describeForTraining(described))
  const interrupt = interruptSignal('stopping')
  const settings = { ...config.model, path: config.model.path!, kvCacheGiB: config.model.kvCacheGiB! }
  const model = trainModel(await openShown(described, settings, flags))
  const cancel = (): void => model.engine.cancel()
  interrupt.signal.addEventListener('abort', cancel)
  const checker = await openAnswerChecker(config)
  try {
    const started = performance.now()
    const groups = await sample(model, config, data, flags)
    if (interrupt.signal.aborted) return 130
    const found = await forecast({ config, checker }, groups)
    const seconds = (performance.now() - started) / 1000
    if (flags.json) {
      process.stdout.write(`${JSON.stringify({ ...found, verdict: verdictOf(found, config), seconds })}\n`)
    } else if (!flags.quiet) {
      const asked = `${found.questions} seed questions, ${found.samples} answers each, in ${seconds.toFixed(0)} s. Intervals are 95 %.`
      process.stdout.write(`${asked}\n\n${forecastText(found, config)}`)
    }
    return 0
  } finally {
    interrupt.signal.removeEventListener('abort', cancel)
    interrupt.release()
    await checker.close()
    await model.engine.close()
  }
}

/** Answers as in a training step. */
async function sample(
  model: TrainModel,
  config: Config,
  { seeds, format }: Awaited<ReturnType<typeof preflight>>,
  { questions, quiet = false }: ForecastFlags,
): Promise<Group[]> {
  const { seed } = config.train
  const drawn = createRandom([seed, 'forecast']).sample(seeds, questions)
  const prompted = promptQuestions(model, drawn, config, format)
  if (prompted.length === 0) {
    const longest = longestPrompt(config, model.maxPositions)
    throw new UserError(`no drawn seed question fits ${longest} tokens: raise rollout.maxPromptTokens`)
  }
  const samples = sampledPerPrompt(config)
  const sampling = answeringParams(config, model, samples, rowSeeds(seed, 'forecast', 0, prompted.length * samples))
  const status = statusLine(quiet)
  try {
    return await rollOut(model.engine, model.tokenizer, prompted, sampling, (done, total) =>
      status.show('answering', done, total),
    )
  } finally {
    status.clear()
  }
}

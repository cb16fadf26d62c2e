import type { Config } from '../config/schema.ts'
import type { Estimate } from '../eval/statistics/intervals.ts'
import type { Forecast } from './forecast.ts'
import { silentText, verdictOf } from './verdict.ts'

const points = (share: number): string => (100 * share).toFixed(1)
const estimate = ({ mean, interval: [low, high] }: Estimate): string =>
  `${points(mean)} % (${points(low)} to ${points(high)})`

/** The figures, a line each, and the verdict in sentences. Intervals are 95 %. */
export function forecastText(forecast: Forecast, config: Pick<Config, 'rollout' | 'reward'>): string {
  const { known, verdicts, stability, lengths, samples } = forecast
  const band = Object.entries(verdicts).map(([verdict, n]) => `${n} ${verdict === 'kept' ? 'in the band' : verdict}`)
  const ended =
    lengths === null ? 'none ended by itself' : `median ${lengths.median} tokens, nine in ten within ${lengths.p90}`
  const lines = [
    ...(known === null
      ? ['right answers   not known']
      : [
          `right answers   single, of those that end ${known.single === null ? 'not known' : estimate(known.single)}   vote of ${samples} ${estimate(known.vote)}   any of ${samples} ${estimate(known.any)}`,
          ...(known.silent === 0 ? [] : [`                ${silentText(known)}`]),
        ]),
    `difficulty      ${band.join(', ')}`,
    `votes           two halves of the samples agree on ${stability.agree} of ${stability.of}`,
    ...(known === null
      ? []
      : [`                right on ${known.kept.right} of the ${known.kept.of} questions in the band`]),
    `responses       ${ended}; ${points(forecast.cutOff)} % cut off at rollout.maxNewTokens = ${config.rollout.maxNewTokens}; ${points(forecast.answerless)} % of the others without an answer`,
  ]
  return `${lines.join('\n')}\n\n${verdictOf(forecast, config).join('.\n')}.\n`
}

import { useState } from 'preact/hooks'
import type { AnswerRow, GroupDetail, RunSummary } from '../read/shapes.ts'
import { number, share } from './format.ts'
import { Verdict } from './proposals.tsx'
import { ask } from './source.ts'
import { link, useLoaded } from './use.ts'

/** A question with its vote and every answer. */
export function Group({ run, step, line }: { run: RunSummary; step: number; line: number }) {
  const { value, error } = useLoaded(`${run.run} ${step} ${line}`, () => ask('group', { run: run.run, step, line }))
  if (error !== null) return <p role="alert">{error}</p>
  if (value === null || value.line !== line || value.step !== step) return null
  return (
    <article class="card" aria-label="A question and its answers">
      <h3>{value.text}</h3>
      <p>
        <Verdict verdict={value.verdict} /> {votesText(value)} {trainedText(value)}{' '}
        {value.source === 'self' && <a href={link('proposals', { run: run.run, id: value.id })}>Where it comes from</a>}
      </p>
      <Tally of={value} />
      <AnswerList of={value} />
    </article>
  )
}

function votesText({ majority, votes, majorityShare, margin, frozen }: GroupDetail): string {
  if (majority === null) return 'No answer won.'
  const lead = votes === null ? '' : `, ${votes[0]} votes to ${votes[1]}, a margin of ${margin}`
  const base = frozen === null ? '' : ` The base model's majority: ${frozen.majority ?? 'none'}.`
  return `The majority is ${majority} (${share(majorityShare)}${lead}).${base}`
}

function trainedText({ trainedAt, recorded, step }: GroupDetail): string {
  if (trainedAt !== null) return `Trained on in step ${trainedAt}${trainedAt === step ? '' : ', later'}.`
  return recorded ? 'Not trained on.' : 'This run did not record advantages.'
}

/** The vote as bars. */
function Tally({ of }: { of: GroupDetail }) {
  const most = Math.max(...of.tally.map(({ votes }) => votes))
  return (
    <table class="tally">
      <caption>The vote</caption>
      <thead>
        <tr>
          <th scope="col">answer</th>
          <th scope="col">responses</th>
          <th scope="col" class="hidden">
            bar
          </th>
        </tr>
      </thead>
      <tbody>
        {of.tally.slice(0, 12).map(({ answer, votes }) => (
          <tr key={answer}>
            <th scope="row">{answer ?? <em>no answer</em>}</th>
            <td>{votes}</td>
            <td class="bar" aria-hidden="true">
              <meter class={answer === of.majority ? 'won' : ''} min={0} max={most} value={votes} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function AnswerList({ of }: { of: GroupDetail }) {
  const all = of.answers.flatMap(({ advantages }) => advantages ?? [])
  const limit = all.reduce<number>((most, value) => Math.max(most, Math.abs(value ?? 0)), 0)
  const isColoured = limit > 0
  return (
    <>
      {isColoured && (
        <p class="legend">
          Colour is the advantage of each token: <span class="token minus">below 0</span>{' '}
          <span class="token plus">above 0</span> <span class="token masked">masked</span>, strongest at {number(limit)}
          .
        </p>
      )}
      <ol class="answers">
        {of.answers.map((answer, i) => (
          <li key={i}>
            <p class="facts">
              <strong>{answer.answer ?? 'no answer'}</strong>
              <span>reward {number(answer.reward)}</span>
              <span>{answer.newTokens} tokens</span>
              {answer.finishReason !== 'stop' && <span>cut off</span>}
              {answer.advantages !== null && <span>{advantageText(answer)}</span>}
            </p>
            <Text of={answer} limit={limit} />
          </li>
        ))}
      </ol>
    </>
  )
}

function advantageText({ advantages }: AnswerRow): string {
  const known = (advantages ?? []).filter((value) => value !== null)
  if (known.length === 0) return 'masked'
  const low = known.reduce((least, value) => Math.min(least, value))
  const high = known.reduce((most, value) => Math.max(most, value))
  return number(low) === number(high) ? `advantage ${number(low)}` : `advantage ${number(low)} to ${number(high)}`
}

function Text({ of, limit }: { of: AnswerRow; limit: number }) {
  const [numbers, setNumbers] = useState(false)
  if (of.tokens === null || of.advantages === null) {
    return (
      <p class="response">
        {of.text}
        {of.isCut && '…'}
      </p>
    )
  }
  return (
    <>
      <p class="response">
        {of.tokens.map((token, t) => (
          <Token key={t} text={token} advantage={of.advantages![t] ?? null} limit={limit} />
        ))}
        {of.isCut && '…'}
      </p>
      <details onToggle={(event) => setNumbers(event.currentTarget.open)}>
        <summary>Advantages as numbers</summary>
        {numbers && (
          <ol class="numbers">
            {of.tokens.map((token, t) => (
              <li key={t}>
                <code>{JSON.stringify(token)}</code> {of.advantages![t] === null ? 'masked' : number(of.advantages![t])}
              </li>
            ))}
          </ol>
        )}
      </details>
    </>
  )
}

function Token({ text, advantage, limit }: { text: string; advantage: number | null; limit: number }) {
  if (advantage === null) return <span class="token masked">{text}</span>
  const strength = limit === 0 ? 0 : Math.round((100 * Math.abs(advantage)) / limit)
  return (
    <span
      class={`token ${advantage < 0 ? 'minus' : 'plus'}`}
      title={number(advantage)}
      ref={(element) => element?.style.setProperty('--strength', `${strength}%`)}
    >
      {text === '' ? <span class="end">end</span> : text}
    </span>
  )
}

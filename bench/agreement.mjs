// A scoring module that repeats the vote, for the demonstration under reward.kind = module: 1 for the most frequent
// answer, the first on ties.
export function score({ answers }) {
  const votes = new Map()
  for (const answer of answers) if (answer !== null) votes.set(answer, (votes.get(answer) ?? 0) + 1)
  const most = Math.max(0, ...votes.values())
  const winner = [...votes.keys()].find((answer) => votes.get(answer) === most)
  return answers.map((answer) => Number(answer !== null && answer === winner))
}

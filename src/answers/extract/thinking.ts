const NAMES =
  'think|thinking|thought|thoughts|thought_process|reasoning|reason|reflection|scratchpad|analysis|cot|chain_of_thought|' +
  'inner_monologue|seed:think|antthinking'
const EDGE = '(?:begin|start|end)[_▁ ]?(?:of[_▁ ]?)?'

// <think>, </think>, <|begin_of_thought|>, <|END_THINKING|>, [/THINK], ◁/think▷; attributes may follow the name
const TAG = new RegExp(
  `[<[◁＜][|｜]? ?(?<slash>[/／])?(?<edge>${EDGE})?(?:${NAMES})(?: [^<>[\\]]{0,80})?[|｜]?[>\\]▷＞]`,
  'gi',
)

// a message of its own: <|channel|>analysis<|message|>...<|channel|>final<|message|>...
// and the same where the control tokens were left out
const FINAL_MESSAGE = /<\|channel\|>final(?: [^<>]{0,40})?<\|message\|>|assistantfinal/g

/**
 * The texts in which a response's answer is looked for, one after the other: what stands outside its thinking, and
 * the whole where no text follows the thinking. A closing tag without an opening one closes what the prompt opened.
 */
export function spokenTexts(text: string): readonly string[] {
  const final = lastEnd(text, FINAL_MESSAGE)
  if (final >= 0 && text.slice(final).trim() !== '') return [text.slice(final)]
  const sections = thinkingSections(text)
  if (sections.length === 0) return [text]
  let [outside, at] = ['', 0]
  for (const { from, to } of sections) {
    outside += `${text.slice(at, from)}\n`
    at = to
  }
  outside += text.slice(at)
  if (text.slice(at).trim() !== '') return [outside]
  return outside.trim() === '' ? [text] : [outside, text]
}

function lastEnd(text: string, pattern: RegExp): number {
  let end = -1
  for (const match of text.matchAll(pattern)) end = match.index + match[0].length
  return end
}

interface Section {
  readonly from: number // with its tags
  readonly to: number
}

function thinkingSections(text: string): Section[] {
  const sections: Section[] = []
  let opened = -1
  for (const match of text.matchAll(TAG)) {
    const { slash, edge = '' } = match.groups!
    const closes = slash !== undefined || edge.toLowerCase().startsWith('end')
    if (!closes) {
      if (opened < 0) opened = match.index
      continue
    }
    sections.push({ from: opened >= 0 ? opened : (sections.at(-1)?.to ?? 0), to: match.index + match[0].length })
    opened = -1
  }
  if (opened >= 0) sections.push({ from: opened, to: text.length }) // cut off
  return sections
}

const CHARACTERS: Readonly<Record<string, string>> = {
  '−': '-',
  '–': '-',
  '—': '-',
  '‐': '-',
  '‑': '-',
  '×': '\\times ',
  '·': '\\cdot ',
  '⋅': '\\cdot ',
  '∙': '\\cdot ',
  '•': '\\cdot ',
  '÷': '\\div ',
  '≤': '\\le ',
  '⩽': '\\le ',
  '≥': '\\ge ',
  '⩾': '\\ge ',
  '≠': '\\ne ',
  '≈': '\\approx ',
  '≡': '\\equiv ',
  '∈': '\\in ',
  '∪': '\\cup ',
  '∩': '\\cap ',
  '∖': '\\setminus ',
  '∅': '\\emptyset ',
  '∞': '\\infty ',
  '√': '\\surd ',
  '∛': '\\surd[3]',
  '∜': '\\surd[4]',
  '±': '\\pm ',
  '∓': '\\mp ',
  '→': '\\to ',
  '⇒': '\\Rightarrow ',
  '°': '^\\circ ',
  º: '^\\circ ',
  '⌊': '\\lfloor ',
  '⌋': '\\rfloor ',
  '⌈': '\\lceil ',
  '⌉': '\\rceil ',
  '⟨': '\\langle ',
  '⟩': '\\rangle ',
  '℃': '^\\circ C ',
  '℉': '^\\circ F ',
  '¢': ' cents',
  π: '\\pi ',
  θ: '\\theta ',
  α: '\\alpha ',
  β: '\\beta ',
  γ: '\\gamma ',
  δ: '\\delta ',
  λ: '\\lambda ',
  μ: '\\mu ',
  σ: '\\sigma ',
  φ: '\\phi ',
  ω: '\\omega ',
  ℝ: '\\R ',
  '…': '\\ldots ',
  '′': "'",
  '’': "'",
  '‘': "'",
  '“': '"',
  '”': '"',
  '。': '.',
  '⁄': '/',
  '∕': '/',
  '、': ',',
  '\u00a0': ' ',
  '\u2009': ' ',
  '\u202f': ' ',
  '\u200b': '',
}

const FRACTIONS: Readonly<Record<string, string>> = {
  '½': '12',
  '⅓': '13',
  '⅔': '23',
  '¼': '14',
  '¾': '34',
  '⅕': '15',
  '⅖': '25',
  '⅗': '35',
  '⅘': '45',
  '⅙': '16',
  '⅚': '56',
  '⅐': '17',
  '⅛': '18',
  '⅜': '38',
  '⅝': '58',
  '⅞': '78',
  '⅑': '19',
}

const RAISED = '⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱˣʸᵃᵇᶜᵈᵏᵐᵗ'
const RAISED_PLAIN = '0123456789+-=()nixyabcdkmt'
const LOWERED = '₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₙᵢₓₐₖₘₜ'
const LOWERED_PLAIN = '0123456789+-=()nixakmt'
const SCRIPTS = new RegExp(`(\\d?)([${RAISED}]+)(√)?|[${LOWERED}]+`, 'g')

// x², 10⁻³, ³√8, x₁
function plainScript(run: string, digit: string | undefined, raised: string | undefined, root?: string): string {
  if (raised === undefined) return `_${group(run, LOWERED, LOWERED_PLAIN)}`
  if (root !== undefined && digit === '') return `√[${plainRun(raised, RAISED, RAISED_PLAIN)}]`
  return `${digit}^${group(raised, RAISED, RAISED_PLAIN)}${root ?? ''}`
}

const plainRun = (run: string, from: string, to: string): string =>
  [...run].map((c) => to[[...from].indexOf(c)] ?? c).join('')

function group(run: string, from: string, to: string): string {
  const plain = plainRun(run, from, to)
  return plain.length === 1 ? `${plain} ` : `{${plain}}`
}

/** Writes full-width forms (５, （, ＋) and mathematical alphabets (𝟓, 𝑥, 𝐁) in ASCII; all else is left as it is. */
export function narrowForms(text: string): string {
  return text
    .replaceAll(/[\uff01-\uff5e]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0))
    .replaceAll(/[\u{1d400}-\u{1d7ff}]/gu, (c) => c.normalize('NFKC'))
    .replaceAll('\u3000', ' ')
}

/** Spells characters beyond ASCII as LaTeX does. */
export function plainCharacters(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the test for plain ASCII
  if (/^[\x00-\x7f]*$/.test(text)) return text
  let out = ''
  for (const c of narrowForms(text).replaceAll(SCRIPTS, plainScript)) {
    const fraction = FRACTIONS[c]
    out += fraction === undefined ? (CHARACTERS[c] ?? c) : `\\frac${fraction} `
  }
  return out
}

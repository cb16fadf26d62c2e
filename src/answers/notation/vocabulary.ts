// Names that the lexer knows. LaTeX names without their backslash.

export const FUNCTIONS = new Set(
  (
    'sin cos tan cot sec csc sinh cosh tanh coth sech csch arcsin arccos arctan arccot arcsec arccsc asin acos atan ' +
    'arcsinh arccosh arctanh arsinh arcosh artanh log ln lg lb exp max min gcd lcm det sgn sign arg Re Im abs floor ceil cis'
  ).split(' '),
)

/** Other spellings of one function. */
export const FUNCTION_ALIASES: Readonly<Record<string, string>> = {
  asin: 'arcsin',
  acos: 'arccos',
  atan: 'arctan',
  arsinh: 'arcsinh',
  arcosh: 'arccosh',
  artanh: 'arctanh',
  lg: 'log',
  sign: 'sgn',
  tg: 'tan',
  ctg: 'cot',
  arctg: 'arctan',
}

const GREEK =
  'alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi rho sigma tau upsilon ' +
  'phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega ell hbar partial nabla aleph'

/** Commands that stand for one symbol: its name. */
export const SYMBOLS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(GREEK.split(' ').map((name) => [name, name.replace(/^var/, '')])),
  pi: 'π',
  infty: '∞',
  emptyset: '∅',
  varnothing: '∅',
  R: 'ℝ',
  reals: 'ℝ',
  Z: 'ℤ',
  N: 'ℕ',
  Q: 'ℚ',
  C: 'ℂ',
  ldots: '…',
  cdots: '…',
  dots: '…',
  dotsc: '…',
  dotsb: '…',
  vdots: '…',
  ddots: '…',
  imath: 'i',
  jmath: 'j',
  heartsuit: '♥',
  square: '□',
  Box: '□',
}

/** Commands that stand for a token of another kind. */
export const OPERATORS: Readonly<
  Record<string, readonly [kind: 'operator' | 'relation' | 'set' | 'bar', text: string]>
> = {
  cdot: ['operator', '*'],
  times: ['operator', '*'],
  ast: ['operator', '*'],
  star: ['operator', '*'],
  bullet: ['operator', '*'],
  div: ['operator', '/'],
  pm: ['operator', '±'],
  mp: ['operator', '∓'],
  prime: ['operator', "'"],
  circ: ['operator', '°'],
  degree: ['operator', '°'],
  '%': ['operator', '%'],
  colon: ['operator', ':'],
  leq: ['relation', '<='],
  le: ['relation', '<='],
  leqslant: ['relation', '<='],
  leqq: ['relation', '<='],
  geq: ['relation', '>='],
  ge: ['relation', '>='],
  geqslant: ['relation', '>='],
  geqq: ['relation', '>='],
  lt: ['relation', '<'],
  gt: ['relation', '>'],
  neq: ['relation', '!='],
  ne: ['relation', '!='],
  approx: ['relation', '~'],
  simeq: ['relation', '~'],
  thickapprox: ['relation', '~'],
  doteq: ['relation', '~'],
  equiv: ['relation', '='],
  cong: ['relation', '='],
  coloneqq: ['relation', '='],
  in: ['relation', 'in'],
  subset: ['relation', 'subset'],
  subseteq: ['relation', 'subset'],
  sim: ['relation', 'sim'],
  propto: ['relation', 'propto'],
  parallel: ['relation', 'parallel'],
  perp: ['relation', 'perp'],
  to: ['relation', '->'],
  rightarrow: ['relation', '->'],
  longrightarrow: ['relation', '->'],
  mapsto: ['relation', '->'],
  Rightarrow: ['relation', '=>'],
  Longrightarrow: ['relation', '=>'],
  implies: ['relation', '=>'],
  iff: ['relation', '=>'],
  Leftrightarrow: ['relation', '=>'],
  cup: ['set', '∪'],
  bigcup: ['set', '∪'],
  cap: ['set', '∩'],
  setminus: ['set', '\\'],
  backslash: ['set', '\\'],
  smallsetminus: ['set', '\\'],
  mid: ['bar', '|'],
  vert: ['bar', '|'],
  Vert: ['bar', '‖'],
  '|': ['bar', '‖'],
}

/** Commands that open or close a bracket. */
export const BRACKETS: Readonly<Record<string, readonly [kind: 'open' | 'close', text: string]>> = {
  lbrace: ['open', '\\{'],
  '{': ['open', '\\{'],
  rbrace: ['close', '\\}'],
  '}': ['close', '\\}'],
  lbrack: ['open', '['],
  rbrack: ['close', ']'],
  lparen: ['open', '('],
  rparen: ['close', ')'],
  langle: ['open', '⟨'],
  rangle: ['close', '⟩'],
  lfloor: ['open', '⌊'],
  rfloor: ['close', '⌋'],
  lceil: ['open', '⌈'],
  rceil: ['close', '⌉'],
  lvert: ['open', '|'],
  rvert: ['close', '|'],
  lVert: ['open', '‖'],
  rVert: ['close', '‖'],
}

/** Commands that change the look only. */
export const IGNORED = new Set(
  (
    'displaystyle textstyle scriptstyle limits nolimits big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr ' +
    'bigm middle quad qquad enspace thinspace medspace thickspace negthinspace rm bf it tt cal nonumber notag hfill newline ' +
    'hline small large Large normalsize centering noindent ensuremath allowbreak strut mathstrut , ; : ! > /'
  ).split(' '),
)

/** Commands whose one argument is prose, or a name in another face. */
export const TEXT_COMMANDS = new Set(
  'text textbf textit textrm textsf texttt textnormal textsc mbox hbox emph textup'.split(' '),
)
export const FACE_COMMANDS = new Set(
  'mathrm mathbf mathit mathsf mathtt mathbb mathcal mathfrak mathscr boldsymbol bm bold pmb operatorname mathop mathnormal'.split(
    ' ',
  ),
)

/** Commands that the parser reads together with their arguments. */
export const STRUCTURES: Readonly<Record<string, string>> = {
  frac: 'frac',
  dfrac: 'frac',
  tfrac: 'frac',
  cfrac: 'frac',
  sqrt: 'sqrt',
  surd: 'surd',
  binom: 'binom',
  dbinom: 'binom',
  tbinom: 'binom',
  choose: 'choose',
  over: 'over',
  overline: 'accent:bar',
  bar: 'accent:bar',
  widebar: 'accent:bar',
  vec: 'accent:vec',
  overrightarrow: 'accent:vec',
  hat: 'accent:hat',
  widehat: 'accent:hat',
  tilde: 'accent:tilde',
  dot: 'accent:dot',
  ddot: 'accent:ddot',
  widetilde: 'accent:tilde',
  overarc: 'accent:arc',
  overset: 'accent:over',
  underline: 'plain',
  boxed: 'plain',
  fbox: 'plain',
  mathbox: 'plain',
  cancel: 'plain',
  angle: 'figure',
  triangle: 'figure',
  measuredangle: 'figure',
  sum: 'sum',
  prod: 'product',
  int: 'integral',
  iint: 'integral',
  oint: 'integral',
  lim: 'limit',
  pmod: 'modulo',
  bmod: 'mod',
  mod: 'mod',
}

/** Plain words that are notation. */
export const PLAIN_NAMES: Readonly<
  Record<string, readonly [kind: 'symbol' | 'operator' | 'command' | 'set', text: string]>
> = {
  pi: ['symbol', 'π'],
  Pi: ['symbol', 'π'],
  inf: ['symbol', '∞'],
  infty: ['symbol', '∞'],
  infinity: ['symbol', '∞'],
  Infinity: ['symbol', '∞'],
  oo: ['symbol', '∞'],
  theta: ['symbol', 'theta'],
  alpha: ['symbol', 'alpha'],
  beta: ['symbol', 'beta'],
  gamma: ['symbol', 'gamma'],
  lambda: ['symbol', 'lambda'],
  sqrt: ['command', 'sqrt'],
  percent: ['operator', '%'],
  percents: ['operator', '%'],
  pct: ['operator', '%'],
  union: ['set', '∪'],
}

/** Short runs of letters that are words even where letters are factors. */
export const SHORT_WORDS = new Set(
  'and or no not yes the is are was has per of to at in by if for all any odd even one two ten day red sum set am pm min max ii iii iv vi'.split(
    ' ',
  ),
)

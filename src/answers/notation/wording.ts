// Words round a value, as data: those that say nothing about it, and those that change it.

/** Words that say nothing about a value. All others distinguish answers. */
export const FILLERS: ReadonlySet<string> = new Set(
  (
    'approximately about around roughly nearly exactly precisely is equals equal to the a an be of only just both either so ' +
    'then thus therefore hence answer value result final total in all altogether are was were will would been being has ' +
    'have had do does did it its he she they we i you his her their our my your this that these those there here can could ' +
    'should must need needs get gets got as at on by for with from which who units unit number amount quantity worth also ' +
    'respectively please and also simply needed required such'
  ).split(' '),
)

/** Verbs behind a subject: "Tom has 5" is about a 5; "all primes except 5" is not. */
export const VERBS: ReadonlySet<string> = new Set(
  (
    'is are was were be been has have had gets get got needs need costs cost weighs weigh takes took equals makes made earns ' +
    'earned spends spent pays paid buys bought sells sold eats ate uses used gives gave will would must should can'
  ).split(' '),
)

/** Words that make a statement about a value something else than the value. */
export const REVERSALS: ReadonlySet<string> = new Set(
  (
    "not no never none cannot isn't aren't wasn't doesn't don't isnt nor neither except excluding without every all any but " +
    'bc bce below beneath under negative minus out multiple divisible factor divisor power remainder base modulo'
  ).split(' '),
)

export type BoundSign = '<' | '<=' | '>' | '>='

/** Words in front of a value that make it a bound, longest first. */
export const BOUNDS_BEFORE: readonly (readonly [words: RegExp, sign: BoundSign])[] = [
  [
    /(?:^| )(?:(?:no|not) (?:less|fewer|smaller|lower) than|at least|(?:a |the )?minimum(?: of)?|not (?:under|below))$/,
    '>=',
  ],
  [
    /(?:^| )(?:(?:no|not) (?:more|greater|larger|higher|bigger) than|at most|up to|(?:a |the )?maximum(?: of)?|not (?:over|above))$/,
    '<=',
  ],
  [/(?:^| )(?:(?:more|greater|larger|higher|bigger|longer|older) than|over|above|exceeds|exceeding)$/, '>'],
  [/(?:^| )(?:(?:less|fewer|smaller|lower|shorter|younger) than|under|below)$/, '<'],
]

/** Words behind "or" or "and" that make the value before them a bound. */
export const BOUNDS_BEHIND: Readonly<Record<string, BoundSign>> = {
  more: '>=',
  greater: '>=',
  larger: '>=',
  higher: '>=',
  above: '>=',
  over: '>=',
  up: '>=',
  older: '>=',
  longer: '>=',
  less: '<=',
  fewer: '<=',
  smaller: '<=',
  lower: '<=',
  below: '<=',
  under: '<=',
  younger: '<=',
  shorter: '<=',
}

/** One word for several. */
export const SYNONYMS: Readonly<Record<string, string>> = {
  fewer: 'less',
  people: 'person',
  persons: 'person',
  children: 'child',
  men: 'man',
  women: 'woman',
  mice: 'mouse',
  geese: 'goose',
  teeth: 'tooth',
  feet: 'foot',
  knives: 'knife',
  wives: 'wife',
  lives: 'life',
  leaves: 'leaf',
  loaves: 'loaf',
  halves: 'half',
  shelves: 'shelf',
  wolves: 'wolf',
  calves: 'calf',
  dice: 'die',
  ce: 'ad',
  bce: 'bc',
  clockwise: 'clockwise',
  anticlockwise: 'counterclockwise',
  'counter-clockwise': 'counterclockwise',
  'anti-clockwise': 'counterclockwise',
}

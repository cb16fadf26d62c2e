// Sets whose answers are mathematics: as they lie on the hub, and as collections of evaluation sets rewrite them.
import type { AdapterInput } from '../adapter.ts'
import { competition, wordProblems } from './examples.ts'

const wordExamples = [...wordProblems]
const mathExamples = [...competition]

export const mathSets: readonly AdapterInput[] = [
  {
    name: 'math_500',
    title: 'MATH-500',
    files: ['MATH-500', 'math500'],
    hub: { dataset: 'HuggingFaceH4/MATH-500', config: 'default', split: 'test' },
    kind: 'math',
    examples: mathExamples,
  },
  {
    name: 'math_hard',
    title: 'MATH-Hard',
    files: ['MATH-Hard'],
    hub: { dataset: 'lighteval/MATH-Hard', config: 'default', split: 'test' },
    kind: 'math', // the answer is a whole solution, with its last box
    examples: mathExamples,
  },
  {
    name: 'gsm8k',
    title: 'GSM8K',
    hub: { dataset: 'openai/gsm8k', config: 'main', split: 'test' },
    kind: 'math', // as published: a solution that ends in "#### 18"
    examples: wordExamples,
  },
  {
    name: 'asdiv',
    title: 'ASDiv',
    hub: { dataset: 'EleutherAI/asdiv', config: 'asdiv', split: 'validation' },
    question: ['{body} {question}', '{question}'],
    answerEnd: '\\s*\\([^)]*\\)$', // 9 (apples)
    kind: 'math',
    subject: { fields: ['solution_type'] },
    examples: wordExamples,
  },
  {
    name: 'svamp',
    title: 'SVAMP',
    hub: { dataset: 'ChilleD/SVAMP', config: 'default', split: 'test' },
    question: ['{Body|sentence} {Question}', '{question}'],
    answer: ['answer', 'Answer'],
    kind: 'math',
    subject: { fields: ['Type'], names: { 'Common-Divison': 'Common-Division' } }, // misspelt in the set
    examples: wordExamples,
  },
  {
    name: 'mawps',
    title: 'MAWPS',
    hub: { dataset: 'MU-NLPC/Calc-mawps', config: 'default', split: 'test' },
    question: ['{question}', '{input}'],
    answer: ['answer', 'target', 'result'],
    kind: 'math',
    examples: wordExamples,
  },
  {
    name: 'college_math',
    title: 'College Math',
    files: ['college-math'],
    kind: 'math',
    subject: { fields: ['data_topic'] },
    id: ['question_number'],
    examples: mathExamples,
  },
  {
    name: 'tabmwp',
    title: 'TabMWP',
    question: [
      'Read the following table[ regarding "{table_title}"] and answer a question:\n{table}\n{question}[ Please select from the following options: {choices|list}]',
      '{question}',
    ],
    choices: [], // the answer is the text of a choice, not a letter
    kind: 'math',
    level: { fields: ['grade'] },
    subject: { fields: ['ans_type'] },
    examples: wordExamples,
  },
  {
    name: 'minerva_math',
    title: 'Minerva',
    files: ['minerva', 'minervamath'],
    hub: { dataset: 'math-ai/minervamath', config: 'default', split: 'test' },
    question: ['{problem}', '{question}'],
    answer: ['answer', 'solution'],
    kind: 'math',
    examples: mathExamples,
  },
  {
    name: 'olympiadbench',
    title: 'OlympiadBench',
    hub: { dataset: 'Hothan/OlympiadBench', config: 'OE_TO_maths_en_COMP', split: 'train' },
    question: ['[{context}\n]{question}'],
    answer: ['answer', 'final_answer'],
    kind: 'math',
    level: { fields: ['difficulty'] },
    subject: { fields: ['subfield'] },
    examples: mathExamples,
  },
  {
    name: 'aime24',
    title: 'AIME24',
    files: ['aime_2024', 'aime2024'],
    hub: { dataset: 'HuggingFaceH4/aime_2024', config: 'default', split: 'train' },
    kind: 'math',
    examples: mathExamples,
  },
  {
    name: 'amc23',
    title: 'AMC23',
    hub: { dataset: 'math-ai/amc23', config: 'default', split: 'test' },
    kind: 'math',
    examples: mathExamples,
  },
  {
    name: 'gaokao2023en',
    title: 'Gaokao 2023 En',
    files: ['gaokao', 'gaokao2023_en', 'Gaokao2023-Math-En'],
    hub: { dataset: 'MARIO-Math-Reasoning/Gaokao2023-Math-En' },
    kind: 'math', // with a few letters among the answers
    skipUnanswered: true, // one has its answer at the end of its question
    id: ['source'],
    examples: mathExamples,
  },
  {
    name: 'carp_en',
    title: 'CARP',
    files: ['carp'],
    question: ['{content}', '{question}'],
    kind: 'math',
    examples: mathExamples,
  },
]

// Multiple choice: the answer is a letter.
import type { AdapterInput } from '../adapter.ts'
import { multipleChoice } from './examples.ts'

const examples = [...multipleChoice]

export const choiceSets: readonly AdapterInput[] = [
  {
    name: 'aqua',
    title: 'AQuA',
    files: ['aqua_rat'],
    hub: { dataset: 'deepmind/aqua_rat', config: 'raw', split: 'test' },
    answer: ['answer', 'correct'],
    kind: 'choice',
    examples,
  },
  {
    name: 'sat_math',
    title: 'SAT-Math',
    files: ['sat-math', 'sat'],
    answer: ['answer', 'Answer'],
    kind: 'choice',
    examples,
  },
  {
    name: 'mmlu_stem',
    title: 'MMLU-STEM',
    files: ['mmlu-stem'],
    hub: { dataset: 'TIGER-Lab/MMLU-STEM', config: 'default', split: 'test' },
    kind: 'choice', // as published: the number of the choice, from 0
    examples,
  },
  {
    name: 'mmlu_pro',
    title: 'MMLU-Pro',
    files: ['mmlu-pro', 'mmlupro'],
    hub: { dataset: 'TIGER-Lab/MMLU-Pro', config: 'default', split: 'test' },
    kind: 'choice',
    subject: { fields: ['category'] },
    category: {
      fields: ['category'],
      // as the SeRL paper's evaluation sums them up (arXiv 2505.20347)
      names: {
        biology: 'STEM',
        chemistry: 'STEM',
        'computer science': 'STEM',
        engineering: 'STEM',
        math: 'STEM',
        physics: 'STEM',
        history: 'Humanities',
        law: 'Humanities',
        philosophy: 'Humanities',
        business: 'Social',
        economics: 'Social',
        health: 'Social',
        psychology: 'Social',
        other: 'Other',
      },
    },
    examples,
  },
  {
    name: 'gaokao_mathqa',
    title: 'Gaokao MathQA',
    files: ['gaokao_math_qa', 'gaokao-mathqa'],
    question: ['[{passage}\n]{question}'],
    answer: ['label', 'answer'],
    kind: 'choice',
    examples,
  },
]

import { z } from 'zod'
import { layoutProblem } from './layout.ts'

const names = () => z.array(z.string().min(1)).min(1)

/** A question built from its fields (layout.ts). */
const layout = z
  .string()
  .min(1)
  .superRefine((text, context) => {
    const message = layoutProblem(text)
    if (message !== null) context.addIssue({ code: 'custom', message: `layout ${JSON.stringify(text)}: ${message}` })
  })

const group = z.strictObject({
  fields: names().describe('fields; the first that a line has is used'),
  names: z
    .record(z.string(), z.string())
    .optional()
    .describe('names that values are reported under; other values are reported as they are'),
})

/** A worked example: a question and its response. */
const example = z.strictObject({ question: z.string().min(1), response: z.string().min(1) })

/** A question set as data: what its fields mean. Everything except the name has a default that suits most sets. */
export const adapterSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[\w.-]+$/, 'expected letters, digits, ".", "-" and "_" only')
    .describe('name of the set in results'),
  title: z.string().min(1).optional().describe('name of the set in tables; default: name'),
  files: z.array(z.string()).default([]).describe('file names that mean this set, in addition to name'),
  hub: z
    .strictObject({ dataset: z.string(), config: z.string().optional(), split: z.string().optional() })
    .optional()
    .describe('its place on the HuggingFace hub'),
  question: z
    .array(layout)
    .min(1)
    .default(['{problem}', '{question}', '{text}', '{prompt}', '{content}', '{input}', '{Question}', '{Problem}'])
    .describe('layouts; the first whose fields a line has is used'),
  answer: names()
    .default(['answer', 'final_answer', 'target', 'label', 'Answer', 'solution'])
    .describe('fields; the first that a line has is used'),
  answerEnd: z.string().optional().describe('a regular expression; what it matches is removed from the answer'),
  skipUnanswered: z
    .boolean()
    .default(false)
    .describe('leave out lines without an answer instead of reporting an error'),
  choices: z.array(z.string()).default(['choices', 'options']).describe('fields that list the choices'),
  kind: z
    .enum(['math', 'choice', 'exact', 'number'])
    .optional()
    .describe('kind of the answers; default: derived from the lines'),
  tolerance: z.number().min(0).default(0).describe('largest relative difference that counts as equal, for kind number'),
  level: group.prefault({ fields: ['level', 'difficulty'] }).describe('how hard'),
  subject: group.prefault({ fields: ['subject', 'type', 'subfield', 'topic'] }).describe('what it is about'),
  category: group.prefault({ fields: ['category'] }).describe('a coarser subject'),
  id: names().default(['unique_id', 'id', 'ID', 'question_id', 'idx']).describe('fields that name a question'),
  suffix: z.string().optional().describe('text put after every question; default: depends on the kind of answers'),
  examples: z.array(example).default([]).describe('worked examples for --few-shot'),
})

export type SetAdapter = z.output<typeof adapterSchema>
export type AdapterInput = z.input<typeof adapterSchema>
export type SetKind = NonNullable<SetAdapter['kind']>
export type Example = z.output<typeof example>

/** Which parts of a set are reported separately. */
export const groupings = ['level', 'subject', 'category'] as const
export type Grouping = (typeof groupings)[number]

/** Default suffixes: they ask for an answer in a form that can be found. */
export const defaultSuffix: Readonly<Record<SetKind, string>> = {
  math: '\nPlease reason step by step, and put your final answer within \\boxed{}.',
  number: '\nPlease reason step by step, and put your final answer within \\boxed{}.',
  exact: '\nPlease reason step by step, and put your final answer within \\boxed{}.',
  choice: '\nPlease reason step by step, and put the letter of your choice within \\boxed{}.',
}

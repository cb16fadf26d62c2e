import { describe, expect, test } from 'vitest'
import { checkerOf } from './support.ts'

const checker = await checkerOf()
const answerOf = async (response: string): Promise<string | null> => (await checker.vote([response])).answers[0]!

describe('the answer of a response', () => {
  test.each([
    // the last box
    ['First \\boxed{3}. No: \\boxed{4}.', '4'],
    ['\\boxed{\\frac{1}{2}}', '\\frac{1}{2}'],
    ['\\\\boxed{840}', '840'],
    ['boxed{7}', '7'],
    ['\\boxed {7}', '7'],
    ['\\boxed{5}, so we are done. Check: $5 + 0 = 5$ and 12 more words.', '5'],
    ['so \\boxed{10}\\% of them', '10\\%'],
    ['\\boxed{\\boxed{6}}', '\\boxed{6}'],
    // an empty or truncated box does not count
    ['\\boxed{8} or \\boxed{}', '8'],
    ['\\boxed{12} and then \\boxed{34', '12'],
    // boxes side by side are one list
    ['\\boxed{2} and \\boxed{3}', '2, 3'],
    ['$\\boxed{2}$, $\\boxed{3}$', '2, 3'],
    ['\\boxed{2} is prime; \\boxed{3}', '3'],
    // marked answers
    ['The answer is 42.', '42'],
    ['The answer is: 42. There are 7 days.', '42'],
    ['**Answer:** $x = 3$', 'x = 3'],
    ['The answer is $12$ since $3+4=7$', '12'],
    ['#### 18', '18'],
    ['So the correct answer is (C).', '(C)'],
    ['Thus \\boxed{200}. Final Answer: The final answer is $10,455$. I hope it is correct.', '10,455'],
    ['The answer is \\boxed{9} apples', '9'],
    // the text itself
    ['7/2', '7/2'],
    ['$\\{1, 2\\}$', '\\{1, 2\\}'],
    ['no solution', 'no solution'],
    // the last piece of mathematics, or number
    ['We add $1$ and get $x = 5$ there.', 'x = 5'],
    ['From 3 we come to 1,000.99 in the end', '1,000.99'],
    ['It costs $5', '5'],
    ['She has 17.', '17'],
    ['She has 17 apples left.', '17'],
    ['The answer is:\\n\\n$$5$$', '5'],
    ['so x = 2 + 3 = 5', 'x = 2 + 3 = 5'],
    ['\\begin{align*} a &= 1+1 \\\\ &= 2 \\end{align*}', 'a = 1+1 = 2'],
  ])('%s -> %s', async (response, answer) => {
    expect(await answerOf(response)).toBe(answer)
  })

  test.each(['', '   \n', 'I do not know.', 'Let us think about it step by step', '\\boxed{}', '...', '$$ $$', 'the'])(
    '%j has none',
    async (response) => {
      expect(await answerOf(response)).toBeNull()
    },
  )
})

describe('of several candidates', () => {
  test.each([
    // a closed mark behind the last box, else the box, else the last mark, else the last of all
    ['\\boxed{5} <answer>12</answer>', '12'],
    ['<answer>12</answer> \\boxed{5}', '5'],
    ['\\boxed{5} Final Answer: The final answer is 12. I hope it is correct.', '12'],
    ['\\boxed{5} The answer is 12.', '5'],
    ['The answer is 5. Wait, no. The answer is 12. There are 7 days.', '12'],
    ['Answer: 12. The answer is correct.', '12'],
    ['Answer: 12\nThis answer is 20 more than -8.', '12'],
    ['#### 12\nWe used 3 facts.', '12'],
    ['Answer: First, we add 5 and 7. That gives 12.', '12'],
    ['The answer is 12 and not 13.', '12'],
    ['It is not 13 but 12.', '12'],
    ['We have $5$ and then 12 apples', '12'],
    ['From 12 we get $5$.', '5'],
    ['From $5$ and 7 we get \\dfrac{1}{2}.', '\\dfrac{1}{2}'],
    ['\\boxed{\\frac{}} and 12', '\\frac{}'],
    // lists and what only looks like one
    ['The roots are 2 and 3.', '2 and 3'],
    ['We add 2 and 3.', '3'],
    ['Since x = 2 and y = 5, z = 7.', 'z = 7'],
    ['The sides are 3 cm and 4 cm.', '3 cm and 4 cm'],
    ['It takes 1 hour and 30 minutes.', '1 hour and 30 minutes'],
    ['They work 2 or 3 days.', '2 or 3 days'],
  ])('%j: %s', async (response, answer) => {
    expect(await answerOf(response)).toBe(answer)
  })
})

// Worked examples for --few-shot, our own.
import type { Example } from '../adapter.ts'

export const wordProblems: readonly Example[] = [
  {
    question: 'A baker makes 4 trays of 12 rolls and sells 31 rolls. How many rolls are left?',
    response:
      'The baker makes 4 * 12 = 48 rolls. After selling 31 there are 48 - 31 = 17 left. The answer is \\boxed{17}.',
  },
  {
    question: 'Mira reads 15 pages a day for 6 days, and 22 pages on the seventh. How many pages does she read in all?',
    response:
      'In 6 days she reads 15 * 6 = 90 pages. With the seventh day it is 90 + 22 = 112. The answer is \\boxed{112}.',
  },
  {
    question: 'A jacket costs 80 dollars. It is sold at 25 percent off. What is its price then, in dollars?',
    response:
      'The discount is 80 * 0.25 = 20 dollars, so the price is 80 - 20 = 60 dollars. The answer is \\boxed{60}.',
  },
  {
    question:
      'Three friends share 54 cards equally. One of them then gives 5 cards away. How many cards has that one left?',
    response:
      'Each friend gets 54 / 3 = 18 cards. After giving away 5 there are 18 - 5 = 13. The answer is \\boxed{13}.',
  },
]

export const competition: readonly Example[] = [
  {
    question: 'If $3x-7=20$, what is the value of $x^2$?',
    response: 'Adding 7 gives $3x=27$, so $x=9$ and $x^2=81$. The answer is $\\boxed{81}$.',
  },
  {
    question: 'Simplify $\\frac{6}{\\sqrt{3}}$.',
    response:
      'Multiplying above and below by $\\sqrt3$ gives $\\frac{6\\sqrt3}{3}=2\\sqrt3$. The answer is $\\boxed{2\\sqrt{3}}$.',
  },
  {
    question: 'What is the probability that two rolls of a fair die sum to 4?',
    response:
      'Of 36 outcomes, $(1,3)$, $(2,2)$ and $(3,1)$ sum to 4, so it is $\\frac{3}{36}=\\frac1{12}$. The answer is $\\boxed{\\frac{1}{12}}$.',
  },
  {
    question: 'Find all real $x$ with $x^2-5x+6=0$.',
    response: 'The left side is $(x-2)(x-3)$, so $x=2$ or $x=3$. The answer is $\\boxed{2,3}$.',
  },
]

export const multipleChoice: readonly Example[] = [
  {
    question:
      'What is the sum of the angles of a triangle?\nAnswer Choices: (A) 90 degrees (B) 180 degrees (C) 270 degrees (D) 360 degrees',
    response: 'The angles of every plane triangle sum to 180 degrees, which is choice B. The answer is \\boxed{B}.',
  },
  {
    question: 'Which of these numbers is prime?\nAnswer Choices: (A) 21 (B) 27 (C) 29 (D) 33',
    response: '21 = 3 * 7, 27 = 3 * 9 and 33 = 3 * 11 are not prime, 29 is. The answer is \\boxed{C}.',
  },
  {
    question:
      'A car goes 150 km in 2.5 hours. What is its mean speed?\nAnswer Choices: (A) 60 km/h (B) 65 km/h (C) 70 km/h (D) 75 km/h',
    response: 'The mean speed is 150 / 2.5 = 60 km/h, which is choice A. The answer is \\boxed{A}.',
  },
  {
    question:
      'Which gas do plants take up for photosynthesis?\nAnswer Choices: (A) oxygen (B) nitrogen (C) hydrogen (D) carbon dioxide',
    response: 'Plants build sugar from water and carbon dioxide, which is choice D. The answer is \\boxed{D}.',
  },
]

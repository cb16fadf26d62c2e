import { describe, expect, test } from 'vitest'
import { defaultFilterConfig } from '../../../src/config/filter-config.ts'
import { createRules } from '../../../src/filter/rules.ts'

const rules = createRules(defaultFilterConfig)
const words = (count: number) => Array.from({ length: count }, () => 'word').join(' ')

test.each([
  ['', 'empty'],
  [' \n', 'empty'],
  ['What is it?', 'too-short'],
  ['What is it then?', null],
  [words(150), null],
  [words(151), 'too-long'],
  ['How many points has the graph of f?', 'blacklisted-word'],
  ['What do the GRAPHS of f have?', 'blacklisted-word'],
  ['A graphic artist sells 3 posters.', null],
  ['He wants to go  to the market with 5 dollars.', 'blacklisted-word'],
  ['She has to go tomorrow, or stay.', null],
  ['Plot, if you can, the line.', 'blacklisted-word'],
  ['The subplot takes 3 of 10 pages.', null],
  ['A file_name has 3 letters only.', null],
  ['Write a program that adds numbers.', 'programming'],
  ['write a program that adds numbers.', 'programming'],
  ['Write A Program that adds numbers.', 'programming'],
  ['Write a programme of three concerts.', 'programming'], // as the reference: a prefix, not words
  ['Please write a program for me.', null],
  ['$x^2 = 4$, so what is x?', 'leading-punctuation'],
  ['"How many?" asked Maya the baker.', 'leading-punctuation'],
  ['Élodie has 3 apples and 4 pears.', 'non-ascii-start'],
  ['∑ of 1 to 10 is what?', 'non-ascii-start'],
  ['3 apples cost 6 dollars. How much is one?', null],
  ['What is 5 + 6? Answer: 11', 'has-answer'],
  ['What is 5 + 6? **Answer:** 11', 'has-answer'],
  ['What is 5 + 6? Solution: add them.', 'has-answer'],
  ['What is 5 + 6? (Ans: 11)', 'has-answer'],
  ['What is 5 + 6? The answer is 11.', 'has-answer'],
  ['What is 5 + 6? The answer is **$11**.', 'has-answer'],
  ['What is 5 + 6? $\\boxed{11}$', 'has-answer'],
  ['What is 5 + 6? Put it into \\boxed{}.', null],
  ['The answer is a fraction: which one is 3 : 6?', null],
  ['Answer the question: how much is 3 and 4?', null],
  ['What is 5 + 6? Give only your answer:', null],
  ['A solution of salt has 3 g per litre: how much in 5?', null],
])('%j: %s', (text, reason) => {
  expect(rules(text)).toBe(reason)
})

describe('the configuration of the rules', () => {
  const config = { ...defaultFilterConfig, minWords: 2, maxWords: 3, blacklist: ['c++', 'a.b', 'größe'] }
  const own = createRules(config)
  test.each([
    ['Two words', null],
    ['One', 'too-short'],
    ['Now four words here', 'too-long'],
    ['Use C++ here', 'blacklisted-word'],
    ['Use a.b here', 'blacklisted-word'],
    ['Use axb here', null],
    ['Die Größe zählt', 'blacklisted-word'],
    ['Die Größen zählen', null],
  ])('%j: %s', (text, reason) => {
    expect(own(text)).toBe(reason)
  })
  test('an empty blacklist forbids nothing', () => {
    expect(createRules({ ...config, blacklist: [] })('Draw it')).toBeNull()
  })
})

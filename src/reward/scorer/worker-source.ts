export type Call = 'load' | 'score'

/** What a call to a user's scoring module comes to, in its thread (user-module/module-thread.ts). */
export const answerSource = `
async function answer({ score }, call, args) {
  if (typeof score !== 'function') throw new TypeError('it does not export a function score({question, responses, answers})')
  return call === 'load' ? null : await score(...args)
}
`

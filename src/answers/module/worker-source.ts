export type Call = 'load' | 'extract' | 'equal'

/** What a call to a user's answer module comes to, in its thread (user-module/module-thread.ts). */
export const answerSource = `
async function answer(own, call, args) {
  if (call === 'load') return ['extract', 'equal'].filter((name) => typeof own[name] !== 'function')
  const value = await own[call](...args)
  if (call === 'equal' ? typeof value === 'boolean' : typeof value === 'string' || value == null) return value ?? null
  throw new TypeError(call + ' must return ' + (call === 'equal' ? 'a boolean' : 'a string or null') + ', not ' + typeof value)
}
`

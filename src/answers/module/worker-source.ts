/**
 * What runs in the thread of a user's module. Kept as text so that it starts the same from source and from a build.
 * Messages in: { id, call: 'load' | 'extract' | 'equal', args }. Messages out: { id, value } or { id, error }.
 */
export const WORKER_SOURCE = `
const { parentPort, workerData } = require('node:worker_threads')
let loaded
async function answer(call, args) {
  loaded ??= import(workerData.url)
  const own = await loaded
  if (call === 'load') return ['extract', 'equal'].filter((name) => typeof own[name] !== 'function')
  const value = await own[call](...args)
  if (call === 'equal' ? typeof value === 'boolean' : typeof value === 'string' || value == null) return value ?? null
  throw new TypeError(call + ' must return ' + (call === 'equal' ? 'a boolean' : 'a string or null') + ', not ' + typeof value)
}
parentPort.on('message', ({ id, call, args }) => {
  answer(call, args).then(
    (value) => parentPort.postMessage({ id, value }),
    (error) => parentPort.postMessage({ id, error: String(error && error.message ? error.message : error) }),
  )
})
`

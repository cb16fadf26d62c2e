/**
 * What runs in the thread of a user's scoring module. Kept as text so that it starts the same from source and from a
 * build. Messages in: null (load) or a group. Messages out: { value } or { error }.
 */
export const WORKER_SOURCE = `
const { parentPort, workerData } = require('node:worker_threads')
const loaded = import(workerData.url)
loaded.catch(() => {})
async function answer(group) {
  const { score } = await loaded
  if (typeof score !== 'function') throw new TypeError('it does not export a function score({question, responses, answers})')
  return group === null ? null : await score(group)
}
parentPort.on('message', (group) => {
  answer(group).then((value) => parentPort.postMessage({ value })).catch((error) =>
    parentPort.postMessage({ error: String(error && error.message ? error.message : error) }))
})
`

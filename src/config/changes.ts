import type { Config } from './schema.ts'

/** "rollout.topP = 0.9 (was 1)" for each setting that two configs do not share. */
export function configChanges(before: Config, after: Config): string[] {
  const flat = (config: Config): [string, string][] =>
    Object.entries(config).flatMap(([group, fields]) =>
      Object.entries(fields).map(([name, value]): [string, string] => [`${group}.${name}`, JSON.stringify(value)]),
    )
  const old = new Map(flat(before))
  return flat(after).flatMap(([key, value]) =>
    old.get(key) === value ? [] : [`${key} = ${value} (was ${old.get(key)})`],
  )
}

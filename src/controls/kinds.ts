/** Kinds of reward that a run can be compared with, each without a part of what its own reward has. */
export const controlKinds = ['random', 'rule', 'frozen-vote'] as const

export type ControlKind = (typeof controlKinds)[number]

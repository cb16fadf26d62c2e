/** Okabe and Ito's colours, which stay apart for most eyes, deepened or lightened for each background. */
const light = ['#0b63a8', '#b34700', '#00735a', '#9a3f83', '#7a5b00', '#2d2d8f', '#a01c35', '#4d5a66']
const dark = ['#74b9f2', '#ff9e57', '#3fd0a8', '#e6a0d4', '#e3c24d', '#a9a9ff', '#ff8a9d', '#b9c4ce']
const dashes = [[], [7, 4], [2, 3], [9, 3, 2, 3]]

export const isDark = (): boolean => {
  const chosen = document.documentElement.dataset.theme
  return chosen === 'dark' || (chosen !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
}

/** The look of the n-th run that is shown: colour, then dashes as well. */
export function lookOf(n: number): { readonly colour: string; readonly dash: readonly number[] } {
  const colours = isDark() ? dark : light
  return { colour: colours[n % colours.length]!, dash: dashes[Math.floor(n / colours.length) % dashes.length]! }
}

import { UserError } from '../errors.ts'

/**
 * The day that chat templates with a date see, unless a command or a run is given another. It is fixed: a run that is
 * resumed on another day, and an evaluation that is repeated, must see the same prompts. Llama 3's own default.
 */
export const fixedTemplateDay = '2024-07-26'

/** Whether a text is a day that exists, YYYY-MM-DD. */
export const isDay = (text: string): boolean =>
  /^\d{4}-\d{2}-\d{2}$/.test(text) && new Date(`${text}T00:00:00Z`).toJSON()?.slice(0, 10) === text

/**
 * Noon of a day, local time, so that no time zone moves it to another.
 * @param day YYYY-MM-DD
 * @throws UserError
 */
export function templateDate(day: string): Date {
  if (!isDay(day)) throw new UserError(`${day} is not a day: expected YYYY-MM-DD`)
  const [year, month, date] = day.split('-').map(Number) as [number, number, number]
  return new Date(year, month - 1, date, 12)
}

/** The day of today, local time. */
export function today(now = new Date()): string {
  const two = (n: number) => String(n).padStart(2, '0')
  return `${String(now.getFullYear()).padStart(4, '0')}-${two(now.getMonth() + 1)}-${two(now.getDate())}`
}

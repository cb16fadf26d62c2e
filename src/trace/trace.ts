/** Numbers and words shown with a span. */
export type SpanArgs = Readonly<Record<string, number | string | boolean | null>>

/** Where the time of a run goes: spans with a name, nested by time. */
export interface Trace {
  /**
   * Runs `work` as a span.
   * @param args what to show with it, known once it is done
   */
  span<T>(name: string, work: () => Promise<T>, args?: (result: T) => SpanArgs): Promise<T>
}

/** No trace was asked for. */
export const noTrace: Trace = { span: (_, work) => work() }

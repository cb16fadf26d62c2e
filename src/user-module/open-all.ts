/** A user's module that is open. */
export interface OpenModule {
  close(): Promise<void>
}

type Openers = Readonly<Record<string, () => Promise<OpenModule | null>>>

/** What the openers opened, under their names. */
export type Opened<T extends Openers> = { readonly [Name in keyof T]: Awaited<ReturnType<T[Name]>> }

/**
 * Opens a user's modules one after the other; where one fails, those before it are closed.
 * @param openers null: not set
 * @returns the modules, and what closes all of them
 * @throws UserError
 */
export async function openAll<T extends Openers>(
  openers: T,
): Promise<{ readonly modules: Opened<T>; readonly close: () => Promise<void> }> {
  const opened: [string, OpenModule | null][] = []
  const close = async (): Promise<void> => {
    for (const [, module] of opened) await module?.close()
  }
  try {
    for (const [name, open] of Object.entries(openers)) opened.push([name, await open()])
    return { modules: Object.fromEntries(opened) as Opened<T>, close }
  } catch (error) {
    await close()
    throw error
  }
}

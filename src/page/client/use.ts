import { useEffect, useRef, useState } from 'preact/hooks'

export interface Loaded<T> {
  readonly value: T | null
  readonly error: string | null
}

/** Loads again whenever `key` changes; the old value stays until the new one is here. */
export function useLoaded<T>(key: string, load: () => Promise<T>): Loaded<T> {
  const [state, setState] = useState<Loaded<T>>({ value: null, error: null })
  const latest = useRef(load)
  latest.current = load
  useEffect(() => {
    let isCurrent = key !== ''
    latest.current().then(
      (value) => isCurrent && setState({ value, error: null }),
      (error: Error) => isCurrent && setState((before) => ({ ...before, error: error.message })),
    )
    return () => {
      isCurrent = false
    }
  }, [key])
  return state
}

/** A choice that the browser remembers, where it may. */
export function useRemembered<T extends string | number | boolean>(name: string, first: T): [T, (value: T) => void] {
  const [value, setValue] = useState<T>(() => {
    try {
      const text = localStorage.getItem(`serl.${name}`)
      return text === null ? first : (JSON.parse(text) as T)
    } catch {
      return first
    }
  })
  const change = (next: T): void => {
    setValue(next)
    try {
      localStorage.setItem(`serl.${name}`, JSON.stringify(next))
    } catch {
      // a private window: the choice lasts as long as the page
    }
  }
  return [value, change]
}

export interface Route {
  readonly view: string
  readonly params: Readonly<Record<string, string>>
}

const parseRoute = (): Route => {
  const [view = '', query = ''] = location.hash.replace(/^#\/?/, '').split('?')
  return { view: view || 'curves', params: Object.fromEntries(new URLSearchParams(query)) }
}

/** The part of the address behind #, so that every view has a link. */
export function useRoute(): Route {
  const [route, setRoute] = useState(parseRoute)
  useEffect(() => {
    const follow = (): void => setRoute(parseRoute())
    addEventListener('hashchange', follow)
    return () => removeEventListener('hashchange', follow)
  }, [])
  return route
}

export const link = (view: string, params: Readonly<Record<string, string | number>> = {}): string => {
  const query = new URLSearchParams(Object.entries(params).map(([key, value]) => [key, String(value)])).toString()
  return `#/${view}${query === '' ? '' : `?${query}`}`
}

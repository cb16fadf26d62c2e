import { once } from 'node:events'
import { request } from 'node:http'
import { connect, type Socket } from 'node:net'

export interface Got {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

/** Requests as they are written: fetch would mend paths and headers. To 127.0.0.1. */
export interface RawHttp {
  get(path: string, headers?: Record<string, string>, method?: string): Promise<Got>
  status(path: string, headers?: Record<string, string>, method?: string): Promise<number>
  /** A connection on which this was written, and nothing more. */
  open(text: string): Promise<Socket>
  /** Ends the connections that are open. */
  endAll(): void
}

export function rawHttp(port: () => number): RawHttp {
  const sockets: Socket[] = []
  const get: RawHttp['get'] = (path, headers = {}, method = 'GET') =>
    new Promise((done, fail) => {
      const asked = request({ host: '127.0.0.1', port: port(), path, method, headers, agent: false }, (response) => {
        let body = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => {
          body += chunk
        })
        response.on('end', () => done({ status: response.statusCode!, headers: response.headers, body }))
        response.on('error', fail)
      })
      asked.on('error', fail).end()
    })
  return {
    get,
    status: async (...asked) => (await get(...asked)).status,
    open: async (text) => {
      const socket = connect(port(), '127.0.0.1')
      socket.on('error', () => {})
      sockets.push(socket)
      await once(socket, 'connect')
      socket.write(text)
      return socket
    },
    endAll: () => {
      for (const socket of sockets.splice(0)) socket.destroy()
    },
  }
}

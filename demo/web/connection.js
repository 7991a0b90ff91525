const RETRY_MS = 1500

/** Follows one person's chat; connects again by itself and then gets everything anew. */
export function connect(personId, handlers) {
  let source
  let retry
  const open = () => {
    clearTimeout(retry)
    source?.close()
    source = new EventSource(`/api/events?person=${personId}`)
    for (const name of ['hello', 'messages', 'gone', 'action', 'commands']) {
      source.addEventListener(name, (event) => handlers[name](JSON.parse(event.data)))
    }
    source.addEventListener('error', () => {
      handlers.lost()
      clearTimeout(retry)
      retry = setTimeout(open, RETRY_MS)
    })
  }
  open()
  window.addEventListener('online', open)
  return () => {
    clearTimeout(retry)
    source.close()
    window.removeEventListener('online', open)
  }
}

/** Resolves with the answer, or with `{ error }` in words for the person. */
export async function post(path, personId, body) {
  try {
    const response = await fetch(`${path}?person=${personId}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    return await response.json()
  } catch {
    return { error: 'No connection. Nothing was sent.' }
  }
}

import { request } from 'node:http'
import { Api, InputFile } from 'grammy'
import { describe, expect, it } from 'vitest'
import { OWNER, openTelegram, openWebChat, TOKEN } from './local-telegram.ts'

describe('the web chat server', () => {
  it('forbids everything that does not come from itself', async () => {
    const { url } = await openWebChat()
    const page = await fetch(url)
    const policy = page.headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).not.toContain('unsafe')
    expect(await page.text()).not.toMatch(/https?:\/\//)
  })

  it('does not answer to a foreign host name that leads here', async () => {
    const { url } = await openWebChat()
    expect(await statusWithHost(url, 'evil.example')).toBe(421)
    expect(await statusWithHost(url, 'localhost:8088')).toBe(200)
  })

  it('takes no message from another page', async () => {
    const { url, telegram } = await openWebChat()
    const body = JSON.stringify({ text: '/generate on your bill' })
    const send = (headers: Record<string, string>) => fetch(`${url}/api/send`, { method: 'POST', body, headers })
    expect((await send({ origin: 'https://evil.example' })).status).toBe(403)
    expect((await send({})).status).toBe(403)
    expect(telegram.messages(OWNER.id)).toHaveLength(0)
    expect((await send({ origin: url })).status).toBe(200)
    expect(telegram.messages(OWNER.id)).toHaveLength(1)
  })

  it('offers a page from the bot as a download and never as a page', async () => {
    const { url, telegram } = await openWebChat()
    const api = new Api(TOKEN, { apiRoot: telegram.url })
    const sent = await api.sendDocument(
      OWNER.id,
      new InputFile(Buffer.from('<script>alert(1)</script>'), 'report é.html'),
    )
    const file = await fetch(`${url}/api/files/${sent.message_id}/${sent.document.file_id}`)
    expect(file.headers.get('content-type')).toBe('application/octet-stream')
    expect(file.headers.get('content-disposition')).toBe("attachment; filename*=UTF-8''report%20%C3%A9.html")
    expect((await fetch(`${url}/api/files/${sent.message_id}/other`)).status).toBe(404)
  })

  it('knows only its own people', async () => {
    const { url } = await openWebChat()
    expect((await fetch(`${url}/api/events?person=99`)).status).toBe(404)
  })

  it('rejects when the port is taken', async () => {
    const { telegram } = await openTelegram()
    const port = Number(new URL(telegram.url).port)
    await expect(openWebChat({ port })).rejects.toThrow('EADDRINUSE')
  })
})

function statusWithHost(url: string, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const call = request(url, { headers: { host } }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
    call.on('error', reject)
    call.end()
  })
}

import { expect, it } from 'vitest'
import { toVisible } from '../../src/messaging/visible-text.ts'

it('takes out what cannot be seen but changes what is seen', () => {
  expect(toVisible('safe\u202Egnp.exe')).toBe('safegnp.exe')
  expect(toVisible('p\u200Ba\u2060y\uFEFFp\u00ADal')).toBe('paypal')
  expect(toVisible('\u2066isolated\u2069 \u061Cmark\u3164')).toBe('isolated mark')
  expect(toVisible('bell\u0007 escape\u001B[31m delete\u007F next\u0085')).toBe('bell escape[31m delete next')
})

it('keeps what words and emojis are made of', () => {
  const text = 'می\u200Cخواهم 👩\u200D🚀 🇪🇸 naïve\tcafé\nН₂O'
  expect(toVisible(text)).toBe(text)
})

it('makes one line feed of every kind of line end', () => {
  expect(toVisible('a\r\nb\rc\u2028d\u2029e')).toBe('a\nb\nc\nd\ne')
})

it('gives text that any database takes', () => {
  expect(toVisible('\ud83d half')).toBe('\ufffd half')
  expect(toVisible('nul\u0000')).toBe('nul')
})

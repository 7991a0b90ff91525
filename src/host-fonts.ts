import { fileURLToPath } from 'node:url'

/**
 * Makes text drawing blind to the fonts of the host, so that a slide looks the same on every machine and a font that is
 * missing from a kit is noticed. Fontconfig reads the variable when the first text is drawn, on whatever thread; only
 * the real environment counts, and only the main thread's process.env writes through to it.
 */
export function hideHostFonts(): void {
  process.env.FONTCONFIG_FILE = fileURLToPath(new URL('../templates/fonts/no-host-fonts.conf', import.meta.url))
}

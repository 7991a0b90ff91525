import { createHash } from 'node:crypto'
import type { Carousel } from './types.ts'

/** What an approval is bound to: the bytes of the slides and the story, and the caption. */
export function hashCarousel(carousel: Carousel): string {
  const parts = [
    ...carousel.slides.flatMap((slide) => [slide.png.sha256, slide.jpg.sha256]),
    carousel.story.sha256,
    carousel.caption,
  ]
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}

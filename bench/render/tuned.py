#!/usr/bin/env python3
"""plain.py made fast: one process for all slides, everything static of a layout made once, cheap shadows.

    tuned.py JOB.json

The static parts become a picture to multiply with and a picture to add, as in the product; shadows are blurred at a
quarter of the size; fonts are opened once; the picture is decoded to RGB and enlarged in one step each.
Prints the milliseconds of the slides alone: start, imports and static parts are not held against it.
"""
import json
import sys
import time
from functools import lru_cache

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

import plain
from plain import BASE, CYAN, HEIGHT, MUTED, TEXT, WIDTH


@lru_cache(None)
def open_font(path, size):
    return ImageFont.truetype(path, size)


@lru_cache(None)
def plates(label):
    """What black becomes is the part to add; what white becomes above that, the part to multiply with."""
    results = []
    for value in (0, 255):
        picture = Image.new('RGB', (WIDTH, HEIGHT), (value,) * 3)
        plain.vignette(picture, 0.3)
        ground = Image.new('RGB', (WIDTH, HEIGHT), BASE)
        plain.glow(ground, (160, 2760), 1520, plain.PURPLE, 0.75)
        plain.glow(ground, (2120, 2260), 1240, plain.BLUE, 0.22)
        canvas = Image.composite(picture, ground, plain.ramp(760, 1800, 1, 0.1))
        canvas.paste(BASE, (0, 0), plain.ramp(0, 380, 0.62, 0))
        plain.furnish(canvas, {'index': -1}, {'label': label})
        results.append(canvas)
    black, white = results
    return ImageChops.subtract(white, black), black


def fit(words, path, largest, smallest, width, most):
    for size in range(largest, smallest - 1, -4):
        font = open_font(path, size)
        lines = plain.wrap(words, font, width)
        if len(lines) <= most:
            break
    return font, lines


def cast(canvas, lines, font, left, top, pitch, reach):
    """The shadow, blurred small."""
    width = max(int(font.getlength(line)) for line in lines) + 4 * reach
    small = open_font(font.path, font.size // 4)
    box = Image.new('L', (width // 4, (len(lines) * pitch + 4 * reach) // 4))
    pen = ImageDraw.Draw(box)
    for index, line in enumerate(lines):
        pen.text((reach // 2, reach // 2 + index * pitch // 4), line, 178, small)
    box = box.filter(ImageFilter.GaussianBlur(reach / 8)).resize((box.width * 4, box.height * 4), Image.BILINEAR)
    canvas.paste((0, 0, 0), (left - 2 * reach + 6, top - 2 * reach + 6), box)


def render(slide, fonts):
    gain, ground = plates(fonts['label'])
    picture = plain.cover(Image.open(slide['picture']).convert('RGB'))
    canvas = ImageChops.add(ImageChops.multiply(picture, gain), ground)
    ImageDraw.Draw(canvas).rounded_rectangle((160, 2558, 244, 2584), 13, CYAN)
    if slide['role'] == 'closing':
        plain.write(canvas, ['THE BEGINNING'], open_font(fonts['title'], 200), 300, 1120, 220, TEXT)
        plain.write(canvas, ['Follow @factsmind'], open_font(fonts['label'], 112), 540, 1650, 140, CYAN)
    else:
        hook = slide['role'] == 'hook'
        title, lines = fit(slide['title'], fonts['title'], 216 if hook else 144, 96, 1840, 3)
        body, rows = fit(slide['body'], fonts['body'], 76, 60, 1840, 4)
        top = 2384 - len(rows) * 106 - 40 - len(lines) * int(title.size * 1.12)
        ImageDraw.Draw(canvas).rectangle((160, top - 60, 304, top - 46), CYAN)
        cast(canvas, lines, title, 160, top, int(title.size * 1.12), 52)
        plain.write(canvas, lines, title, 160, top, int(title.size * 1.12), TEXT)
        plain.write(canvas, rows, body, 160, 2384 - len(rows) * 106, 106, MUTED)
    canvas.save(slide['out'], 'JPEG', quality=92, subsampling=0)


if __name__ == '__main__':
    with open(sys.argv[1], encoding='utf8') as file:
        job = json.load(file)
    plates(job['fonts']['label'])
    started = time.perf_counter()
    for slide in job['slides']:
        render(slide, job['fonts'])
    print((time.perf_counter() - started) * 1000)

#!/usr/bin/env python3
"""The comparison: one slide with Pillow, written straight forward and without waste. One process a slide.

    plain.py JOB.json INDEX

The same work as the product: cover, brighten, fade, vignette, glows, scrim, handle, dots, cue, bar, title with a soft
shadow, body, JPEG of quality 92 without chroma subsampling. No emoji in colour: Pillow would need a bitmap font for it.
"""
import json
import sys

from PIL import Image, ImageDraw, ImageFilter, ImageFont

WIDTH, HEIGHT = 2160, 2700
BASE, TEXT, MUTED, CYAN = (2, 3, 8), (255, 255, 255), (217, 222, 234), (117, 232, 255)
PURPLE, BLUE = (72, 42, 110), (58, 175, 255)


def cover(picture):
    scale = max(WIDTH / picture.width, HEIGHT / picture.height)
    across, down = WIDTH / scale, HEIGHT / scale
    left, top = (picture.width - across) / 2, (picture.height - down) / 2
    return picture.resize((WIDTH, HEIGHT), Image.BICUBIC, box=(left, top, left + across, top + down))


def ramp(start, end, first, last):
    """A mask that goes from `first` to `last` between two heights."""
    column = Image.new('L', (1, HEIGHT))
    for y in range(HEIGHT):
        share = min(1, max(0, (y - start) / (end - start)))
        share = share * share * (3 - 2 * share)
        column.putpixel((0, y), round(255 * (first + (last - first) * share)))
    return column.resize((WIDTH, HEIGHT))


def glow(canvas, centre, radius, colour, strength):
    spot = Image.radial_gradient('L').resize((2 * radius, 2 * radius))
    spot = spot.point(lambda value: int(strength * max(0, 255 - value * 1.4)))
    canvas.paste(colour, (centre[0] - radius, centre[1] - radius), spot)


def vignette(canvas, strength):
    mask = Image.radial_gradient('L').resize((WIDTH, HEIGHT)).point(lambda value: int(strength * max(0, value - 76)))
    canvas.paste((0, 0, 0), (0, 0), mask)


def wrap(words, font, width):
    lines, line = [], ''
    for word in words.split():
        longer = f'{line} {word}'.strip()
        if line and font.getlength(longer) > width:
            lines.append(line)
            longer = word
        line = longer
    return lines + [line]


def fit(words, path, largest, smallest, width, most):
    for size in range(largest, smallest - 1, -4):
        font = ImageFont.truetype(path, size)
        lines = wrap(words, font, width)
        if len(lines) <= most:
            break
    return font, lines


def write(canvas, lines, font, left, top, pitch, colour, shadow=0):
    if shadow:
        box = Image.new('L', (max(int(font.getlength(line)) for line in lines) + 4 * shadow, len(lines) * pitch + 4 * shadow))
        pen = ImageDraw.Draw(box)
        for index, line in enumerate(lines):
            pen.text((2 * shadow, 2 * shadow + index * pitch), line, 178, font)
        box = box.filter(ImageFilter.GaussianBlur(shadow / 2))
        canvas.paste((0, 0, 0), (left - 2 * shadow + 6, top - 2 * shadow + 6), box)
    pen = ImageDraw.Draw(canvas)
    for index, line in enumerate(lines):
        pen.text((left, top + index * pitch), line, colour, font)


def furnish(canvas, slide, fonts):
    """Handle, dots, cue."""
    pen = ImageDraw.Draw(canvas)
    label = ImageFont.truetype(fonts['label'], 62)
    pen.ellipse((160, 112, 276, 228), BASE, CYAN, 8)
    pen.text((308, 134), '@factsmind', TEXT, label)
    cue = ImageFont.truetype(fonts['label'], 68)
    pen.text((2000 - cue.getlength('Swipe →'), 2530), 'Swipe →', CYAN, cue)
    x = 160
    for index in range(5):
        length = 84 if index == slide['index'] else 26
        pen.rounded_rectangle((x, 2558, x + length, 2584), 13, CYAN if index == slide['index'] else (110, 112, 118))
        x += length + 28


def render(slide, fonts):
    hook = slide['role'] == 'hook'
    picture = cover(Image.open(slide['picture']).convert('RGB'))
    vignette(picture, 0.3)
    ground = Image.new('RGB', (WIDTH, HEIGHT), BASE)
    glow(ground, (160, 2760), 1520, PURPLE, 0.75)
    glow(ground, (2120, 2260), 1240, BLUE, 0.22)
    canvas = Image.composite(picture, ground, ramp(760, 1800, 1, 0.1))
    canvas.paste(BASE, (0, 0), ramp(0, 380, 0.62, 0))
    furnish(canvas, slide, fonts)
    if slide['role'] == 'closing':
        write(canvas, ['THE BEGINNING'], ImageFont.truetype(fonts['title'], 200), 300, 1120, 220, TEXT)
        write(canvas, ['Follow @factsmind'], ImageFont.truetype(fonts['label'], 112), 540, 1650, 140, CYAN)
    else:
        title, lines = fit(slide['title'], fonts['title'], 216 if hook else 144, 96, 1840, 3)
        body, rows = fit(slide['body'], fonts['body'], 76, 60, 1840, 4)
        top = 2384 - len(rows) * 106 - 40 - len(lines) * int(title.size * 1.12)
        ImageDraw.Draw(canvas).rectangle((160, top - 60, 304, top - 46), CYAN)
        write(canvas, lines, title, 160, top, int(title.size * 1.12), TEXT, 52)
        write(canvas, rows, body, 160, 2384 - len(rows) * 106, 106, MUTED)
    canvas.save(slide['out'], 'JPEG', quality=92, subsampling=0)


if __name__ == '__main__':
    with open(sys.argv[1], encoding='utf8') as file:
        job = json.load(file)
    render(job['slides'][int(sys.argv[2])], job['fonts'])

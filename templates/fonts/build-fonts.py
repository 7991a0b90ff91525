#!/usr/bin/env python3
"""Makes the small shared fonts of this folder. Run by a maintainer, never by the product.

Needs fontTools (Debian: fonttools), the TTFs of Debian's fonts-noto-core unpacked somewhere, and a WOFF of Noto Color
Emoji in COLRv1 format (npm: @fontsource/noto-color-emoji, files/noto-color-emoji-emoji-400-normal.woff).

    python3 build-fonts.py --noto DIR --emoji FILE.woff --out .

Every result gets a name of its own ("Nexus ..."), so that a font of the host can never be taken for it, and the vertical
metrics of Montserrat, so that a line with a foreign glyph keeps its baseline.
"""
import argparse
import os

from fontTools import subset
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

ASCENT, DESCENT = 0.968, 0.251

EMOJIS = [0x1F9E0, 0x26A1, 0x1F4A1, 0x1F680, 0x1F30C, 0x1F48E, 0x1F52C, 0x1F4CA]
SANS = [
    (0x20, 0x24F), (0x2B0, 0x2FF), (0x300, 0x333), (0x370, 0x3FF), (0x400, 0x45F), (0x1E00, 0x1EFF),
    (0x2010, 0x2027), (0x202F, 0x205E), (0x2070, 0x209C), (0x20A0, 0x20BF), (0x2100, 0x218B),
]
SYMBOLS = [(0x2190, 0x21FF), (0x2200, 0x22FF), (0x27E8, 0x27E9), (0x1D6A8, 0x1D6E1)]
DINGBATS = [(0x25A0, 0x25FF), (0x2605, 0x2606), (0x2713, 0x2718), (0x2190, 0x2199), (0x2300, 0x2303)]
HEBREW = [(0x20, 0x20), (0x591, 0x5F4), (0x200C, 0x200F), (0xFB1D, 0xFB4F)]
ARABIC = [(0x20, 0x20), (0x600, 0x6FF), (0x750, 0x77F), (0x200C, 0x200F)]


def expand(ranges):
    return [code for first, last in ranges for code in range(first, last + 1)]


def rename(font, family, style):
    names = font['name']
    keep = {0, 13, 14}
    names.names = [record for record in names.names if record.nameID in keep]
    full = f'{family} {style}'
    for name_id, text in {1: family, 2: style, 3: full, 4: full, 6: full.replace(' ', '')}.items():
        names.setName(text, name_id, 3, 1, 0x409)


def set_metrics(font):
    units = font['head'].unitsPerEm
    ascent, descent = round(ASCENT * units), round(DESCENT * units)
    font['hhea'].ascent, font['hhea'].descent, font['hhea'].lineGap = ascent, -descent, 0
    table = font['OS/2']
    table.sTypoAscender, table.sTypoDescender, table.sTypoLineGap = ascent, -descent, 0
    table.usWinAscent, table.usWinDescent = ascent, descent


SHAPING = ('kern', 'mark', 'mkmk', 'ccmp', 'locl', 'init', 'medi', 'fina', 'isol', 'rlig', 'calt', 'liga')


def colour_stops(node, seen):
    """Everything below a COLRv1 paint that names a colour of the palette."""
    if id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, (list, tuple)):
        for item in node:
            yield from colour_stops(item, seen)
    elif hasattr(node, '__dict__'):
        if hasattr(node, 'PaletteIndex'):
            yield node
        for value in vars(node).values():
            yield from colour_stops(value, seen)


def prune_palette(font):
    stops = list(colour_stops(font['COLR'].table, set()))
    used = sorted({stop.PaletteIndex for stop in stops if stop.PaletteIndex != 0xFFFF})
    position = {old: new for new, old in enumerate(used)}
    for stop in stops:
        stop.PaletteIndex = position.get(stop.PaletteIndex, 0xFFFF)
    palette = font['CPAL']
    palette.palettes = [[colours[index] for index in used] for colours in palette.palettes]
    palette.numPaletteEntries = len(used)


def cut(source, codes, family, style, target, drop=(), features=SHAPING):
    font = TTFont(source)
    for tag in set(drop) & set(font.keys()):
        del font[tag]
    options = subset.Options(hinting=False, layout_features=list(features), notdef_outline=True, name_IDs=['*'], glyph_names=False)
    worker = subset.Subsetter(options)
    worker.populate(unicodes=codes)
    worker.subset(font)
    if 'COLR' in font:
        prune_palette(font)
    rename(font, family, style)
    set_metrics(font)
    font.flavor = None
    font['head'].modified = font['head'].created
    font.recalcTimestamp = False
    font.save(target)


def build_strut(target):
    """One glyph of no width, much taller than any letter: drawn invisibly, it pins the ink box of a line to its baseline."""
    pen = TTGlyphPen(None)
    pen.moveTo((-100, -450))
    pen.lineTo((-99, -450))
    pen.lineTo((-99, 1200))
    pen.lineTo((-100, 1200))
    pen.closePath()
    empty = TTGlyphPen(None).glyph()
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(['.notdef', 'strut', 'space'])
    builder.setupCharacterMap({0x20: 'space', 0x2502: 'strut'})
    builder.setupGlyf({'.notdef': empty, 'strut': pen.glyph(), 'space': empty})
    builder.setupHorizontalMetrics({'.notdef': (500, 0), 'strut': (0, -100), 'space': (250, 0)})
    builder.setupHorizontalHeader(ascent=968, descent=-251)
    builder.setupNameTable({'familyName': 'Nexus Strut', 'styleName': 'Regular'})
    builder.setupOS2(sTypoAscender=968, sTypoDescender=-251, usWinAscent=968, usWinDescent=251)
    builder.setupPost()
    builder.font['head'].created = builder.font['head'].modified = 0
    builder.font.recalcTimestamp = False
    builder.save(target)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--noto', required=True)
    parser.add_argument('--emoji', required=True)
    parser.add_argument('--out', default='.')
    args = parser.parse_args()
    out = lambda name: os.path.join(args.out, name)
    noto = lambda name: os.path.join(args.noto, name)
    for style in ('Regular', 'Bold'):
        low = style.lower()
        cut(noto(f'NotoSans-{style}.ttf'), expand(SANS), 'Nexus Sans', style, out(f'nexus-sans-{low}.ttf'))
        cut(noto(f'NotoSansHebrew-{style}.ttf'), expand(HEBREW), 'Nexus Hebrew', style, out(f'nexus-hebrew-{low}.ttf'))
        cut(noto(f'NotoSansArabic-{style}.ttf'), expand(ARABIC), 'Nexus Arabic', style, out(f'nexus-arabic-{low}.ttf'))
    cut(noto('NotoSansMath-Regular.ttf'), expand(SYMBOLS), 'Nexus Math', 'Regular', out('nexus-math-regular.ttf'))
    cut(noto('NotoSansSymbols2-Regular.ttf'), expand(DINGBATS), 'Nexus Symbols', 'Regular', out('nexus-symbols-regular.ttf'))
    cut(args.emoji, EMOJIS + [0xFE0F], 'Nexus Emoji', 'Regular', out('nexus-emoji.ttf'), ['SVG '], [])
    build_strut(out('nexus-strut.ttf'))


if __name__ == '__main__':
    main()

"""Characters from installed fonts: bitmaps of clean glyphs, and their random distortion into 32 x 32 images."""
import collections
import math
import pathlib
import re
import string

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image, ImageDraw, ImageFont

from network import IMAGE_SIZE

CHARACTERS = string.digits + string.ascii_uppercase + string.ascii_lowercase
# Characters that only their size or their neighbours tell apart share one class. Images are cropped to the character,
# so a class has no size to go by.
MERGED = ["0Oo", "1Il", "Cc", "Ss", "Uu", "Vv", "Ww", "Xx", "Zz"]

FONT_ROOTS = [pathlib.Path("/usr/share/fonts"), pathlib.Path("/usr/share/texmf/fonts/opentype")]
# Whole families for the test set, by the start of the file's name.
TEST_FAMILIES = re.compile(r"Roboto|OpenSans|LinLibertine|LinBiolinum|Caladea|Courier Prime|JetBrainsMono|Cabin|Manrope")
# Not plain text faces: symbols, mathematics, small capitals, initials, keys, ornaments, calligraphy, hairlines.
# Noto Mono shares its design with Open Sans, which is a test family.
SKIPPED = re.compile(r"math|symbol|caps|-sc|sc-|initial|libertine_[cdim]|linbiolinum_k|chorus|awesome|thin|hairline|"
                     r"extralight|noto", re.IGNORECASE)
GLYPH_SIDE = 48   # the longer side of a clean glyph, in the pixels of its canvas
CANVAS = 64
MOST_REPEATED = 3  # characters with one and the same picture (1, I, l); more are the font's box for a missing character


def class_table():
    """(names of the classes, class number of each character of CHARACTERS)."""
    names, number = [], {}
    for c in CHARACTERS:
        group = next((m for m in MERGED if c in m), c)
        if group not in names:
            names.append(group)
        number[c] = names.index(group)
    return names, [number[c] for c in CHARACTERS]


def font_files():
    """(training fonts, held-out fonts): paths of all usable font files, sorted."""
    files = sorted(p for root in FONT_ROOTS for p in root.rglob("*") if p.suffix.lower() in (".ttf", ".otf"))
    files = [p for p in files if not SKIPPED.search(p.name)]
    held_out = [p for p in files if TEST_FAMILIES.match(p.name)]
    return [p for p in files if p not in set(held_out)], held_out


def clean_glyph(font, character):
    """CANVAS x CANVAS u8, ink = 255, cropped and centred; None if the font draws nothing."""
    box = font.getbbox(character)
    if box[2] <= box[0] or box[3] <= box[1]:
        return None
    picture = Image.new("L", (box[2] - box[0] + 8, box[3] - box[1] + 8))
    ImageDraw.Draw(picture).text((4 - box[0], 4 - box[1]), character, font=font, fill=255)
    ink = picture.getbbox()
    if ink is None:
        return None
    picture = picture.crop(ink)
    factor = GLYPH_SIDE / max(picture.size)
    size = [max(1, round(s * factor)) for s in picture.size]
    canvas = Image.new("L", (CANVAS, CANVAS))
    canvas.paste(picture.resize(size, Image.LANCZOS), [(CANVAS - s) // 2 for s in size])
    return np.asarray(canvas)


def glyphs_of(path):
    """One font's glyphs in the order of CHARACTERS, or None if it lacks characters."""
    try:
        font = ImageFont.truetype(str(path), 120)
        glyphs = [clean_glyph(font, c) for c in CHARACTERS]
    except OSError:
        return None
    if any(g is None for g in glyphs):
        return None
    most_repeated = collections.Counter(g.tobytes() for g in glyphs).most_common(1)[0][1]
    return np.stack(glyphs) if most_repeated <= MOST_REPEATED else None


def load_fonts(paths):
    """(glyphs: fonts x 62 x CANVAS x CANVAS u8, paths of the fonts that were usable)."""
    loaded = [(g, p) for p in paths if (g := glyphs_of(p)) is not None]
    return torch.from_numpy(np.stack([g for g, _ in loaded])), [p for _, p in loaded]


def uniform(rng, count, low, high):
    return torch.rand(count, generator=rng) * (high - low) + low


def placement(rng, n):
    """n random 2 x 3 matrices, image to canvas: size, aspect, rotation, shear, offset."""
    side = uniform(rng, n, 19, 29)                                # pixels of the image that the longer side takes
    scale = (GLYPH_SIDE / CANVAS) / (side / IMAGE_SIZE)           # both in units of their whole picture
    aspect = torch.exp(uniform(rng, n, -0.12, 0.12))
    angle = uniform(rng, n, -8, 8) * math.pi / 180
    shear = uniform(rng, n, -0.15, 0.15)
    cos, sin = torch.cos(angle), torch.sin(angle)
    rows = torch.stack([scale * aspect * cos, scale * aspect * (shear * cos - sin),
                        scale / aspect * sin, scale / aspect * (shear * sin + cos)], 1).view(n, 2, 2)
    slack = (IMAGE_SIZE - side) / IMAGE_SIZE
    offset = torch.stack([uniform(rng, n, -1, 1), uniform(rng, n, -1, 1)], 1) * (slack * 0.8).unsqueeze(1)
    return torch.cat([rows, (rows @ offset.unsqueeze(2))], 2)


def blur(rng, ink):
    """Gaussian blur of a random width for each image."""
    n = ink.shape[0]
    sigma = uniform(rng, n, 0.25, 1.0).view(n, 1)
    taps = torch.exp(-torch.arange(-2.0, 3.0).view(1, 5) ** 2 / (2 * sigma ** 2))
    taps = taps / taps.sum(1, keepdim=True)
    stacked = ink.view(1, n, IMAGE_SIZE, IMAGE_SIZE)
    stacked = F.conv2d(stacked, taps.view(n, 1, 1, 5), padding=(0, 2), groups=n)
    return F.conv2d(stacked, taps.view(n, 1, 5, 1), padding=(2, 0), groups=n).view_as(ink)


def distort(rng, glyphs):
    """n x CANVAS x CANVAS u8 clean glyphs to n x 1 x 32 x 32 u8 images: dark ink on light paper, as a scanner sees it."""
    n = glyphs.shape[0]
    grid = F.affine_grid(placement(rng, n), [n, 1, 2 * IMAGE_SIZE, 2 * IMAGE_SIZE], align_corners=False)
    ink = F.grid_sample(glyphs.unsqueeze(1).float() / 255, grid, align_corners=False)
    ink = blur(rng, F.avg_pool2d(ink, 2))
    paper = uniform(rng, n, 0.75, 1.0).view(n, 1, 1, 1)
    contrast = uniform(rng, n, 0.5, 1.0).view(n, 1, 1, 1) * paper
    noise = torch.randn(ink.shape, generator=rng) * uniform(rng, n, 0.0, 0.07).view(n, 1, 1, 1)
    return ((paper - contrast * ink + noise).clamp(0, 1) * 255).round().to(torch.uint8)

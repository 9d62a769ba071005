"""Notes as a noisy fax: printed, tilted, speckled and read back by OCR; the same noise for the same words."""

import random
import subprocess
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter, ImageFont

FONTS = (
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
    "/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf",
)
"""Without a dot in the zero, as office printers have it; a dotted one is read as 8 or 9 even without noise."""
SIZE, LEADING, MARGIN = 28, 35, 60
SPECKLES = 0.0004
TILT = 0.25
LONGEST = 110


def fax(text: str, scratch: Path) -> str:
    """The text as OCR reads it from a fax of fair quality."""
    image = _printed(_wrapped(text))
    path = scratch / "fax.png"
    _worn(image, random.Random(text)).save(path, dpi=(200, 200))
    environment = {"OMP_THREAD_LIMIT": "1", "PATH": "/usr/local/bin:/usr/bin:/bin"}
    command = ["tesseract", str(path), "-", "--psm", "6", "-c", "preserve_interword_spaces=1"]
    return subprocess.run(command, capture_output=True, check=True, text=True, env=environment).stdout


def _wrapped(text: str) -> list[str]:
    lines = []
    for line in text.splitlines():
        words = line
        while len(words) > LONGEST:
            cut = words.rfind(" ", 0, LONGEST)
            lines.append(words[:cut])
            words = words[cut + 1 :]
        lines.append(words)
    return lines


def _printed(lines: list[str]) -> Image.Image:
    font = ImageFont.truetype(next(name for name in FONTS if Path(name).exists()), SIZE)
    width = int(max(font.getlength(line) for line in lines)) + 2 * MARGIN
    image = Image.new("L", (width, LEADING * len(lines) + 2 * MARGIN), 255)
    draw = ImageDraw.Draw(image)
    for number, line in enumerate(lines):
        draw.text((MARGIN, MARGIN + number * LEADING), line, fill=20, font=font)
    return image


def _worn(image: Image.Image, chance: random.Random) -> Image.Image:
    worn = image.rotate(chance.uniform(-TILT, TILT), fillcolor=255, expand=True).filter(ImageFilter.GaussianBlur(0.7))
    pixels = worn.load()
    assert pixels is not None
    for _ in range(int(worn.width * worn.height * SPECKLES)):
        pixels[chance.randrange(worn.width), chance.randrange(worn.height)] = chance.choice((0, 255))
    return worn.point(lambda value: 255 if value > 150 else 0)

"""A note as a noisy fax: printed, tilted, speckled, in black and white; the same words always look the same."""

import zlib
from io import BytesIO

import numpy as np
import pypdfium2
from PIL import Image
from reportlab.lib.pagesizes import letter
from reportlab.pdfgen.canvas import Canvas

from formats.chart_files import ChartFile

_COLUMNS, _LINES, _SIZE, _LEADING = 100, 62, 9.0, 11.0
_DPI, _SPECKS, _TILT = 204, 2500, 0.25
_FONT = "Helvetica"


def faxed(file: ChartFile) -> ChartFile:
    """The note as a TIFF of fax pages, to be read as any scan is."""
    lines = [part for line in file.content.decode().splitlines() for part in _wrapped(line)]
    pages = [_page(lines[at : at + _LINES], at) for at in range(0, max(len(lines), 1), _LINES)]
    out = BytesIO()
    pages[0].save(out, "TIFF", save_all=True, append_images=pages[1:], compression="group4", dpi=(_DPI, _DPI))
    return ChartFile(file.name.rsplit(".", 1)[0] + ".tif", out.getvalue())


def _wrapped(line: str) -> list[str]:
    parts = []
    while len(line) > _COLUMNS:
        cut = line.rfind(" ", 1, _COLUMNS)
        cut = cut if cut > 0 else _COLUMNS
        parts.append(line[:cut])
        line = line[cut:].lstrip()
    return [*parts, line]


def _page(lines: list[str], number: int) -> Image.Image:
    chance = np.random.default_rng(zlib.crc32("\n".join(lines).encode()) + number)
    grey = _printed(lines).rotate(
        float(chance.uniform(-_TILT, _TILT)), fillcolor=255, resample=Image.Resampling.BICUBIC
    )
    ink = np.asarray(grey).copy()
    ink[chance.integers(0, ink.shape[0], _SPECKS), chance.integers(0, ink.shape[1], _SPECKS)] = 0
    return Image.fromarray(np.where(ink < 128, 0, 255).astype(np.uint8)).convert("1")


def _printed(lines: list[str]) -> Image.Image:
    out = BytesIO()
    canvas = Canvas(out, pagesize=letter)
    canvas.setFont(_FONT, _SIZE)
    for number, line in enumerate(lines):
        canvas.drawString(48, 750 - number * _LEADING, line)
    canvas.showPage()
    canvas.save()
    with pypdfium2.PdfDocument(out.getvalue()) as document:
        page: Image.Image = document[0].render(scale=_DPI / 72, grayscale=True).to_pil().convert("L")
        return page

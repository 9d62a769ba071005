"""Pages of paper for tests: printed, turned, worn by a fax machine, and put into the files that scanners write."""

from collections.abc import Sequence
from io import BytesIO

import numpy as np
import pypdfium2
from PIL import Image
from reportlab.lib.pagesizes import letter
from reportlab.pdfgen.canvas import Canvas


def printed(*lines: str, dpi: int = 200, size: int = 12) -> Image.Image:
    """One page with these lines, in grey."""
    out = BytesIO()
    canvas = Canvas(out, pagesize=letter)
    canvas.setFont("Helvetica", size)
    for number, line in enumerate(lines):
        canvas.drawString(72, 700 - number * size * 1.5, line)
    canvas.showPage()
    canvas.save()
    with pypdfium2.PdfDocument(out.getvalue()) as document:
        return document[0].render(scale=dpi / 72, grayscale=True).to_pil().convert("L")


def faxed(page: Image.Image, specks: int = 1500, degrees: float = 0.7, seed: int = 7) -> Image.Image:
    """The page in black and white, a little skewed, with specks and one vertical line from a dirty drum."""
    skewed = page.rotate(degrees, fillcolor=255, resample=Image.Resampling.BICUBIC)
    ink = np.asarray(skewed).copy()
    random = np.random.default_rng(seed)
    ink[random.integers(0, ink.shape[0], specks), random.integers(0, ink.shape[1], specks)] = 0
    ink[:, 70:72] = 0
    return Image.fromarray(np.where(ink < 128, 0, 255).astype(np.uint8)).convert("1")


def noise(size: tuple[int, int] = (850, 1100), share: float = 0.2, seed: int = 3) -> Image.Image:
    """A page on which nothing can be made out."""
    random = np.random.default_rng(seed)
    return Image.fromarray(np.where(random.random(size[::-1]) < share, 0, 255).astype(np.uint8)).convert("1")


def tiff(pages: Sequence[Image.Image], dpi: tuple[float, float] = (200, 200)) -> bytes:
    """All pages in one file, compressed as a fax is."""
    out = BytesIO()
    ones = [page.convert("1") for page in pages]
    ones[0].save(out, "TIFF", save_all=True, append_images=ones[1:], compression="group4", dpi=dpi)
    return out.getvalue()


def image(page: Image.Image, kind: str) -> bytes:
    out = BytesIO()
    page.save(out, kind, dpi=(200, 200))
    return out.getvalue()


def image_pdf(pages: Sequence[Image.Image]) -> bytes:
    out = BytesIO()
    pages[0].convert("L").save(
        out, "PDF", save_all=True, append_images=[page.convert("L") for page in pages[1:]], resolution=200
    )
    return out.getvalue()

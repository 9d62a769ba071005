"""Pages as pictures for people to look at, and where on them quoted words stand."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

import pypdfium2
from PIL import Image, ImageSequence, UnidentifiedImageError

from cases.document import Document
from cases.errors import NotFound, UnreadableFile
from formats.media_type import MediaType, media_type_of
from formats.packet.pdf_source import SourcePage, open_pages
from formats.pdf import PDFIUM_LOCK

_SCANS = frozenset({MediaType.TIFF, MediaType.PNG, MediaType.JPEG})
_QUALITY = 82
_TALLEST = 8.0
"""A page more times as high as it is wide is cut there: no sheet of paper is."""
_MARGIN = 2.0
"""Points between the letters and the line of their box."""


@dataclass(frozen=True)
class PagePicture:
    """One page as WebP of so many pixels."""

    content: bytes
    width: int
    height: int


@dataclass(frozen=True)
class PageBox:
    """A box on a page, in shares of its width and height from the upper left corner, each 0..1."""

    left: float
    top: float
    width: float
    height: float


def has_pictures(content: bytes) -> bool:
    """Whether a file has pages that can be shown as pictures."""
    kind = media_type_of(content)
    return kind is MediaType.PDF or kind in _SCANS


def page_sizes(content: bytes, file: str) -> tuple[tuple[float, float], ...]:
    """Width and height of each page, in points or pixels. Raises UnreadableFile."""
    if media_type_of(content) is not MediaType.PDF:
        with _opened_scan(content, file) as scan:
            return tuple((float(frame.width), float(frame.height)) for frame in ImageSequence.Iterator(scan))
    with PDFIUM_LOCK, _opened(content, file) as document:
        return tuple(document.get_page_size(index) for index in range(len(document)))


def picture_of(content: bytes, file: str, number: int, width: int) -> PagePicture:
    """Page `number` (from 1) drawn `width` pixels wide. Raises NotFound for no such page, UnreadableFile."""
    if media_type_of(content) is MediaType.PDF:
        image = _drawn(content, file, number, width)
    else:
        image = _scanned(content, file, number, width)
    stream = BytesIO()
    image.save(stream, "WEBP", quality=_QUALITY, method=2)
    return PagePicture(stream.getvalue(), image.width, image.height)


def boxes_on(content: bytes, document: Document, number: int, spans: Sequence[tuple[int, int]]) -> tuple[PageBox, ...]:
    """Boxes around the passages of a PDF page, one for each line; none where the words are not found on it.

    `spans` are code points of the document's text. Raises UnreadableFile.
    """
    if media_type_of(content) is not MediaType.PDF:
        return ()
    (page,) = open_pages(content, document, (number,), tuple(spans))
    return tuple(_shares(page, mark) for mark in page.marks)


def _shares(page: SourcePage, mark: tuple[float, float, float, float]) -> PageBox:
    """A mark in the page's own coordinates as shares of what is displayed, turned as the page is."""
    a, b, c, d, e, f = page.placement(0.0, 0.0, 1.0)
    width, height = page.shown
    x0, y0, x1, y1 = mark[0] - _MARGIN, mark[1] - _MARGIN, mark[2] + _MARGIN, mark[3] + _MARGIN
    corners = [(a * x + c * y + e, b * x + d * y + f) for x, y in ((x0, y0), (x1, y1))]
    left, right = sorted(min(max(x / width, 0.0), 1.0) for x, _ in corners)
    top, bottom = sorted(min(max(-y / height, 0.0), 1.0) for _, y in corners)
    return PageBox(round(left, 5), round(top, 5), round(right - left, 5), round(bottom - top, 5))


def _drawn(content: bytes, file: str, number: int, width: int) -> Image.Image:
    with PDFIUM_LOCK, _opened(content, file) as document:
        if not 1 <= number <= len(document):
            raise NotFound(f"There is no page {number}.")
        try:
            page = document[number - 1]
            page_width, page_height = page.get_size()
            page_width = max(page_width, page_height / _TALLEST, 1.0)
            drawn: Image.Image = page.render(scale=width / page_width, may_draw_forms=True).to_pil()
        except pypdfium2.PdfiumError as error:
            raise UnreadableFile(file, f"page {number} is damaged") from error
        return drawn.convert("RGB")


def _scanned(content: bytes, file: str, number: int, width: int) -> Image.Image:
    with _opened_scan(content, file) as scan:
        if not 1 <= number <= getattr(scan, "n_frames", 1):
            raise NotFound(f"There is no page {number}.")
        try:
            scan.seek(number - 1)
            frame = scan.convert("L")
        except (OSError, ValueError, SyntaxError) as error:
            raise UnreadableFile(file, f"page {number} is damaged") from error
        height = min(round(frame.height * width / frame.width), round(width * _TALLEST))
        return frame.resize((width, max(height, 1)))


def _opened(content: bytes, file: str) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        raise UnreadableFile(file, "is damaged or encrypted") from error


def _opened_scan(content: bytes, file: str) -> Image.Image:
    try:
        with warnings.catch_warnings(action="ignore"):
            return Image.open(BytesIO(content), formats=("TIFF", "PNG", "JPEG"))
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError) as error:
        raise UnreadableFile(file, "is no picture that can be shown") from error

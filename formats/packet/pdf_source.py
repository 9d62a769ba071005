"""Pages of a source PDF made ready to stand inside a packet page: flattened, alone, with the quoted words located.

pdfium flattens form fields and annotations (so no action or script comes along) and copies the chosen pages
only; each then becomes one form XObject, which clips it to its box and keeps its resources to itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO

import pypdfium2
import pypdfium2.raw as pdfium
from pypdf import PageObject, PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import DictionaryObject, PdfObject

from cases.document import Document
from cases.errors import UnreadableFile
from formats.pdf import PDFIUM_LOCK as PDFIUM_LOCK

Box = tuple[float, float, float, float]
"""left, bottom, right, top in points."""
Matrix = tuple[float, float, float, float, float, float]

_FAULTS = (PyPdfError, ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError, OverflowError)
_LONGEST_SIDE = 14400.0


@dataclass(frozen=True)
class SourcePage:
    """One page ready to be placed: `box` is what a reader sees of it, turned by `rotation` degrees clockwise.

    `marks` are boxes around the quoted words; both are in the page's own coordinates.
    """

    number: int
    content: bytes
    resources: PdfObject
    group: PdfObject | None
    box: Box
    rotation: int
    marks: tuple[Box, ...]

    @property
    def shown(self) -> tuple[float, float]:
        """Width and height as displayed."""
        width, height = self.box[2] - self.box[0], self.box[3] - self.box[1]
        return (width, height) if self.rotation % 180 == 0 else (height, width)

    def placement(self, left: float, top: float, scale: float) -> Matrix:
        """The matrix that puts the displayed page's upper left corner at (left, top)."""
        x0, y0, x1, y1 = self.box
        turns: Mapping[int, Matrix] = {
            0: (1, 0, 0, 1, -x0, -y0),
            90: (0, -1, 1, 0, -y0, x1),
            180: (-1, 0, 0, -1, x1, y1),
            270: (0, 1, -1, 0, y1, -x0),
        }
        a, b, c, d, e, f = (scale * value for value in turns[self.rotation])
        return a, b, c, d, e + left, f + top - self.shown[1] * scale


def open_pages(content: bytes, document: Document, numbers: Sequence[int], marked: Sequence[tuple[int, int]]) -> tuple[
    SourcePage, ...
]:  # fmt: skip
    """The pages of these numbers. Raises UnreadableFile where any of them cannot be shown."""
    with PDFIUM_LOCK:
        try:
            alone, places = _extracted(content, document, numbers, marked)
        except pypdfium2.PdfiumError as error:
            raise UnreadableFile(document.source, "is damaged or encrypted") from error
    try:
        pages = PdfReader(BytesIO(alone)).pages
        return tuple(_source_page(page, *place) for page, place in zip(pages, places, strict=True))
    except _FAULTS as error:
        raise UnreadableFile(document.source, "holds a page that cannot be read") from error


def _extracted(
    content: bytes, document: Document, numbers: Sequence[int], marked: Sequence[tuple[int, int]]
) -> tuple[bytes, list[tuple[int, tuple[Box, ...]]]]:
    """The chosen pages as a PDF of their own, and for each its number and the boxes of the marked words."""
    with pypdfium2.PdfDocument(content) as source, pypdfium2.PdfDocument.new() as alone:
        if absent := [number for number in numbers if not 1 <= number <= len(source)]:
            raise UnreadableFile(document.source, f"has {len(source)} pages, so no page {absent[0]}")
        places = []
        for number in numbers:
            page = source[number - 1]
            pdfium.FPDFPage_Flatten(page, pdfium.FLAT_NORMALDISPLAY)
            page.close()
            places.append((number, _located(source[number - 1], document, number, marked)))
        alone.import_pages(source, [number - 1 for number in numbers])
        stream = BytesIO()
        alone.save(stream)
        return stream.getvalue(), places


def _located(
    page: pypdfium2.PdfPage, document: Document, number: int, marked: Sequence[tuple[int, int]]
) -> tuple[Box, ...]:
    """Boxes around the marked passages of this page, by their letters; a passage that is not found has none."""
    held = next(((p.start, p.end) for p in document.pages if p.number == number), None)
    if held is None:
        return ()
    text_page = page.get_textpage()
    units = [pdfium.FPDFText_GetUnicode(text_page, index) for index in range(text_page.count_chars())]
    letters = [(_folded(chr(unit)), index) for index, unit in enumerate(units) if _folded(chr(unit))]
    shown = "".join(letter for letter, _ in letters)
    boxes: list[Box] = []
    for start, end in ((max(start, held[0]), min(end, held[1])) for start, end in marked):
        wanted = _folded(document.text[start:end])
        at = _occurrence(shown, wanted, _folded(document.text[held[0] : start])) if start < end else None
        if at is not None:
            boxes += _boxes(text_page, letters[at][1], letters[at + len(wanted) - 1][1])
    return tuple(boxes)


def _folded(text: str) -> str:
    """The letters that the stored text and pdfium's agree on: no spaces, controls or break hyphens."""
    return "".join(c for c in text if "!" <= c < "\ud800" and c not in "-\x7f\xa0\xad" and not c.isspace())


def _occurrence(shown: str, wanted: str, before: str) -> int | None:
    """Where the wanted letters stand: where the stored text has them, else their only place on the page."""
    if not wanted:
        return None
    if shown.startswith(wanted, len(before)):
        return len(before)
    return shown.find(wanted) if shown.count(wanted) == 1 else None


def _boxes(text_page: pypdfium2.PdfTextPage, first: int, last: int) -> list[Box]:
    """One box for each line of the characters first..last; pdfium often gives one for each word."""
    joined: list[Box] = []
    for box in (text_page.get_rect(n) for n in range(text_page.count_rects(first, last - first + 1))):
        if joined and _on_one_line(joined[-1], box):
            joined[-1] = (*map(min, joined[-1][:2], box[:2]), *map(max, joined[-1][2:], box[2:]))
        else:
            joined.append(box)
    return joined


def _on_one_line(left: Box, right: Box) -> bool:
    """Whether two boxes overlap in height and no more than a word space lies between them."""
    height = max(left[3] - left[1], right[3] - right[1])
    overlap = min(left[3], right[3]) - max(left[1], right[1])
    return overlap > 0 and -height < right[0] - left[2] < height


def _source_page(page: PageObject, number: int, marks: tuple[Box, ...]) -> SourcePage:
    crop, media = page.cropbox, page.mediabox
    box = (
        float(max(crop.left, media.left)), float(max(crop.bottom, media.bottom)),
        float(min(crop.right, media.right)), float(min(crop.top, media.top)),
    )  # fmt: skip
    if page.rotation % 90:
        raise ValueError(f"page {number} is turned by {page.rotation} degrees")
    if not all(1.0 <= side <= _LONGEST_SIDE for side in (box[2] - box[0], box[3] - box[1])):
        raise ValueError(f"page {number} has no usable size")
    contents = page.get_contents()
    return SourcePage(
        number=number,
        content=contents.get_data() if contents is not None else b"",
        resources=page.get("/Resources", DictionaryObject()),
        group=page.get("/Group"),
        box=box,
        rotation=page.rotation % 360,
        marks=marks,
    )

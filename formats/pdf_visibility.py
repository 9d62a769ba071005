"""Which text of a PDF page a reader cannot see: by how it is painted, and by what the rendered page shows there."""

import ctypes
import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium
from numpy.typing import NDArray

from cases.document import HiddenText

SMALLEST_POINTS = 1.5
"""Below this no print or screen shows letters; the smallest footnotes on forms are 4 points."""
LEAST_STEP = 16
"""Grey levels of 255 between neighbouring pixels at the edge of a letter; pale grey print gives about 40."""
_RENDER_SCALE = 1.5
_LARGEST_SIDE = 2_400
_INVISIBLE_MODES = (3, 7)
_REACH = 1_000
_FINE = 64
_TOO_SMALL = f"smaller than {SMALLEST_POINTS} points"
_OFF_PAGE = "outside the page"
_NO_CONTRAST = "same colour as its background, or covered"


@dataclass(frozen=True)
class Glyph:
    """One code point of the page text and its index in pdfium's own character list."""

    letter: str
    index: int


def hidden_runs(
    page: pypdfium2.PdfPage, text_page: pypdfium2.PdfTextPage, glyphs: Sequence[Glyph]
) -> tuple[HiddenText, ...]:
    """Runs of code points that cannot be seen, with why; white space belongs to the run it stands in."""
    inked = [at for at, glyph in enumerate(glyphs) if not glyph.letter.isspace()]
    if not inked:
        return ()
    reasons = [""] * len(glyphs)
    found = _reasons(page, text_page, [glyphs[at].index for at in inked])
    for at, reason in zip(inked, found, strict=True):
        reasons[at] = reason
    _fill_spaces(reasons, inked)
    runs, start = [], 0
    for reason, members in groupby(reasons):
        end = start + len(list(members))
        if reason:
            runs.append(HiddenText(start=start, end=end, reason=reason))
        start = end
    return tuple(runs)


def _fill_spaces(reasons: list[str], inked: Sequence[int]) -> None:
    for before, after in zip(inked, inked[1:], strict=False):
        if after - before > 1 and reasons[before] == reasons[after]:
            reasons[before + 1 : after] = [reasons[before]] * (after - before - 1)


def _reasons(page: pypdfium2.PdfPage, text_page: pypdfium2.PdfTextPage, indexes: Sequence[int]) -> list[str]:
    """Why each character cannot be seen; empty where it can, or where pdfium gives no box to judge by."""
    boxes = _boxes(text_page, indexes)
    measurable = (boxes[:, 1] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 2])
    off_page = _off_page(page, boxes)
    plain = ~_has_edges(page, boxes)
    paint = _Paint(text_page)
    found = []
    for at, index in enumerate(indexes):
        reason = paint.defect(index)
        if not reason and measurable[at]:
            reason = _OFF_PAGE if off_page[at] else _NO_CONTRAST if plain[at] else ""
        found.append(reason)
    return found


def _boxes(text_page: pypdfium2.PdfTextPage, indexes: Sequence[int]) -> NDArray[np.float64]:
    """Left, right, bottom and top of each character in page coordinates; zeros where there is none."""
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    boxes = np.zeros((len(indexes), 4))
    for at, index in enumerate(indexes):
        if pdfium.FPDFText_GetCharBox(text_page, index, left, right, bottom, top):
            boxes[at] = left.value, right.value, bottom.value, top.value
    return boxes


def _off_page(page: pypdfium2.PdfPage, boxes: NDArray[np.float64]) -> NDArray[np.bool_]:
    left, bottom, right, top = page.get_bbox()
    across, up = boxes[:, :2].mean(axis=1), boxes[:, 2:].mean(axis=1)
    outside: NDArray[np.bool_] = (across < left) | (across > right) | (up < bottom) | (up > top)
    return outside


def _has_edges(page: pypdfium2.PdfPage, boxes: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether the rendered page shows any edge in each box, widened by a pixel."""
    scale = min(_RENDER_SCALE, _LARGEST_SIDE / max(*page.get_size(), 1.0))
    grey = page.render(scale=scale, grayscale=True).to_numpy().astype(np.int16)
    height, width = grey.shape
    edges = np.zeros((height, width), dtype=np.bool_)
    edges[:-1] |= np.abs(np.diff(grey, axis=0)) >= LEAST_STEP
    edges[:, :-1] |= np.abs(np.diff(grey, axis=1)) >= LEAST_STEP
    x, y = _pixels(page, boxes, width, height)
    low_x, high_x = np.maximum(x.min(axis=1) - 1, 0).tolist(), np.maximum(x.max(axis=1) + 1, 0).tolist()
    low_y, high_y = np.maximum(y.min(axis=1) - 1, 0).tolist(), np.maximum(y.max(axis=1) + 1, 0).tolist()
    parts = zip(low_x, high_x, low_y, high_y, strict=True)
    return np.array([edges[top:bottom, left:right].any() for left, right, top, bottom in parts])


def _pixels(
    page: pypdfium2.PdfPage, boxes: NDArray[np.float64], width: int, height: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Columns and rows of two opposite corners of each box; rotation and crop are pdfium's own arithmetic."""
    origin, right, up = (_device(page, point, width, height) for point in ((0, 0), (_REACH, 0), (0, _REACH)))
    step = np.array([[right[0] - origin[0], right[1] - origin[1]], [up[0] - origin[0], up[1] - origin[1]]]) / _REACH
    first = boxes[:, [0, 2]] @ step + origin
    second = boxes[:, [1, 3]] @ step + origin
    low, high = np.floor(np.minimum(first, second)), np.ceil(np.maximum(first, second))
    columns, rows = np.stack([low[:, 0], high[:, 0]], axis=1), np.stack([low[:, 1], high[:, 1]], axis=1)
    return columns.astype(np.int64), rows.astype(np.int64)


def _device(page: pypdfium2.PdfPage, point: tuple[int, int], width: int, height: int) -> tuple[float, float]:
    """Where a page point falls on the picture, as a fraction of a pixel: pdfium answers in whole ones."""
    column, row = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDF_PageToDevice(page, 0, 0, width * _FINE, height * _FINE, 0, *point, column, row)
    return column.value / _FINE, row.value / _FINE


class _Paint:
    """How characters are painted; asked for once for each text object."""

    def __init__(self, text_page: pypdfium2.PdfTextPage) -> None:
        self._text_page = text_page
        self._known: dict[int, str] = {}

    def defect(self, index: int) -> str:
        """Why the way it is painted hides the character; empty where it does not."""
        text_object = pdfium.FPDFText_GetTextObject(self._text_page, index)
        address = ctypes.cast(text_object, ctypes.c_void_p).value
        if not address:
            return ""
        if address not in self._known:
            self._known[address] = _paint_defect(text_object) or self._size_defect(index)
        return self._known[address]

    def _size_defect(self, index: int) -> str:
        size, matrix = float(pdfium.FPDFText_GetFontSize(self._text_page, index)), pdfium.FS_MATRIX()
        if pdfium.FPDFText_GetMatrix(self._text_page, index, matrix):
            size *= math.sqrt(abs(matrix.a * matrix.d - matrix.b * matrix.c))
        return _TOO_SMALL if size < SMALLEST_POINTS else ""


def _paint_defect(text_object: pdfium.FPDF_PAGEOBJECT) -> str:
    if pdfium.FPDFTextObj_GetTextRenderMode(text_object) in _INVISIBLE_MODES:
        return "painted in invisible mode"
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    if pdfium.FPDFPageObj_GetFillColor(text_object, red, green, blue, alpha) and alpha.value == 0:
        return "painted fully transparent"
    return ""

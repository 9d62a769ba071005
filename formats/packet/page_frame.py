"""The page every printed document stands on: running head, footer, watermark, and a destination on each page."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

from reportlab.lib.pagesizes import LETTER
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate, Paragraph

from formats.packet.typeface import (
    GREY,
    HEADING,
    INK,
    REGULAR,
    RULE,
    SEMIBOLD,
    inline,
    instant,
    legible,
    printable_code_points,
)

WIDTH, HEIGHT = LETTER
MARGIN = 72.0
TEXT_WIDTH = WIDTH - 2 * MARGIN
SHEET_MARGIN = 36.0
FRONT, SHEET = "front", "sheet"

_HEAD = HEIGHT - 44
_FOOT = 38.0


@dataclass(frozen=True)
class Running:
    """What stands on every page; `total` is the number of pages."""

    case_id: str
    title: str
    drafted_at: datetime
    total: int
    watermark: str = ""


def destination(page: int) -> str:
    """Name of the link target on a page, counted from 1."""
    return f"page-{page}"


def fitted(text: str, font: str, size: float, width: float) -> str:
    """One line of text, cut with an ellipsis where it is wider than `width` points."""
    line = " ".join(legible(text[:400]).split())
    if stringWidth(line, font, size) <= width:
        return line
    kept = bisect_left(range(len(line)), width, key=lambda end: stringWidth(line[: end + 1] + "…", font, size))
    return line[:kept] + "…"


class SectionHeading(Paragraph):  # type: ignore[misc]  # reportlab has no types
    """A heading that notes the page it lands on and enters the outline."""

    def __init__(self, text: str, pages: dict[str, int]) -> None:
        super().__init__(inline(text), HEADING)
        self._title, self._pages = text, pages

    def draw(self) -> None:
        page = self.canv.getPageNumber()
        self._pages[self._title] = page
        self.canv.addOutlineEntry(self._title, destination(page), level=0)
        super().draw()


def build(story: Sequence[Flowable], running: Running) -> tuple[bytes, int]:
    """The story as PDF bytes, the same for the same input, and its number of pages."""
    printable_code_points()
    stream = BytesIO()
    document = BaseDocTemplate(
        stream, pagesize=LETTER, invariant=1, title=legible(running.title), creator="Countersign",
        lang="en-US", displayDocTitle=1, initialFontName=REGULAR, pageTemplates=_templates(running),
    )  # fmt: skip
    document.build(list(story))
    return stream.getvalue(), document.page


def _templates(running: Running) -> list[PageTemplate]:
    def furnish(canvas: Canvas, _document: BaseDocTemplate) -> None:
        _draw_running(canvas, running)

    def finish(canvas: Canvas, _document: BaseDocTemplate) -> None:
        _draw_watermark(canvas, running.watermark)

    bare = {"leftPadding": 0, "rightPadding": 0, "topPadding": 0, "bottomPadding": 0}
    front = Frame(MARGIN, MARGIN, TEXT_WIDTH, HEIGHT - 2 * MARGIN, id=FRONT, **bare)
    sheet = Frame(SHEET_MARGIN, 54, WIDTH - 2 * SHEET_MARGIN, HEIGHT - 54 - 54, id=SHEET, **bare)
    return [
        PageTemplate(FRONT, [front], onPage=furnish, onPageEnd=finish),
        PageTemplate(SHEET, [sheet], onPage=furnish, onPageEnd=finish),
    ]


def _draw_running(canvas: Canvas, running: Running) -> None:
    page = canvas.getPageNumber()
    canvas.bookmarkPage(destination(page))
    canvas.saveState()
    canvas.setFillColor(GREY)
    canvas.setFont(REGULAR, 9)
    place = f" · page {page} of {running.total}"
    case = fitted(f"Case {running.case_id}", REGULAR, 9, 200)
    canvas.drawRightString(WIDTH - MARGIN, _HEAD, case + place)
    room = TEXT_WIDTH - stringWidth(case + place, REGULAR, 9) - 24
    canvas.drawString(MARGIN, _HEAD, fitted(running.title, REGULAR, 9, room))
    canvas.drawString(MARGIN, _FOOT, fitted(f"Drafted {instant(running.drafted_at)}", REGULAR, 9, TEXT_WIDTH))
    canvas.setStrokeColor(RULE)
    canvas.setLineWidth(0.4)
    canvas.line(MARGIN, _HEAD - 5, WIDTH - MARGIN, _HEAD - 5)
    canvas.restoreState()


def _draw_watermark(canvas: Canvas, watermark: str) -> None:
    if not watermark.strip():
        return
    text = fitted(watermark, SEMIBOLD, 12, 480)
    size = min(64.0, 12 * 600 / stringWidth(text, SEMIBOLD, 12))
    canvas.saveState()
    canvas.translate(WIDTH / 2, HEIGHT / 2)
    canvas.rotate(52)
    canvas.setFont(SEMIBOLD, size)
    canvas.setFillColor(INK, alpha=0.12)
    canvas.drawCentredString(0, -size / 3, text)
    canvas.restoreState()

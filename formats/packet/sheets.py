"""Draws the packet pages of enclosures: a stamp for each, the source page with boxed words, or marked text."""

from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable

from formats.packet.enclosures import GAP, NOTE_HEIGHT, TITLE_HEIGHT, Piece, Sheet
from formats.packet.page_frame import MARGIN, SHEET_MARGIN, TEXT_WIDTH, WIDTH, destination, fitted
from formats.packet.pdf_source import Box, Matrix, SourcePage
from formats.packet.printed_text import LEADING, SIZE, PrintedLine
from formats.packet.typeface import GREY, INK, LINK, REGULAR, RULE, SEMIBOLD, day

_TOP, _BOTTOM = 718.0, 58.0
_TINT = 0.93


@dataclass(frozen=True)
class Placement:
    """Where a source page goes on a packet page."""

    page: int
    source: SourcePage
    matrix: Matrix


class SheetPage(Flowable):  # type: ignore[misc]  # reportlab has no types
    """Draws one sheet over the whole frame and notes where its source page is to be placed."""

    def __init__(self, sheet: Sheet, total: int, placements: list[Placement]) -> None:
        super().__init__()
        self._sheet, self._total, self._placements = sheet, total, placements

    def wrap(self, available_width: float, available_height: float) -> tuple[float, float]:
        return available_width, available_height

    def drawOn(self, canvas: Canvas, x: float, y: float, _sW: float = 0) -> None:
        """Draw in page coordinates; the frame's origin is not used."""
        top = _TOP
        for piece in self._sheet:
            self._draw_piece(canvas, piece, top)
            top -= piece.height + GAP

    def _draw_piece(self, canvas: Canvas, piece: Piece, top: float) -> None:
        canvas.saveState()
        page = canvas.getPageNumber()
        if piece.number == 1:
            title = f"Enclosure {piece.extract.number}: {piece.document.title}"
            canvas.addOutlineEntry(fitted(title, REGULAR, 9, 400), destination(page), level=1)
        _draw_stamp(canvas, piece, f"packet page {page} of {self._total}", top)
        if piece.source:
            self._placements.append(Placement(page, piece.source, _draw_page(canvas, piece.source, top)))
        else:
            _draw_text(canvas, piece, top)
        canvas.restoreState()


def _draw_stamp(canvas: Canvas, piece: Piece, place: str, top: float) -> None:
    stamp = f"Enclosure {piece.extract.number}, page {piece.number} of {piece.of} · {place}"
    if top < _TOP:
        canvas.setStrokeColor(RULE)
        canvas.setLineWidth(0.4)
        canvas.line(MARGIN, top + 23, WIDTH - MARGIN, top + 23)
    canvas.setFillColor(INK)
    canvas.setFont(SEMIBOLD, 9)
    canvas.drawString(MARGIN, top + 11, stamp)
    named = piece.document.title if piece.number > 1 or piece.source else ""
    named += f", source page {piece.source.number}" if piece.source else ""
    canvas.setFillColor(GREY)
    canvas.setFont(REGULAR, 9)
    room = TEXT_WIDTH - stringWidth(stamp, SEMIBOLD, 9) - 18
    canvas.drawRightString(WIDTH - MARGIN, top + 11, fitted(named, REGULAR, 9, room))


def _draw_page(canvas: Canvas, source: SourcePage, top: float) -> Matrix:
    width, height = source.shown
    scale = min(1.0, (WIDTH - 2 * SHEET_MARGIN) / width, (top - _BOTTOM) / height)
    left = (WIDTH - width * scale) / 2
    matrix = source.placement(left, top, scale)
    canvas.setStrokeColor(RULE)
    canvas.setLineWidth(0.4)
    canvas.rect(left, top - height * scale, width * scale, height * scale)
    canvas.setStrokeColor(LINK)
    canvas.setLineWidth(0.9)
    for mark in source.marks:
        x, y, across, up = _placed(mark, matrix)
        canvas.rect(x - 1.5, y - 1.5, across + 3, up + 3)
    return matrix


def _placed(box: Box, matrix: Sequence[float]) -> tuple[float, float, float, float]:
    """Left, bottom, width and height of a source box on the packet page."""
    a, b, c, d, e, f = matrix
    corners = [(a * x + c * y + e, b * x + d * y + f) for x, y in ((box[0], box[1]), (box[2], box[3]))]
    (x0, x1), (y0, y1) = (sorted(axis) for axis in zip(*corners, strict=True))
    return x0, y0, x1 - x0, y1 - y0


def _draw_text(canvas: Canvas, piece: Piece, top: float) -> None:
    y = top - 10
    if piece.number == 1:
        _draw_title(canvas, piece, top)
        y -= TITLE_HEIGHT + (NOTE_HEIGHT if piece.note else 0)
    for line in piece.lines:
        _draw_line(canvas, line, y)
        y -= LEADING


def _draw_title(canvas: Canvas, piece: Piece, top: float) -> None:
    document = piece.document
    facts = [day(document.dated)] if document.dated else []
    facts += dict.fromkeys((str(document.id), document.source))
    canvas.setFillColor(INK)
    canvas.setFont(SEMIBOLD, 14)
    canvas.drawString(MARGIN, top - 16, fitted(document.title, SEMIBOLD, 14, TEXT_WIDTH))
    canvas.setFillColor(GREY)
    canvas.setFont(REGULAR, 9)
    canvas.drawString(MARGIN, top - 31, fitted(" · ".join(facts), REGULAR, 9, TEXT_WIDTH))
    canvas.setFillColor(INK)
    canvas.drawString(MARGIN, top - 31 - NOTE_HEIGHT, fitted(piece.note, REGULAR, 9, TEXT_WIDTH))


def _draw_line(canvas: Canvas, line: PrintedLine, y: float) -> None:
    x = MARGIN
    canvas.setStrokeColor(LINK)
    if any(run.marked for run in line.runs):
        canvas.setLineWidth(2)
        canvas.line(MARGIN - 9, y - 3, MARGIN - 9, y + 9)
    for run in line.runs:
        width = stringWidth(run.text, REGULAR, SIZE)
        if run.marked:
            canvas.setFillGray(_TINT)
            canvas.rect(x, y - 3, width, LEADING - 1, stroke=0, fill=1)
            canvas.setLineWidth(0.6)
            canvas.line(x, y - 2.5, x + width, y - 2.5)
        canvas.setFillColor(INK)
        canvas.setFont(REGULAR, SIZE)
        canvas.drawString(x, y, run.text)
        x += width

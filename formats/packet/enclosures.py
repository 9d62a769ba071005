"""Enclosed documents laid out on packet pages: pages of a PDF as they are, or the stored text broken into lines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cases.document import Document, DocumentKind
from cases.errors import UnreadableFile
from cases.evidence import Span
from cases.ids import DocumentId
from cases.packet import ChartExtract
from formats.packet.page_frame import TEXT_WIDTH
from formats.packet.pdf_source import SourcePage, open_pages
from formats.packet.printed_text import LEADING, PrintedLine, printed_lines

TITLE_HEIGHT, NOTE_HEIGHT, GAP = 46.0, 13.0, 44.0
_SHEET_HEIGHT = 656.0
_LINES = int(_SHEET_HEIGHT / LEADING)


@dataclass(frozen=True)
class Piece:
    """What of an enclosure stands on one packet page: a page of its source, or lines of its text.

    `number` of `of` counts the enclosure's own pages; `note` says why text is printed where pages were asked for.
    """

    extract: ChartExtract
    number: int
    of: int
    lines: tuple[PrintedLine, ...] = ()
    source: SourcePage | None = None
    note: str = ""

    @property
    def document(self) -> Document:
        return self.extract.document

    @property
    def height(self) -> float:
        """Points that printed text takes, with its title on the first page."""
        title = TITLE_HEIGHT + (NOTE_HEIGHT if self.note else 0) if self.number == 1 else 0
        return title + len(self.lines) * LEADING


Sheet = tuple[Piece, ...]
"""One packet page: one piece, or several enclosures of printed text that fit whole on the page."""


def lay_out(extracts: Sequence[ChartExtract], sources: Mapping[DocumentId, bytes]) -> tuple[Sheet, ...]:
    """All extracts in their order on as few sheets as keep every longer enclosure on pages of its own."""
    sheets: list[Sheet] = []
    for extract in extracts:
        pieces = _pieces(extract, sources)
        if sheets and _shares(pieces[0]) and all(map(_shares, sheets[-1])) and _fits((*sheets[-1], pieces[0])):
            sheets[-1] = (*sheets[-1], pieces[0])
        else:
            sheets += [(piece,) for piece in pieces]
    return tuple(sheets)


def _shares(piece: Piece) -> bool:
    return piece.of == 1 and piece.source is None


def _fits(sheet: Sheet) -> bool:
    return sum(piece.height for piece in sheet) + GAP * (len(sheet) - 1) <= _SHEET_HEIGHT


def _pieces(extract: ChartExtract, sources: Mapping[DocumentId, bytes]) -> tuple[Piece, ...]:
    """One enclosure's pages; a source whose pages cannot be shown gives its stored text and a note."""
    if not extract.pdf_pages:
        read = extract.document.kind is DocumentKind.SCAN
        return _as_text(extract, "This is the text read from a scan by character recognition." if read else "")
    content = sources.get(extract.document.id)
    if content is None:
        return _as_text(extract, "The source file is not at hand; its stored text is printed instead of its pages.")
    try:
        pages = open_pages(content, extract.document, extract.pdf_pages, extract.highlights)
    except UnreadableFile as refused:
        return _as_text(extract, f"The source {refused.reason}; its stored text is printed instead of its pages.")
    return tuple(Piece(extract, number, len(pages), source=page) for number, page in enumerate(pages, start=1))


def _as_text(extract: ChartExtract, note: str) -> tuple[Piece, ...]:
    lines = printed_lines(extract.document, extract.highlights, TEXT_WIDTH)
    titled = int((_SHEET_HEIGHT - TITLE_HEIGHT - NOTE_HEIGHT) / LEADING)
    parts = [lines[:titled], *(lines[at : at + _LINES] for at in range(titled, len(lines), _LINES))]
    return tuple(Piece(extract, number, len(parts), part, note=note) for number, part in enumerate(parts, start=1))


class PacketPages:
    """Which packet page each enclosure and each quoted passage stands on; `front` pages come before them."""

    def __init__(self, sheets: Sequence[Sheet], front: int) -> None:
        self.total = front + len(sheets)
        self._placed = [(piece, page) for page, sheet in enumerate(sheets, start=front + 1) for piece in sheet]
        self._held: dict[DocumentId, list[tuple[Piece, int]]] = {}
        for piece, page in self._placed:
            self._held.setdefault(piece.document.id, []).append((piece, page))

    def starts(self) -> list[tuple[Piece, int]]:
        """The first piece of each enclosure with the packet page it stands on."""
        return [(piece, page) for piece, page in self._placed if piece.number == 1]

    def find(self, span: Span) -> tuple[Piece, int] | None:
        """The piece on which the span starts and its packet page; None where that page is not enclosed."""
        held = self._held.get(span.document_id, [])
        for piece, page in held:
            wanted = span.page or piece.document.page_at(span.start)
            if piece.source and piece.source.number == wanted:
                return piece, page
        printed = [(piece, page) for piece, page in held if piece.lines and piece.lines[0].start <= span.start]
        return max(printed, key=lambda placed: placed[0].lines[0].start, default=None)

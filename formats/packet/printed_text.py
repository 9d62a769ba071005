"""A document's stored text broken into printed lines, each of which knows the code points it holds."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from reportlab.pdfbase.pdfmetrics import stringWidth

from cases.document import Document
from formats.packet.typeface import REGULAR, printed

SIZE = 9.5
LEADING = 13.0


@dataclass(frozen=True)
class Run:
    """Neighbouring characters that are all marked, or all not."""

    text: str
    marked: bool


@dataclass(frozen=True)
class PrintedLine:
    """One line as printed; `start` is the first code point of the document's text it holds."""

    start: int
    runs: tuple[Run, ...]


@dataclass(frozen=True)
class _Cell:
    """One printed character and the code point of the text it stands for."""

    character: str
    offset: int
    marked: bool


def printed_lines(document: Document, marked: Sequence[tuple[int, int]], width: float) -> tuple[PrintedLine, ...]:
    """All lines of the text, none wider than `width` points; long words are broken.

    Passages that a reader of the source cannot see are left out, with a note in their place that says why.
    """
    widths: dict[str, float] = {}
    lines: list[PrintedLine] = []
    for cells in _physical_lines(document, marked):
        lines += [_line(part) for part in _wrapped(cells, width, widths)]
    return tuple(lines)


def _physical_lines(document: Document, marked: Sequence[tuple[int, int]]) -> Iterator[list[_Cell]]:
    line: list[_Cell] = []
    for cell in _cells(document, _covered(marked, len(document.text))):
        if cell.character == "\n":
            yield [*line, cell]
            line = []
        else:
            line.append(cell)
    if line:
        yield line


def _covered(spans: Sequence[tuple[int, int]], length: int) -> frozenset[int]:
    return frozenset(at for start, end in spans for at in range(max(start, 0), min(end, length)))


def _cells(document: Document, marked: frozenset[int]) -> Iterator[_Cell]:
    hidden = _covered([(span.start, span.end) for span in document.hidden], len(document.text))
    notes = {max(span.start, 0): span.reason for span in document.hidden}
    text = document.text
    for offset, character in enumerate(text):
        if offset in notes:
            note = f"[text that cannot be seen in the source is left out: {notes[offset]}]"
            yield from (_Cell(piece, offset, False) for letter in note for piece in printed(letter))
        is_crlf = character == "\r" and text[offset + 1 : offset + 2] == "\n"
        if offset not in hidden and not is_crlf:
            shown = "\n" if character == "\f" else printed(character)
            yield from (_Cell(piece, offset, offset in marked) for piece in shown)


def _wrapped(cells: list[_Cell], width: float, widths: dict[str, float]) -> Iterator[list[_Cell]]:
    """The cells of one line of text in pieces that fit, broken after the last space where there is one."""
    start, space, used = 0, 0, 0.0
    for at, cell in enumerate(cells):
        character = cell.character
        if character not in widths:
            widths[character] = stringWidth(character, REGULAR, SIZE) if character != "\n" else 0.0
        used += widths[character]
        if used > width and character != " " and at > start:
            cut = space if space > start else at
            yield cells[start:cut]
            start = cut
            used = sum(widths[c.character] for c in cells[start : at + 1])
        if character == " ":
            space = at + 1
    yield cells[start:]


def _line(cells: list[_Cell]) -> PrintedLine:
    """Cells joined by whether they are marked; the indent of a line is never marked."""
    shown = [cell for cell in cells if cell.character != "\n"]
    indent = next((at for at, cell in enumerate(shown) if cell.character != " "), len(shown))
    marked = [cell.marked and at >= indent for at, cell in enumerate(shown)]
    joined = groupby(zip(shown, marked, strict=True), key=itemgetter(1))
    runs = (Run("".join(cell.character for cell, _ in group), is_marked) for is_marked, group in joined)
    return PrintedLine(cells[0].offset, tuple(runs))

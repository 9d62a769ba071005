"""Tables in notes: a head that names measurements over rows of values, by bars, tabs or runs of spaces."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.vocabulary import ConceptKind, Mention, Vocabulary

_GAP = re.compile(r"\s*\|\s*|\t+|\s{2,}")
_RULE = re.compile(r"^[\s|:+=-]*$")
_VALUE = re.compile(r"^(?:\d{1,4}(?:\.\d+)?)\s?%?(?:\s?[A-Za-z/%\[\]]{1,10})?$")
_DATE_HEAD = re.compile(r"\b(?:date|time|day)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Cell:
    """One cell: code points [start, end) of the text."""

    start: int
    end: int


@dataclass(frozen=True)
class TableReading:
    """A value cell, its head, its row, and the measurement the head names."""

    mention: Mention
    value: Cell
    head: Cell
    row: tuple[Cell, ...]


@dataclass(frozen=True)
class Table:
    """[start, end) of the text taken up by a table, and the readings in it."""

    start: int
    end: int
    readings: tuple[TableReading, ...]


def tables_in(text: str, vocabulary: Vocabulary) -> list[Table]:
    """Tables whose head names at least one measurement and whose rows have the head's number of cells."""
    lines = _lines(text)
    found = []
    index = 0
    while index < len(lines):
        head = _cells(text, *lines[index])
        measured = _measured(text, head, vocabulary) if len(head) > 1 else {}
        rows = _rows(text, lines[index + 1 :], len(head)) if measured else []
        if rows:
            readings = tuple(_row_readings(text, head, row, measured) for row in rows)
            last = rows[-1][-1].end
            found.append(Table(lines[index][0], last, tuple(item for row in readings for item in row)))
            index = next((i for i, line in enumerate(lines) if line[0] > last), len(lines))
        else:
            index += 1
    return found


def _lines(text: str) -> list[tuple[int, int]]:
    place, lines = 0, []
    for line in text.split("\n"):
        lines.append((place, place + len(line)))
        place += len(line) + 1
    return lines


def _cells(text: str, start: int, end: int) -> tuple[Cell, ...]:
    cells, place = [], start
    for gap in [*_GAP.finditer(text, start, end), None]:
        stop = gap.start() if gap else end
        if text[place:stop].strip():
            cells.append(Cell(place, stop))
        place = gap.end() if gap else end
    return tuple(cells)


def _measured(text: str, head: Sequence[Cell], vocabulary: Vocabulary) -> dict[int, Mention]:
    """Columns whose head names a measurement and holds no value of its own."""
    found = {}
    for column, cell in enumerate(head):
        words = text[cell.start : cell.end]
        mentions = [m for m in vocabulary.mentions(words) if m.concept.kind is ConceptKind.MEASUREMENT]
        if len({m.concept.id for m in mentions}) == 1 and not re.search(r"(?<![A-Za-z])\d+(?:\.\d+)?\s?%", words):
            m = mentions[0]
            found[column] = Mention(concept=m.concept, start=cell.start + m.start, end=cell.start + m.end)
    return found


def _rows(text: str, lines: Sequence[tuple[int, int]], width: int) -> list[tuple[Cell, ...]]:
    rows = []
    for start, end in lines:
        if _RULE.match(text[start:end]) and text[start:end].strip():
            continue
        cells = _cells(text, start, end)
        if len(cells) != width:
            break
        rows.append(cells)
    return rows


def _row_readings(
    text: str, head: Sequence[Cell], row: tuple[Cell, ...], measured: dict[int, Mention]
) -> tuple[TableReading, ...]:
    return tuple(
        TableReading(mention, row[column], head[column], row)
        for column, mention in measured.items()
        if _VALUE.match(text[row[column].start : row[column].end].strip())
    )


def is_date_head(text: str, cell: Cell) -> bool:
    return bool(_DATE_HEAD.search(text[cell.start : cell.end]))

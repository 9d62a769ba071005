"""Tables in notes: a head that names measurements over rows of values, by bars, tabs or runs of spaces."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from knowledge.vocabulary import ConceptKind, Mention, Vocabulary

_GAP = re.compile(r"\s*\|\s*|\t+|\s{2,}")
_RULE = re.compile(r"^[\s|:+=-]*$")
_VALUE = re.compile(r"^(?:\d{1,4}(?:\.\d+)?)\s?%?(?:\s?[A-Za-z/%\[\]]{1,10})?$")
_DATE = re.compile(r"\d{1,4}[/-]\d{1,2}[/-]\d{2,4}")


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
        rows = _rows(text, lines[index + 1 :], len(head)) if len(head) > 1 else []
        readings = [*_by_column(text, head, rows, vocabulary), *_by_row(text, head, rows, vocabulary)]
        if rows and readings:
            last = rows[-1][-1].end
            found.append(Table(lines[index][0], last, tuple(readings)))
            index = next((i for i, line in enumerate(lines) if line[0] > last), len(lines))
        else:
            index += 1
    return found


def _by_column(
    text: str, head: Sequence[Cell], rows: Sequence[tuple[Cell, ...]], vocabulary: Vocabulary
) -> Iterator[TableReading]:
    """Measurements named in the head, a reading in each row."""
    measured = _measured(text, head, vocabulary) if rows else {}
    for row in rows:
        for column, mention in measured.items():
            if _is_value(text, row[column]):
                yield TableReading(mention, row[column], head[column], row)


def _by_row(
    text: str, head: Sequence[Cell], rows: Sequence[tuple[Cell, ...]], vocabulary: Vocabulary
) -> Iterator[TableReading]:
    """Measurements named at the start of a row, a reading under each date of the head (a flowsheet)."""
    if not any(_DATE.search(text, cell.start, cell.end) for cell in head[1:]):
        return
    for row in rows:
        mention = _measured(text, row[:1], vocabulary).get(0)
        for column in range(1, len(row)) if mention else ():
            if _is_value(text, row[column]) and mention:
                yield TableReading(mention, row[column], row[0], (row[0], head[column]))


def _is_value(text: str, cell: Cell) -> bool:
    return bool(_VALUE.match(text[cell.start : cell.end].strip()))


def _lines(text: str) -> list[tuple[int, int]]:
    place, lines = 0, []
    for line in text.split("\n"):
        lines.append((place, place + len(line)))
        place += len(line) + 1
    return lines


def _cells(text: str, start: int, end: int) -> tuple[Cell, ...]:
    """Cells between bars, empty ones kept; without bars, between tabs or runs of spaces."""
    if "|" in text[start:end]:
        return _barred(text, start, end)
    cells, place = [], start
    for gap in [*_GAP.finditer(text, start, end), None]:
        stop = gap.start() if gap else end
        if text[place:stop].strip():
            cells.append(Cell(place, stop))
        place = gap.end() if gap else end
    return tuple(cells)


def _barred(text: str, start: int, end: int) -> tuple[Cell, ...]:
    bars = [match.start() for match in re.finditer(r"\|", text[start:end])]
    edges = [start - 1, *(start + bar for bar in bars), end]
    cells = [Cell(first + 1, last) for first, last in zip(edges, edges[1:], strict=False)]
    line = text[start:end]
    first = 1 if line[:2].lstrip().startswith("|") else 0
    last = len(cells) - 1 if line.endswith("|") else len(cells)
    return tuple(cells[first:last])


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

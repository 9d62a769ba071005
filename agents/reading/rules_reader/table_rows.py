"""Tables written out as sentences: a row's name, its column's head and its value, each piece with its true place."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

_GAP = re.compile(r"\t+|\s{2,}")
_RULE = re.compile(r"^[\s|:+=_-]*$")
_MONTH = r"(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)(?:[a-z]{2,6})?\.?(?:,? (?:19|20)\d\d)?"
_DATE = re.compile(rf"\d{{1,4}}[/-]\d{{1,2}}(?:[/-]\d{{2,4}})?|\b[A-Z][a-z]{{2,8}} (?:19|20)\d\d\b|\b(?i:{_MONTH})")
_SIDE = re.compile(r"^(?:right|left|r|l)$", re.IGNORECASE)
_UNIT = re.compile(
    r"\s?[(\[]\s?(?P<unit>%|mm\s?\[?Hg\]?|kPa|kg|cm|lbs?|in|ft|[A-Za-z]{1,5}/[A-Za-z0-9]{1,6})\s?[)\]]", re.IGNORECASE
)
_IDENTITY = re.compile(r"\b(?:DOB|MRN|D\.O\.B|born)\b|birth", re.IGNORECASE)
_NOTHING = re.compile(r"\s*(?:none|nil|n/a)\b", re.IGNORECASE)
_VALUE = re.compile(
    r"^(?:[<>]\s?)?\d[\d.,/:]*\s?(?:%|[A-Za-z%][A-Za-z0-9%/\[\]]{0,9})?(?:\s?\([^)]*\))?$|"
    r"^(?:pos|neg|positive|negative|non-?reactive|reactive|yes|no|none|normal|absent|present|final|prelim\w*|pending|"
    r"not \w+|cancel+ed.*|indeterminate|room air|\d.*|[-–]|\?\?|booked|no show)$",
    re.IGNORECASE,
)
_LABELLED = re.compile(r"[A-Za-z)]:(?:\s|$)")
_REFERENCE = re.compile(r"\b(?:ref(?:erence)?|range|normal|limits?|flag)\b", re.IGNORECASE)
_BARE_HEAD = re.compile(r"^(?:results?|values?|reading)$", re.IGNORECASE)
_UNIT_HEAD = re.compile(r"\s*units?\s*$", re.IGNORECASE)
_TRAILING_UNIT = re.compile(r"\s(?P<unit>%|mm ?Hg|kPa|kg|cm|lbs?|[munp]?g/d?[lL]|mmol/[lL]|m?IU/m?[lL]|L/min)$")
_STARTS_WITH_DATE = re.compile(
    rf"\s*(\d{{1,4}}[/-]\d{{1,2}}(?:[/-]\d{{2,4}})?|(?i:{_MONTH})(?=\s*$))(?:\s+[A-Za-z][\w -]{{0,20}})?\s*$"
)
_ALIGNED = 2
"""How far apart cells of one column may begin."""
_MONTHLY = re.compile(_MONTH, re.IGNORECASE)
_LONGEST_CELL = 6
_NEAR = 12
_INDENT = 4


@dataclass(frozen=True)
class Cell:
    """One cell: code points [start, end) of the text, its words, and how far into its line it begins."""

    start: int
    end: int
    words: str
    column: int


@dataclass(frozen=True)
class Piece:
    """Words of a row that is written out; `source` is where they stand in the text."""

    words: str
    source: int


@dataclass(frozen=True)
class RowSentence:
    """A row, or one cell of it with its heads, as a sentence; `line` is the row's own [start, end) in the text."""

    pieces: tuple[Piece, ...]
    line: tuple[int, int]

    @property
    def text(self) -> str:
        return "".join(piece.words for piece in self.pieces)


@dataclass
class _Heads:
    """The columns in force: their cells, and whether they are body sides or dates."""

    cells: list[Cell] = field(default_factory=list)
    corner: Cell | None = None
    by_side: bool = False
    aligned: bool = False


def row_sentences(text: str) -> list[RowSentence]:
    """Every table row of a text written out, in order of place; prose gives none."""
    found: list[RowSentence] = []
    lines = list(_lines(text))
    heads: _Heads | None = None
    for number, (start, end) in enumerate(lines):
        line = text[start:end]
        if not line.strip():
            heads = None
            continue
        if _RULE.match(line):
            continue
        cells = _cells(text, start, end)
        fits = heads is not None and (len(cells) == len(heads.cells) + heads.by_side or heads.aligned)
        following = lines[number + 1 :]
        if not fits and (_is_aligned_head(cells, text, following) or _is_head(cells, text, following)):
            heads = _columns(cells, aligned=_is_aligned_head(cells, text, following))
            continue
        rows = list(_row(heads, cells, (start, end))) if heads and not _is_labelled(line) else []
        found += rows
        if heads and not rows and not heads.by_side:
            heads = None
    return found


def _lines(text: str) -> Iterator[tuple[int, int]]:
    place = 0
    for line in text.split("\n"):
        yield place, place + len(line)
        place += len(line) + 1


def _cells(text: str, start: int, end: int) -> list[Cell]:
    if "|" in text[start:end]:
        return _barred(text, start, end)
    cells, place = [], start
    for gap in [*_GAP.finditer(text, start, end), None]:
        stop = gap.start() if gap else end
        if text[place:stop].strip():
            cells.append(Cell(place, stop, text[place:stop], place - start))
        place = gap.end() if gap else end
    return cells


def _barred(text: str, start: int, end: int) -> list[Cell]:
    edges = [start - 1, *(start + m.start() for m in re.finditer(r"\|", text[start:end])), end]
    cells = []
    for first, last in zip(edges, edges[1:], strict=False):
        words = text[first + 1 : last]
        lead = len(words) - len(words.lstrip())
        cells.append(Cell(first + 1 + lead, last, words.strip(), first + 1 - start))
    if len(cells) > 2 and not cells[-1].words:
        cells.pop()
    if len(cells) > 2 and not cells[0].words and text[start:end][:2].lstrip().startswith("|"):
        cells.pop(0)
    return cells


def _is_labelled(line: str) -> bool:
    return bool(_LABELLED.search(line))


def _is_head(cells: Sequence[Cell], text: str, following: Sequence[tuple[int, int]]) -> bool:
    """Whether a line names columns: short cells without values, over a row that holds some."""
    if len(cells) < 2 or any(_IDENTITY.search(cell.words) or _NOTHING.match(cell.words) for cell in cells):
        return False
    if any(len(cell.words.split()) > _LONGEST_CELL or ":" in cell.words for cell in cells):
        return False
    sides = [cell for cell in cells if _SIDE.match(cell.words.strip())]
    named = [cell for cell in cells[1:] if not _is_value(cell.words) or _DATE.fullmatch(cell.words.strip())]
    if len(sides) < 2 and (len(named) < len(cells) - 1 or _is_value(cells[0].words)):
        return False
    for start, end in following:
        line = text[start:end]
        if not line.strip() or _is_labelled(line):
            return False
        if _RULE.match(line):
            continue
        row = _cells(text, start, end)
        fits = len(row) in (len(cells), len(sides) + 1) if sides else len(row) >= min(len(cells), 3)
        aligned = len(row) <= len(cells) or bool(_DATE.fullmatch(cells[0].words.strip()) or sides)
        return len(row) > 1 and fits and aligned and any(_is_value(cell.words) for cell in row[1:])
    return False


def _is_aligned_head(cells: Sequence[Cell], text: str, following: Sequence[tuple[int, int]]) -> bool:
    """Whether short words without figures, or dates, stand over two rows whose cells begin just where they do."""
    if len(cells) < 2 or any(_NOTHING.match(cell.words) or ":" in cell.words for cell in cells):
        return False
    if any(_IDENTITY.search(cell.words) for cell in cells):
        return False
    dated = all(_STARTS_WITH_DATE.match(cell.words) for cell in cells)
    if not dated and any(len(cell.words.split()) > 3 or re.search(r"\d", cell.words) for cell in cells):
        return False
    rows = [_cells(text, start, end) for start, end in following[:4] if not _RULE.match(text[start:end])][:2]
    if dated and rows and all(_MONTHLY.fullmatch(cell.words.strip()) for cell in cells):
        return _under(cells, rows[0], labelled=True)
    return len(rows) == 2 and all(_under(cells, row, labelled=dated) for row in rows)


def _under(heads: Sequence[Cell], row: Sequence[Cell], *, labelled: bool) -> bool:
    """Whether the cells of a row begin where the heads do; behind a cell without a head where it is `labelled`."""
    cells = row[1 : len(heads) + 1] if labelled and len(row) > len(heads) else row
    if len(cells) != len(heads) or _is_labelled(" ".join(cell.words for cell in row)):
        return False
    return all(
        -_ALIGNED <= cell.column - head.column <= max(_ALIGNED, len(head.words.strip()) - 1 if labelled else 0)
        for head, cell in zip(heads, cells, strict=True)
    )


def _is_value(words: str) -> bool:
    return bool(_VALUE.match(words.strip()))


def _columns(cells: list[Cell], *, aligned: bool) -> _Heads:
    sides = [cell for cell in cells if _SIDE.match(cell.words.strip())]
    if len(sides) > 1:
        corner = cells[0] if cells[0] not in sides else None
        return _Heads(cells=sides, corner=corner, by_side=True)
    return _Heads(cells=cells, aligned=aligned)


def _row(heads: _Heads, cells: list[Cell], line: tuple[int, int]) -> Iterator[RowSentence]:
    if len(cells) < 2:
        return
    label, values = cells[0], cells[1:]
    placed = _placed(heads, label, values)
    if heads.by_side and not (len(placed) == len(heads.cells) and all(_is_value(cell.words) for cell in values)):
        return
    if heads.by_side or any(_dated(head) for head, _ in placed):
        behind = _without_head(heads, placed, values)
        own = [pair for pair in placed if pair[1] not in behind]
        yield from (_of_column(heads, label, head, cell, line, behind) for head, cell in own if _counts(head, cell))
        return
    if not (heads.aligned or any(_is_value(cell.words) for _, cell in placed)):
        return
    pieces = [Piece(label.words, label.start)]
    unit = next((cell for head, cell in placed if _UNIT_HEAD.match(head.words) and cell.words.strip()), None)
    for head, cell in placed:
        if head.words and not _REFERENCE.search(head.words) and cell is not unit:
            pieces += _pair(head, cell)
            if unit and _BARE_HEAD.match(head.words.strip()) and re.fullmatch(r"[\d.]+", cell.words.strip()):
                pieces.append(Piece(" " + unit.words.strip(), unit.start))
    yield RowSentence(tuple(pieces), line)


def _without_head(heads: _Heads, placed: Sequence[tuple[Cell, Cell]], values: Sequence[Cell]) -> list[Cell]:
    """Cells behind the last column, such as a status: under no head, or under one that has its value already."""
    last = heads.cells[-1]
    under = [cell for head, cell in placed if head is last]
    taken = [cell for _, cell in placed]
    behind = [cell for cell in values if cell not in taken and cell.column > last.column]
    return [] if heads.by_side else [*under[1:], *behind]


def _dated(head: Cell) -> bool:
    return bool(_DATE.fullmatch(head.words.strip()) or _STARTS_WITH_DATE.match(head.words))


def _counts(head: Cell, cell: Cell) -> bool:
    return bool(cell.words.strip()) and not _REFERENCE.search(head.words)


def _pair(head: Cell, cell: Cell) -> list[Piece]:
    """A column's head and the value under it; a unit in the head is put behind the value."""
    unit = _UNIT.search(head.words) or _TRAILING_UNIT.search(head.words.rstrip())
    name = _TRAILING_UNIT.sub("", _UNIT.sub("", head.words).strip())
    lead = [] if _BARE_HEAD.match(name) else [Piece(name + " ", head.start)]
    pieces = [Piece(", ", cell.start), *lead, Piece(cell.words.strip(), cell.start)]
    if unit and re.fullmatch(r"[\d.]+", cell.words.strip()):
        pieces.append(Piece(" " + unit["unit"], head.start + unit.start("unit")))
    return pieces


def _of_column(
    heads: _Heads, label: Cell, head: Cell, cell: Cell, line: tuple[int, int], behind: Sequence[Cell] = ()
) -> RowSentence:
    """One value of a row under a side or a date, with what stands `behind` all columns."""
    unit = _UNIT.search(label.words) or _TRAILING_UNIT.search(label.words.rstrip())
    bare = bool(unit) and re.fullmatch(r"[\d.]+", cell.words.strip()) is not None
    name = (label.words[: unit.start()] + label.words[unit.end() :] if unit and bare else label.words).strip()
    dated = _STARTS_WITH_DATE.match(head.words)
    pieces = [Piece(heads.corner.words.strip() + " ", heads.corner.start)] if heads.corner else []
    pieces += [Piece(name + " ", label.start), Piece((dated[1] if dated else head.words.strip()) + ": ", head.start)]
    pieces.append(Piece(cell.words.strip(), cell.start))
    if unit and bare:
        pieces.append(Piece(" " + unit["unit"], label.start + unit.start("unit")))
    pieces += [Piece(", " + one.words.strip(), one.start) for one in behind]
    return RowSentence(tuple(pieces), line)


def _placed(heads: _Heads, label: Cell, values: Sequence[Cell]) -> list[tuple[Cell, Cell]]:
    """Each value with the head it stands under; those under none are left out."""
    unnamed = heads.by_side or abs(heads.cells[0].column - label.column) > _INDENT
    columns = heads.cells if unnamed else heads.cells[1:]
    if len(values) == len(columns):
        return list(zip(columns, values, strict=True))
    return [(head, cell) for cell in values if (head := _over(columns, cell)) is not None]


def _over(columns: Sequence[Cell], cell: Cell) -> Cell | None:
    """The head that begins nearest to where the cell does; None where none is near."""
    best = min(columns, key=lambda head: abs(head.column - cell.column), default=None)
    return best if best and abs(best.column - cell.column) <= _NEAR else None

"""Tables as text: cells between commas, tabs, semicolons or bars are read with their column's name."""

import re
from collections.abc import Iterator, Sequence

from guardrails.phi.gazetteer.lexicon import listed
from guardrails.phi.recognizers.label_words import words_of
from guardrails.phi.spans import Found, PhiType
from guardrails.phi.structured.fields import Piece, Reading, field, labelled
from guardrails.phi.structured.meaning import handling_of

_LINE = re.compile(r"[^\r\n]+")
_RULE = re.compile(r"[\s|:+=-]+")
_MARKDOWN_RULE = re.compile(r"\s*\|?(?:\s*:?-{2,}:?\s*\|)+(?:\s*:?-{2,}:?\s*)?")
"""The line under the names of a table in Markdown."""
_MARKS = ("\t", "|", ",", ";")
_COLUMN_WORDS = listed(
    "name first last given family patient member subscriber dob birth date id mrn ssn phone fax email address "
    "street city state zip gender sex age provider physician npi code account acct claim dos status payer plan "
    "insurance diagnosis dx icd cpt drug medication visit admit discharge note notes comment amount relationship "
    "mobile county country employer facility middle surname type lab result value unit test time user record "
    "number auth authorization service decision ref reference case reason due order request requested contact "
    "procedure description specialty group card beneficiary enrollee spouse mother pcp attending ordering referring "
    "prescriber initials location room bed unit ward med meds dose route freq action actor ts timestamp event dt "
    "charge charges paid billed allowed check npi tin vin plate serial device relation signature"
)
_FEWEST_COLUMNS = 3
_LONGEST_NAME = 32


def table_regions(text: str) -> Iterator[tuple[int, int, str]]:
    """[start, end) of each table with a row of column names, and the mark between its cells."""
    lines = list(_LINE.finditer(text))
    at = 0
    while at < len(lines) - 1:
        ruled = "|" in lines[at][0] and _MARKDOWN_RULE.fullmatch(lines[at + 1][0]) is not None
        mark = "|" if ruled else _header_mark(lines[at][0])
        last = _last_row(lines, at, mark) if mark else at
        if mark and last > at:
            yield lines[at].start(), lines[last].end(), mark
        at = max(at, last) + 1


def _header_mark(line: str) -> str | None:
    if len(line) > 2000 or ": " in line:
        return None
    for mark in _MARKS:
        names = [cell.strip(' "*`') for cell in line.strip("| \t" if mark == "|" else " ").split(mark)]
        if len(names) >= _FEWEST_COLUMNS and all(
            len(name) <= _LONGEST_NAME and "=" not in name and not re.search(r"\d\d|^\d", name) for name in names
        ):
            known = sum(bool(set(words_of(name)) & _COLUMN_WORDS) for name in names)
            if 2 * known > len(names) and all(len(words_of(name)) <= 4 for name in names):
                return mark
    return None


def _last_row(lines: Sequence[re.Match[str]], header: int, mark: str | None) -> int:
    """The last line below the header that still has about as many cells."""
    if mark is None:
        return header
    columns = lines[header][0].count(mark)
    last = header
    while last + 1 < len(lines) and lines[last + 1][0].count(mark) >= max(1, columns - 1):
        last += 1
    return last


def read_table(text: str, start: int, end: int, mark: str) -> Reading:
    """Identifiers of the table by column; other cells are left to scan as `column: cell`."""
    found: list[Found] = []
    pieces: list[Piece] = []
    lines = list(_LINE.finditer(text, start, end))
    names = [text[a:b] for a, b in _cells(text, lines[0].start(), lines[0].end(), mark)]
    for line in lines[1:]:
        if _RULE.fullmatch(line[0]):
            continue
        for name, (a, b) in zip(names, _cells(text, line.start(), line.end(), mark), strict=False):
            shown = text[a:b]
            handling = handling_of((name,), shown) if shown else "keep"
            if isinstance(handling, PhiType):
                found.append(field(a, b, handling))
            elif handling == "scan":
                pieces += labelled(name, [Piece(shown, a, b)], a)
        pieces.append(Piece("\n", line.end(), line.end()))
    return Reading(found, pieces)


def _cells(text: str, start: int, end: int, mark: str) -> Iterator[tuple[int, int]]:
    """[start, end) of each cell without quotes and spaces; a quoted cell may hold the mark."""
    if mark == "|":
        while start < end and text[start] in "| \t":
            start += 1
        while end > start and text[end - 1] in "| \t":
            end -= 1
    at = start
    while at <= end:
        stop = _cell_end(text, at, end, mark)
        first, last = at, stop
        while first < last and text[first] in ' "*`':
            first += 1
        while last > first and text[last - 1] in ' "*`':
            last -= 1
        yield first, last
        at = stop + 1


def _cell_end(text: str, at: int, end: int, mark: str) -> int:
    if text[at : at + 1] == '"':
        close = text.find('"', at + 1, end)
        while close >= 0 and text[close + 1 : close + 2] == '"':
            close = text.find('"', close + 2, end)
        if close >= 0:
            at = close
    stop = text.find(mark, at, end)
    return end if stop < 0 else stop

"""A letter as units: sentences with their place, their label, their paragraph and their item, whatever the layout."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_RULE = re.compile(r"^[\s+|]*[-=_*#~+]{3,}[\s+|\-=_*#~]*$")
_LABEL = re.compile(r"^\s*(?P<label>[A-Z][\w '’/&()#-]{0,40}?)\s*(?::(?!\d)|\.{3,}|\s{2,}(?=\S))\s*")
_ITEM = re.compile(r"^\s*(?:\((?:\d{1,2}|[a-h])\)|(?:\d{1,2}|[a-h])[.)]|[-•*]|reason \d)\s", re.IGNORECASE)
_SENTENCE_END = re.compile(r"(?<=[.!?])[)\]\"']*\s+(?=[\"'(\[]?[A-Z0-9])")
_ABBREVIATION = re.compile(
    r"(?:\b(?:Dr|Mr|Mrs|Ms|No|Rev|St|Inc|Co|vs|e\.g|i\.e|Nos|Sec|pp?|Jan|Feb|Aug|Sept|Oct|Nov|Dec)\.)$"
)
_COLUMNS = re.compile(r"\S[ \t]{2,}\S")
_SHORT = 0.72
"""A line this much shorter than its neighbours was broken on purpose, not wrapped."""
_BARS = str.maketrans({"|": " ", "│": " ", "¦": " "})


@dataclass(frozen=True)
class Unit:
    """One sentence or field. Offsets are code points of the letter's text; `text` has its white space collapsed.

    `label` is the field's name where the line has one. `item` counts enumerated entries, 0 outside of them.
    """

    start: int
    end: int
    text: str
    label: str
    paragraph: int
    item: int


@dataclass(frozen=True)
class _Chunk:
    start: int
    end: int
    paragraph: int
    item: int


def flat(text: str) -> str:
    """Text with table bars dropped and white space collapsed."""
    return " ".join(text.translate(_BARS).split())


def units(text: str) -> tuple[Unit, ...]:
    """Every sentence and field of the letter, in order."""
    plain = text.translate(_BARS)
    return tuple(unit for chunk in _chunks(plain) for unit in _sentences(plain, chunk))


def _chunks(plain: str) -> Iterator[_Chunk]:
    """Runs of lines that belong together: broken by blank lines, rules, labels and enumerators."""
    start: int | None = None
    paragraph, item, items, at, end, last = 0, 0, 0, 0, 0, ""
    widths = _widths(plain)
    for line in plain.splitlines(keepends=True):
        stop = at + len(line)
        empty = not line.strip() or bool(_RULE.match(line))
        begins = bool(_LABEL.match(line)) or bool(_ITEM.match(line)) or _is_heading(line)
        if start is not None and (
            empty or begins or _is_heading(plain[start:end]) or _was_ended(last, line, widths[at])
        ):
            yield _Chunk(start, end, paragraph, item)
            start = None
        if empty:
            paragraph, item = paragraph + 1, 0
        else:
            if _ITEM.match(line):
                items += 1
                item = items
            elif _LABEL.match(line) and not line.startswith((" ", "\t")):
                item = 0
            start, end = (at if start is None else start), stop
        at, last = stop, line
    if start is not None:
        yield _Chunk(start, end, paragraph, item)


def _widths(plain: str) -> dict[int, int]:
    """The longest line of the paragraph that each line stands in, by where the line begins."""
    widths: dict[int, int] = {}
    block: list[tuple[int, str]] = []
    at = 0
    for line in [*plain.splitlines(keepends=True), "\n"]:
        if line.strip():
            block.append((at, line))
        else:
            longest = max((len(held.rstrip()) for _, held in block), default=0)
            widths |= {place: longest for place, _ in block} | {at: 0}
            block = []
        at += len(line)
    return widths


def _was_ended(last: str, line: str, width: int) -> bool:
    """Whether the line before was a whole of its own: columns, or broken early before a new beginning."""
    words, indent = last.strip(), len(line) - len(line.lstrip())
    deeper = indent > len(last) - len(last.lstrip())
    first = line.strip()[:1]
    if deeper or not (first.isupper() or first.isdigit() or first in "(["):
        return False
    label = _LABEL.match(last)
    if _COLUMNS.search(last[label.end() :] if label else words):
        return True
    return len(last.rstrip()) < _SHORT * width and not words.endswith((",", ";", "-", "and", "or", "the", "of"))


def _is_heading(line: str) -> bool:
    words = line.strip()
    asks = words.endswith("?") and "\n" not in words and len(words) < 70
    shouts = words.isupper() and len(words.split()) <= 8 and "\n" not in words and not words.endswith(".")
    return asks or shouts


def _sentences(plain: str, chunk: _Chunk) -> Iterator[Unit]:
    body = plain[chunk.start : chunk.end]
    label = _LABEL.match(body)
    name = " ".join(label["label"].split()) if label else ""
    at = 0
    for cut in [*_cuts(body), len(body)]:
        piece = body[at:cut]
        text = " ".join(piece.split())
        if text:
            lead = len(piece) - len(piece.lstrip())
            start = chunk.start + at + lead
            yield Unit(start, start + len(piece.strip()), text, name, chunk.paragraph, chunk.item)
        at = cut


def _cuts(body: str) -> Iterator[int]:
    for match in _SENTENCE_END.finditer(body):
        if not _ABBREVIATION.search(body[: match.start()]):
            yield match.end()

"""The structure of a policy text: headings, paragraphs, list items and sentences, as code points of the stored text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

_MARKER = re.compile(r"\s*(?:[•●▪◦*·]|[-–—](?=\s)|o(?=\s)|\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)])\s+")
_LETTERED = re.compile(r"\s*[A-Z]\.\s+[A-Z(]")
_NUMBERED_TITLE = re.compile(r"\s*\d{1,3}(?:\.\d{1,2}){1,3}\s*[-–—]?\s*[A-Z]")
_MARKDOWN = re.compile(r"\s*(#{1,6})\s+\S")
_END = re.compile(r"[.?!][\"”’)\]]*\s+(?=[\"“(\[]?[A-Z0-9•])")
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|vs|Dr|Mr|Ms|No|Inc|St|cf|al|U\.S|Fig|Sec|Rev|Pub|Ch|approx)"
    r"|(?<!Part )(?<!part )(?<!ection )(?<!ppendix )\b[A-Z]|^\W*(?:\d{1,2}|[a-z]))\.$"
)
_RUN_IN = re.compile(r"((?:Group|Tier|Category|Level|Step|Criterion) (?:[IVX]{1,4}|\d{1,2}|[A-Z])):")
_PLAIN_HEADING_WORDS = 9


@dataclass(frozen=True)
class Block:
    """A heading, paragraph or list item: code points [start, end), with the headings it stands under."""

    start: int
    end: int
    kind: Literal["heading", "paragraph", "item"]
    path: tuple[str, ...]


@dataclass(frozen=True)
class _Line:
    start: int
    end: int
    text: str
    after_blank: bool
    before_blank: bool


def blocks(text: str) -> list[Block]:
    """The blocks of a text in reading order, none overlapping; blank lines belong to no block."""
    found: list[Block] = []
    path: dict[int, str] = {}
    for line in _lines(text):
        level = _heading_level(line, first=not found)
        run_in = _RUN_IN.match(line.text) if level is None else None
        if level is not None:
            path = _below(path, level, line.text)
            found.append(Block(line.start, line.end, "heading", tuple(path.values())))
        elif found and not run_in and _continues(text, found[-1], line):
            last = found[-1]
            found[-1] = Block(last.start, line.end, last.kind, last.path)
        else:
            path = _below(path, 2, run_in[1]) if run_in else path
            kind: Literal["item", "paragraph"] = "item" if _MARKER.match(line.text) else "paragraph"
            found.append(Block(line.start, line.end, kind, tuple(path.values())))
    return found


def _below(path: dict[int, str], level: int, heading: str) -> dict[int, str]:
    return {held: words for held, words in path.items() if held < level} | {level: _heading_words(heading)}


def _continues(text: str, last: Block, line: _Line) -> bool:
    """Whether a line goes on with the block before it, be it across a page break in the middle of a sentence."""
    if last.kind == "heading" or _MARKER.match(line.text):
        return False
    mid_sentence = line.text[0].islower() and text[last.end - 1] not in ".:;?!"
    return mid_sentence or not line.after_blank


def _lines(text: str) -> Iterator[_Line]:
    """Lines that are not blank, without the white space at their ends."""
    spans = [(match.start(), match.end()) for match in re.finditer(r"[^\n\f]+", text)]
    kept = [(start, end) for start, end in spans if text[start:end].strip()]
    for index, (start, end) in enumerate(kept):
        gap_before = text[kept[index - 1][1] : start] if index else "\n\n"
        gap_after = text[end : kept[index + 1][0]] if index + 1 < len(kept) else "\n\n"
        raw = text[start:end]
        first = start + len(raw) - len(raw.lstrip())
        yield _Line(first, start + len(raw.rstrip()), raw.strip(), _is_gap(gap_before), _is_gap(gap_after))


def _is_gap(between: str) -> bool:
    return between.count("\n") > 1 or "\f" in between


def _heading_level(line: _Line, *, first: bool) -> int | None:
    """0 for the title, 1 for lettered sections, 2 for short lines of their own; None for running text."""
    words = line.text
    markdown = _MARKDOWN.match(words)
    if markdown:
        return len(markdown[1]) - 1
    if first:
        return 0
    if _LETTERED.match(words) and len(words) <= 110 and not words.endswith((".", ";", ",")):
        return 1
    run_in = _RUN_IN.match(words)
    if _MARKER.match(words) or words.startswith(("(", '"', "“")) or (run_in and run_in.end() < len(words)):
        return None
    short = len(words.split()) <= _PLAIN_HEADING_WORDS
    if short and words.endswith(":") and words[0].isupper() and line.after_blank and line.before_blank:
        return 2
    alone = line.after_blank and line.before_blank and not words.endswith((".", ";", ",", ":", ")"))
    return 2 if short and alone and words[0].isupper() else None


def _heading_words(line: str) -> str:
    return re.sub(r"^[#\s]+", "", line).rstrip(": ").strip()


def sentences(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Sentences of text[start:end] as code points; never parted after an abbreviation or a lone initial."""
    cuts, begin = [], start
    for match in _END.finditer(text, start, end):
        stop = match.start() + 1
        if _ABBREVIATION.search(text[begin:stop]):
            continue
        cuts.append((begin, match.start() + len(match.group().rstrip())))
        begin = match.end()
    if text[begin:end].strip():
        cuts.append((begin, end))
    return cuts

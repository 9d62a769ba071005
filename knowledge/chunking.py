"""Cuts a policy into passages that follow its sections, each with exact offsets and the headings it stands under."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from cases.document import Page
from knowledge.policy_structure import Block, blocks, sentences

MAX_TOKENS = 255
"""Estimated word pieces a passage may hold: on real policies never more than 300 of the model's own."""
HEADING_JOINT = " › "
"""Between the headings of a passage's path where it is written as one string."""
_PIECE = re.compile(r"[A-Za-z]+|\d|[^\w\s]")


class Unit(NamedTuple):
    """A heading, sentence or list item: code points [start, end) of the stored text, and its estimated word pieces.

    `heading` is 1 for a heading, else 0.
    """

    start: int
    end: int
    tokens: int
    heading: int


@dataclass(frozen=True)
class PassageSpan:
    """Code points [start, end) of the stored text, the page they begin on, the path of headings, and what is inside."""

    start: int
    end: int
    page: int | None
    heading: tuple[str, ...]
    units: tuple[Unit, ...]


def token_estimate(text: str) -> int:
    """Word pieces of a text, estimated without the model's tokenizer (0.75 to 1.16 times its own count)."""
    return sum(1 + max(0, len(piece) - 2) // 6 for piece in _PIECE.findall(text))


def passages(text: str, pages: Sequence[Page] = (), max_tokens: int = MAX_TOKENS) -> list[PassageSpan]:
    """The passages of a policy in reading order, covering every block; none is longer than `max_tokens`.

    Blocks of one section are joined while they fit. A short section is joined to the one before where both
    together fit; the passage then carries the headings that both share.
    """
    whole = blocks(text)
    units = _unit_spans(text, whole)
    return [
        PassageSpan(start, end, _page_at(pages, start), heading, tuple(_inside(text, units, start, end)))
        for start, end, heading in _joined(text, _pieces(text, whole, max_tokens), max_tokens)
    ]


def _page_at(pages: Sequence[Page], start: int) -> int | None:
    place = bisect_right(pages, start, key=lambda page: page.start) - 1
    return pages[place].number if place >= 0 and start < pages[place].end else None


def _unit_spans(text: str, whole: Sequence[Block]) -> list[tuple[int, int, int]]:
    spans: list[tuple[int, int, int]] = []
    for block in whole:
        if block.kind == "heading":
            spans.append((block.start, block.end, 1))
        else:
            spans += [(start, end, 0) for start, end in sentences(text, block.start, block.end)]
    return spans


def _inside(text: str, units: Sequence[tuple[int, int, int]], start: int, end: int) -> Iterator[Unit]:
    """The units between two places, cut off at them."""
    place = bisect_right(units, start, key=lambda unit: unit[1])
    while place < len(units) and units[place][0] < end:
        first, last = max(units[place][0], start), min(units[place][1], end)
        yield Unit(first, last, token_estimate(text[first:last]), units[place][2])
        place += 1


def _pieces(text: str, whole: Sequence[Block], max_tokens: int) -> Iterator[Block]:
    for block in whole:
        if token_estimate(text[block.start : block.end]) <= max_tokens:
            yield block
        else:
            yield from _split(text, block, max_tokens)


def _split(text: str, block: Block, max_tokens: int) -> Iterator[Block]:
    """A block too long for one passage, at its sentences; a sentence too long, at its words."""
    for start, end in sentences(text, block.start, block.end):
        if token_estimate(text[start:end]) <= max_tokens:
            yield Block(start, end, block.kind, block.path)
            continue
        for first, last in _by_words(text, start, end, max_tokens):
            yield Block(first, last, block.kind, block.path)


def _by_words(text: str, start: int, end: int, max_tokens: int) -> Iterator[tuple[int, int]]:
    begin, stop, used = start, start, 0
    for match in re.finditer(r"\S+", text[start:end]):
        cost = token_estimate(match.group())
        if used + cost > max_tokens and stop > begin:
            yield begin, stop
            begin, used = start + match.start(), 0
        stop, used = start + match.end(), used + cost
    yield begin, stop


def _joined(text: str, pieces: Iterator[Block], max_tokens: int) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    held: Block | None = None
    for piece in pieces:
        if held is None:
            held = piece
        elif token_estimate(text[held.start : piece.end]) <= max_tokens:
            held = Block(held.start, piece.end, held.kind, _common(held.path, piece.path))
        else:
            yield held.start, held.end, held.path
            held = piece
    if held is not None:
        yield held.start, held.end, held.path


def _common(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    """The deeper path where one continues the other, else the headings both share."""
    shared = tuple(a for a, b in zip(one, other, strict=False) if a == b)
    return max(one, other, key=len) if len(shared) == min(len(one), len(other)) else shared

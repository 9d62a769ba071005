"""Cuts a policy into passages that follow its sections, each with exact offsets and the headings it stands under."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cases.document import Page
from knowledge.policy_structure import Block, blocks, sentences

MAX_TOKENS = 255
"""Estimated word pieces a passage may hold: on real policies never more than 300 of the model's own."""
HEADING_JOINT = " › "
"""Between the headings of a passage's path where it is written as one string."""
_PIECE = re.compile(r"[A-Za-z]+|\d|[^\w\s]")


@dataclass(frozen=True)
class PassageSpan:
    """Code points [start, end) of the stored text, the page they begin on and the path of headings."""

    start: int
    end: int
    page: int | None
    heading: tuple[str, ...]


def token_estimate(text: str) -> int:
    """Word pieces of a text, estimated without the model's tokenizer (0.75 to 1.16 times its own count)."""
    return sum(1 + max(0, len(piece) - 2) // 6 for piece in _PIECE.findall(text))


def passages(text: str, pages: Sequence[Page] = (), max_tokens: int = MAX_TOKENS) -> list[PassageSpan]:
    """The passages of a policy in reading order, covering every block; none is longer than `max_tokens`.

    Blocks of one section are joined while they fit. A short section is joined to the one before where both
    together fit; the passage then carries the headings that both share.
    """
    return [
        PassageSpan(start, end, next((page.number for page in pages if page.start <= start < page.end), None), heading)
        for start, end, heading in _joined(text, _pieces(text, max_tokens), max_tokens)
    ]


def _pieces(text: str, max_tokens: int) -> Iterator[Block]:
    for block in blocks(text):
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

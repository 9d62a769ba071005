"""What differs between two texts, line by line and word by word, for people to read."""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Literal

from cases.frozen import Frozen

Line = tuple[str, str]
"""A heading, and a line beneath it."""
_WORDS = re.compile(r"\s+|[^\s]+")


class Piece(Frozen):
    """A run of words of a changed line: kept, added or removed."""

    kind: Literal["same", "added", "removed"]
    text: str


class ChangedLine(Frozen):
    """A line that differs, under the heading it stands beneath."""

    heading: str
    pieces: tuple[Piece, ...]


def changed_lines(old: Sequence[Line], new: Sequence[Line]) -> tuple[ChangedLine, ...]:
    """The lines that differ, in order; a line that is only in one of them is wholly added or removed."""
    matcher = SequenceMatcher(None, [text for _, text in old], [text for _, text in new], autojunk=False)
    found: list[ChangedLine] = []
    for op, a, b, c, d in matcher.get_opcodes():
        if op != "equal":
            found += _changed(old[a:b], new[c:d])
    return tuple(found)


def _changed(old: Sequence[Line], new: Sequence[Line]) -> list[ChangedLine]:
    pairs = [(*left, right[1]) for left, right in zip(old, new, strict=False)]
    pairs += [(heading, text, "") for heading, text in old[len(new) :]]
    pairs += [(heading, "", text) for heading, text in new[len(old) :]]
    return [ChangedLine(heading=heading, pieces=_pieces(left, right)) for heading, left, right in pairs]


def _pieces(left: str, right: str) -> tuple[Piece, ...]:
    old, new = _WORDS.findall(left), _WORDS.findall(right)
    pieces: list[Piece] = []
    for op, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if op == "equal":
            pieces.append(Piece(kind="same", text="".join(old[a:b])))
            continue
        pieces += [Piece(kind="removed", text="".join(old[a:b]))] if a < b else []
        pieces += [Piece(kind="added", text="".join(new[c:d]))] if c < d else []
    return tuple(pieces)

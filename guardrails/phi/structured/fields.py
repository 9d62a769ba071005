"""What a reader makes of a structured text: fields with their place, and the plain text that is left to scan."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from guardrails.phi.spans import Found, PhiType
from guardrails.phi.text_map import TextMap

SURE = 0.97
"""A field that by its definition holds an identifier."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Text to scan that stands for [start, end) of the source; a label of our own stands for an empty stretch."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Reading:
    """`found` are identifiers by field, in source code points; `pieces`, in order, are what is left to scan."""

    found: Sequence[Found]
    pieces: Sequence[Piece]

    def to_scan(self) -> TextMap:
        """The pieces as one text, with the way back to the source."""
        starts, length = [], 0
        kept = [piece for piece in self.pieces if piece.text]
        for piece in kept:
            starts.append(length)
            length += len(piece.text)
        if not kept:
            return TextMap("", (0,), (0,), (0,))
        return TextMap("".join(piece.text for piece in kept), starts, [p.start for p in kept], [p.end for p in kept])


def labelled(label: str, value: Iterable[Piece], at: int) -> list[Piece]:
    """`label: value` and a line break, as people write it; only the value has a place in the source."""
    pieces = list(value)
    end = pieces[-1].end if pieces else at
    return [Piece(f"{label}: " if label else "", at, at), *pieces, Piece("\n", end, end)]


def field(start: int, end: int, kind: PhiType) -> Found:
    """An identifier known by its field."""
    return Found(start, end, kind, SURE)

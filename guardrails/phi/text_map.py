"""A text that was changed to be read more easily, with the way back to the code points it came from."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Edit:
    """Code points [start, end) of the source are read as `text`."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class TextMap:
    """`text` is made of pieces: piece n starts at `starts[n]` of `text` and stands for source [`froms[n]`, `tos[n]`).

    A piece of equal length maps letter by letter; any other maps as a whole.
    """

    text: str
    starts: Sequence[int]
    froms: Sequence[int]
    tos: Sequence[int]

    def source(self, start: int, end: int) -> tuple[int, int]:
        """The source code points that [start, end) of `text` stands for; never empty for a non-empty span."""
        first = bisect_right(self.starts, start) - 1
        last = max(first, bisect_left(self.starts, end) - 1)
        return self._within(first, start, at_end=False), self._within(last, end, at_end=True)

    def sources(self, start: int, end: int) -> list[tuple[int, int]]:
        """The stretches of source that [start, end) stands for, each in one piece of the source, none empty."""
        stretches: list[tuple[int, int]] = []
        first = bisect_right(self.starts, start) - 1
        last = max(first, bisect_left(self.starts, end) - 1)
        for piece in range(first, last + 1):
            low = self._within(piece, start, at_end=False) if piece == first else self.froms[piece]
            high = self._within(piece, end, at_end=True) if piece == last else self.tos[piece]
            if stretches and stretches[-1][1] == low:
                stretches[-1] = (stretches[-1][0], high)
            elif high > low:
                stretches.append((low, high))
        return stretches

    def _within(self, piece: int, at: int, *, at_end: bool) -> int:
        start = self.starts[piece]
        stop = self.starts[piece + 1] if piece + 1 < len(self.starts) else len(self.text)
        if stop - start == self.tos[piece] - self.froms[piece]:
            return self.froms[piece] + at - start
        return self.tos[piece] if at_end else self.froms[piece]


def unchanged(text: str) -> TextMap:
    """The map of a text read as it stands."""
    return TextMap(text, (0,), (0,), (len(text),))


def edited(text: str, edits: Iterable[Edit]) -> TextMap:
    """The text with the edits made. They must not overlap; those that start inside an earlier one are dropped."""
    parts: list[str] = []
    starts: list[int] = []
    froms: list[int] = []
    tos: list[int] = []
    length = at = 0

    def add(piece: str, start: int, end: int) -> None:
        nonlocal length
        if piece:
            parts.append(piece)
            starts.append(length)
            froms.append(start)
            tos.append(end)
            length += len(piece)

    for edit in sorted(edits, key=lambda item: item.start):
        if edit.start >= at:
            add(text[at : edit.start], at, edit.start)
            add(edit.text, edit.start, edit.end)
            at = edit.end
    add(text[at:], at, len(text))
    return TextMap("".join(parts), starts, froms, tos) if parts else unchanged("")

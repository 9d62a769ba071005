"""Codes as rule files write them: one code, a range of one letter and width, a prefix, or any code at all."""

import re
from enum import IntEnum

from cases.frozen import Frozen

_CODE = re.compile(r"([A-Z]*)(\d+)([A-Z]?)")


class Exactness(IntEnum):
    """How closely a pattern names a code; the larger the closer."""

    ANY = 0
    PREFIX = 1
    RANGE = 2
    EXACT = 3


class CodePattern(Frozen):
    """One pattern: `E0424`, `E0424-E0444` (both ends included), `L5*` or `*`."""

    text: str

    def covers(self, code: str) -> bool:
        bounds = self._bounds()
        if bounds:
            low, high = bounds
            found = _CODE.fullmatch(code)
            same_shape = found is not None and len(code) == len(low.group()) and found.group(1) == low.group(1)
            return same_shape and found is not None and int(low.group(2)) <= int(found.group(2)) <= int(high.group(2))
        if self.text.endswith("*"):
            return code.startswith(self.text[:-1])
        return code == self.text

    @property
    def closeness(self) -> tuple[int, int]:
        """Sorts patterns by how closely they name a code: exactness first, then the smaller range or longer prefix."""
        bounds = self._bounds()
        if bounds:
            return (Exactness.RANGE, int(bounds[0].group(2)) - int(bounds[1].group(2)))
        if self.text == "*":
            return (Exactness.ANY, 0)
        if self.text.endswith("*"):
            return (Exactness.PREFIX, len(self.text))
        return (Exactness.EXACT, 0)

    def _bounds(self) -> tuple[re.Match[str], re.Match[str]] | None:
        low, dash, high = self.text.partition("-")
        first, last = _CODE.fullmatch(low), _CODE.fullmatch(high)
        return (first, last) if dash and first and last else None


def closest(patterns: tuple[str, ...], code: str) -> tuple[int, int] | None:
    """Closeness of the best pattern that covers the code; None where none does."""
    found = [pattern.closeness for pattern in map(_pattern, patterns) if pattern.covers(code)]
    return max(found, default=None)


def _pattern(text: str) -> CodePattern:
    return CodePattern(text=text.upper())

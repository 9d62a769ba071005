"""The line a fax machine or scanner prints on each page: kept, but at the foot, so that nobody dates the note by it."""

import re
from collections.abc import Sequence

from formats.scan.transcript import Word

_TOP_SHARE = 0.04
_WHEN = re.compile(r"\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}.{0,12}\d{1,2}[:.]\d{2}")
_WHOSE = re.compile(r"\b(?:from|to|fax|tel|page|pg|pgs|scan\w*)\b|\bp[.:]?\s?\d", re.IGNORECASE)


def transmission_last(words: Sequence[Word], page_height: int) -> tuple[Word, ...]:
    """The words with a transmission line, if the page opens with one, moved behind all others."""
    lines: dict[int, list[Word]] = {}
    for word in words:
        lines.setdefault(word.line, []).append(word)
    moved = {line for line, members in lines.items() if _is_transmission(members, page_height)}
    behind = max(lines, default=0) + 1
    kept = [word for word in words if word.line not in moved]
    last = [word.model_copy(update={"line": behind + word.line}) for word in words if word.line in moved]
    return (*kept, *last)


def _is_transmission(line: Sequence[Word], page_height: int) -> bool:
    if max(word.top for word in line) > _TOP_SHARE * page_height:
        return False
    said = " ".join(word.text for word in line)
    return bool(_WHEN.search(said)) and bool(_WHOSE.search(said))

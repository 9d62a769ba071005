"""PDF pages as a policy's text: running heads taken off, broken lines joined, paragraphs and lists kept apart."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cases.document import Page
from formats.text import PagedText

_EDGE_LINES = 3
_LEAST_PAGES = 3
_MARKER = re.compile(r"(?:[•●▪◦○■□➢✓*·]|[-–—](?=\s)|o(?=\s)|\(?(?:\d{1,2}|[a-zA-Z]|[ivxIVX]{1,4})[.)])\s*(?=\S)")
_SECTION = re.compile(r"(?:[A-Z]\.\s+\S|\d{1,3}(?:\.\d{1,2})+\s*[-–—.]?\s*[A-Z]|#{1,6}\s)")
_HEAD_LINE = re.compile(
    r"\(?(?:Rev\.|Effective|Issued|Policy (?:Number|No)|Line of business|Version|Last review)", re.I
)
_TABLE_GAP = re.compile(r"\S {3,}\S")
_FULL_SHARE = 0.72
_LETTERED = re.compile(r"[A-Z]\.\s+\S")
_SHORT_HEADING = 70
_ENDS = (".", ":", ";", "?", "!")


class _Line(NamedTuple):
    text: str
    page: int


def tidy(read: PagedText) -> PagedText:
    """The text with each paragraph, list item and heading on one line, and a blank line between paragraphs.

    Lines are taken off as running heads only where they stand, but for their numbers, at the same edge of at least
    three pages and of a third of all, and something else is left. Pages keep their numbers; hidden text keeps its
    place by its words.
    """
    pages = [[line.strip() for line in page.split("\n")] for page in read.page_texts()]
    kept = _without_running_lines([[line for line in page if line.strip("\f ")] for page in pages])
    lines = [_Line(line.strip("\f "), number) for number, page in enumerate(kept) for line in page]
    text, starts, owner = "", {}, -1
    for paragraph in _paragraphs(lines):
        text += "" if not text else "\n" if _keeps_close(paragraph[0].text) else "\n\n"
        for line in paragraph:
            gap = "" if not text or text.endswith("\n") else " "
            if line.page != owner:
                starts[line.page] = len(text + gap)
                owner = line.page
            text += gap + line.text
    return PagedText(text + "\n", _pages(read.pages, starts, len(text) + 1), (), read.lost)


def _without_running_lines(pages: list[list[str]]) -> list[list[str]]:
    counts: Counter[tuple[str, str]] = Counter()
    for page in pages:
        counts.update({("top", _shape(line)) for line in page[:_EDGE_LINES]})
        counts.update({("foot", _shape(line)) for line in page[-_EDGE_LINES:]})
    least = max(_LEAST_PAGES, len(pages) / 3)
    running = {key for key, count in counts.items() if count >= least}
    kept = [_cut(page, running) for page in pages]
    return kept if any(kept) else pages


def _cut(page: list[str], running: set[tuple[str, str]]) -> list[str]:
    """A page without its running lines: from each edge inwards, as long as they run."""
    start, end = 0, len(page)
    while start < min(_EDGE_LINES, end) and ("top", _shape(page[start])) in running:
        start += 1
    while end > max(len(page) - _EDGE_LINES, start) and ("foot", _shape(page[end - 1])) in running:
        end -= 1
    return page[start:end]


def _shape(line: str) -> str:
    """A line without its numbers and spacing, which differ from page to page."""
    return re.sub(r"\d+", "#", re.sub(r"\s+", " ", line)).strip().casefold()


def _paragraphs(lines: Sequence[_Line]) -> Iterator[list[_Line]]:
    width = _usual_width(lines)
    held: list[_Line] = []
    for line in lines:
        if held and not _goes_on(held[-1].text, line.text, width):
            yield held
            held = []
        held.append(line)
    if held:
        yield held


def _usual_width(lines: Sequence[_Line]) -> int:
    lengths = sorted(len(line.text) for line in lines)
    return lengths[int(len(lengths) * 0.8)] if lengths else 0


def _goes_on(before: str, line: str, width: int) -> bool:
    """Whether a line continues the paragraph of the line before it."""
    if _MARKER.match(line) or _SECTION.match(line) or _HEAD_LINE.match(line):
        return False
    if _TABLE_GAP.search(line) or _TABLE_GAP.search(before):
        return False
    if _LETTERED.match(before) and len(before) < _SHORT_HEADING and line[0].isupper():
        return False
    if line[0].islower() or before.endswith((",", "-", "–", "(", " and", " or", " the", " of")):
        return True
    full = len(before) >= _FULL_SHARE * width
    return full and not before.endswith(_ENDS) or (full and before.endswith(".") and len(before) > 0.9 * width)


def _keeps_close(line: str) -> bool:
    """List items and table rows follow their neighbours without a blank line."""
    return bool(_MARKER.match(line) and not _SECTION.match(line)) or bool(_TABLE_GAP.search(line))


def _pages(pages: Sequence[Page], starts: dict[int, int], end: int) -> tuple[Page, ...]:
    """Pages that tile the new text; one whose every line was taken off is empty, at the next one's start."""
    found, stop = [], end
    for place in range(len(pages) - 1, -1, -1):
        start = 0 if place == 0 else starts.get(place, stop)
        found.append(Page(number=pages[place].number, start=start, end=stop))
        stop = start
    return tuple(reversed(found))

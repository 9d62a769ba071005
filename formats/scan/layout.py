"""Words to the text of a page: line by line, columns kept apart by spaces, doubtful numbers marked."""

from dataclasses import dataclass
from itertools import groupby

from cases.document import HiddenText, Page
from formats.scan.transcript import PageTranscript, Word
from formats.text import LostPage, PagedText

_PARAGRAPH = 1.95
"""Of the tallest word's height: lines of print half as far apart again as usual are still one paragraph."""
RESCAN = "scan or fax the page again, or hand it in as text or born-digital PDF"


@dataclass(frozen=True)
class PlacedWord:
    """A word and where it stands in the page's text."""

    start: int
    end: int
    word: Word


def page_text(page: PageTranscript) -> tuple[str, tuple[PlacedWord, ...]]:
    """The text of a page, ended by a form feed, and its words placed in it."""
    text, placed = "", []
    for number, line in enumerate(lines := _lines(page)):
        if number:
            text += "\n\n" if _stands_off(lines[number - 1], line) else "\n"
        for word in line:
            text += " " * word.gap
            placed.append(PlacedWord(len(text), len(text) + len(word.text), word))
            text += word.text
    return (text + "\n\f" if text else "\f"), tuple(placed)


def _lines(page: PageTranscript) -> list[list[Word]]:
    return [list(words) for _, words in groupby(page.words, key=lambda word: word.line)]


def _stands_off(above: list[Word], below: list[Word]) -> bool:
    """Whether two lines are further apart than lines of one paragraph, measured where they stand nearest in breadth.

    A skewed page shifts a whole line's width by more than a line, so that only neighbours are compared.
    """
    upper = min(above, key=lambda word: abs(word.left - below[0].left))
    letters = max(word.height for word in (*above, *below))
    down = below[0].top + below[0].height - upper.top - upper.height
    return down > _PARAGRAPH * letters or down < -letters


def doubts(placed: tuple[PlacedWord, ...], offset: int) -> list[HiddenText]:
    """Numbers that two looks read differently: nobody may rest a decision on them."""
    return [
        HiddenText(start=item.start + offset, end=item.end + offset, reason=_doubt(item.word))
        for item in placed
        if item.word.rival is not None
    ]


def _doubt(word: Word) -> str:
    if word.rival:
        return f"the scan can be read as '{word.text}' or as '{word.rival}'; see the page itself"
    return f"the scan is too unclear here to be sure of '{word.text}'; see the page itself"


def loss_of(page: PageTranscript) -> LostPage | None:
    """The report on a page that was not, or not wholly, read."""
    if page.lost:
        return LostPage(page.number, f"page {page.number} {page.lost}", RESCAN)
    if page.partly:
        return LostPage(page.number, f"page {page.number}: {page.partly}", "compare the page itself")
    return None


def paged(pages: tuple[PageTranscript, ...]) -> PagedText:
    """All pages as one text; each keeps its number and its confidence."""
    text, placed_pages, hidden, lost = "", [], [], []
    for page in pages:
        words, placed = page_text(page)
        hidden += doubts(placed, len(text))
        start, text = len(text), text + words
        confidence = page.confidence if page.words else 0.0
        placed_pages.append(Page(number=page.number, start=start, end=len(text), confidence=confidence))
        if loss := loss_of(page):
            lost.append(loss)
    return PagedText(text, tuple(placed_pages), tuple(hidden), tuple(lost))

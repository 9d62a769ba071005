"""A payer's letter as it came, opened at the words of a reason: its page as a picture, or its text marked."""

from agents.casework.panel.documents import OpenedPage
from agents.toolbox import Toolbox
from cases.denial import Denial, DenialSource, Passage
from cases.document import Document, DocumentKind
from cases.errors import NotFound
from cases.frozen import Frozen
from cases.ids import DocumentId
from formats.chart_folder import NOTE_READERS
from formats.media_type import media_type_of
from formats.page_pictures import PagePicture, boxes_on, has_pictures, page_sizes, picture_of
from formats.text import PagedText
from runtime import denial_store

WIDTH = 1000
"""Pixels a page of a letter is drawn wide."""
_DOUBTFUL_SCAN = "the scan"
"""How formats/scan begins its words on what two looks read differently."""


class OpenedLetter(Frozen):
    """A letter, at the words of one reason where they stand in it.

    `pages` is empty where it is text alone; `at` is the page with the words. `intact` is False where the kept letter
    does not say there what was quoted.
    """

    name: str
    text: str
    pages: tuple[OpenedPage, ...] = ()
    at: int | None = None
    span: tuple[int, int] | None = None
    intact: bool = True


def visible_text(read: PagedText) -> tuple[str, tuple[str, ...]]:
    """The text with hidden runs blanked, so that places stay; and what of it cannot be relied on."""
    letters, doubts = list(read.text), [f"page {page.number}: {page.reason}" for page in read.lost]
    for run in read.hidden:
        if run.reason.startswith(_DOUBTFUL_SCAN):
            doubts.append(run.reason)
        else:
            letters[run.start : run.end] = " " * (run.end - run.start)
            doubts.append("hidden text was left out")
    return "".join(letters), tuple(dict.fromkeys(doubts))


def open_letter(toolbox: Toolbox, denial: Denial, number: int) -> OpenedLetter | None:
    """The letter of a denial at its reason `number` (from 1); None where the payer wrote none (X12, PAS)."""
    if denial.facts.source is not DenialSource.LETTER:
        return None
    name, content = _source(toolbox, denial)
    read = NOTE_READERS[media_type_of(content)](content, name, toolbox.scans)
    text, _ = visible_text(read)
    passage = denial.facts.reasons[number - 1].passage if 1 <= number <= len(denial.facts.reasons) else None
    if passage is not None and not _stands(text, passage):
        return OpenedLetter(name=name, text=text, intact=False)
    span = (passage.start, passage.end) if passage else None
    pages = _pages(denial, name, content, read, text, span) if has_pictures(content) else ()
    at = next((page.number for page in read.pages if span and page.start <= span[0] < page.end), None)
    return OpenedLetter(name=name, text=text, pages=pages, at=at or (pages[0].number if pages else None), span=span)


def letter_page(toolbox: Toolbox, denial_id: str, number: int) -> PagePicture:
    """A page of the letter as a picture. Raises NotFound where the letter has no such page, or none at all."""
    with toolbox.database.read() as transaction:
        denial = denial_store.get(transaction, denial_id)
    name, content = _source(toolbox, denial)
    if denial.facts.source is not DenialSource.LETTER or not has_pictures(content):
        raise NotFound("This message has no pages.")
    return picture_of(content, name, number, WIDTH)


def _source(toolbox: Toolbox, denial: Denial) -> tuple[str, bytes]:
    with toolbox.database.read() as transaction:
        return denial_store.source(transaction, denial.source_digest)


def _stands(text: str, passage: Passage) -> bool:
    """Whether the words are at their place; bars of tables and white space count for nothing."""
    held = text[passage.start : passage.end].translate(str.maketrans("|│¦", "   "))
    return held.split() == passage.quote.split()


def _pages(
    denial: Denial, name: str, content: bytes, read: PagedText, text: str, span: tuple[int, int] | None
) -> tuple[OpenedPage, ...]:
    document = Document(
        id=DocumentId(denial.id), kind=DocumentKind.NOTE, title=name, source=name,
        media_type=media_type_of(content), digest=denial.source_digest, text=text, pages=read.pages,
    )  # fmt: skip
    opened = []
    for page, (width, height) in zip(read.pages, page_sizes(content, name), strict=False):
        meets = span is not None and span[0] < page.end and page.start < span[1]
        boxes = boxes_on(content, document, page.number, [span]) if span and meets else ()
        opened.append(OpenedPage(number=page.number, width=width, height=height, boxes=boxes))
    return tuple(opened)

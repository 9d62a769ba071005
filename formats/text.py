"""Bytes of a text file to text with pages; the text is kept as decoded, so that offsets mean the same for ever."""

from collections.abc import Sequence
from dataclasses import dataclass

from cases.document import HiddenText, Page
from cases.errors import UnreadableFile

MAX_CHARACTERS = 5_000_000
"""About 2,000 printed pages: more than any chart a reviewer would open as one file."""
_MAX_CONTROL_SHARE = 0.01
_PLAIN_CONTROLS = frozenset("\t\n\v\f\r")


@dataclass(frozen=True)
class LostPage:
    """A page that could not be read as text: its number from 1, why, and what would mend it."""

    number: int
    reason: str
    fix: str


@dataclass(frozen=True)
class PagedText:
    """The text of a document, its pages (they tile the text), what is hidden in it, and the pages lost."""

    text: str
    pages: tuple[Page, ...]
    hidden: tuple[HiddenText, ...] = ()
    lost: tuple[LostPage, ...] = ()

    def page_texts(self) -> Sequence[str]:
        return [self.text[page.start : page.end] for page in self.pages]


def read_text(content: bytes, file: str) -> PagedText:
    r"""Text of `content`, with a page for each stretch up to a form feed.

    UTF-8 (with or without byte-order mark), UTF-16 with a mark, else Windows-1252. The mark is dropped and
    `\r\n` and `\r` become `\n`; nothing else is changed. Raises UnreadableFile for what is not text.
    """
    text = decoded(content, file).replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise UnreadableFile(file, "is empty", fix="hand in the document itself")
    if len(text) > MAX_CHARACTERS:
        raise UnreadableFile(file, f"holds more than {MAX_CHARACTERS} characters", fix="hand it in as several files")
    strange = sum(letter < " " and letter not in _PLAIN_CONTROLS for letter in text)
    if "\0" in text or strange > len(text) * _MAX_CONTROL_SHARE:
        raise UnreadableFile(file, "is binary, not text", fix="hand in the document as text or PDF")
    return PagedText(text, pages_between_form_feeds(text))


def pages_between_form_feeds(text: str) -> tuple[Page, ...]:
    """Pages that tile `text`: each ends after its form feed, the last one at the end."""
    ends = [index + 1 for index, letter in enumerate(text) if letter == "\f"]
    if not ends or ends[-1] < len(text):
        ends.append(len(text))
    starts = [0, *ends[:-1]]
    return tuple(
        Page(number=number, start=start, end=end)
        for number, (start, end) in enumerate(zip(starts, ends, strict=True), 1)
    )


def decoded(content: bytes, file: str) -> str:
    """UTF-8 (with or without mark), UTF-16 with a mark, else Windows-1252; raises UnreadableFile."""
    try:
        if content.startswith((b"\xff\xfe", b"\xfe\xff")):
            return content.decode("utf-16")
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        return content.decode("cp1252")
    except UnicodeDecodeError as error:
        raise UnreadableFile(file, "is in no text encoding we read", fix="save it as UTF-8") from error

"""Numbered passages of a text as a model is shown them, and the way back from its words to exact offsets."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cases.document import Document
from cases.evidence import Span
from knowledge.policy_structure import sentences

_PARAGRAPH = re.compile(r"\S(?:[^\n]|\n(?![ \t]*\n))*")
_LONGEST = 700
"""Characters of one passage; longer paragraphs are cut at line ends, then at sentences, then at white space."""


@dataclass(frozen=True)
class Passage:
    """Code points [start, end) of a text, under the number by which the model names them.

    `source` names the text the offsets are in. What the model sees is one line, white space squeezed, so that no text
    can forge the number of another passage.
    """

    number: int
    source: str
    start: int
    end: int
    text: str

    @property
    def line(self) -> str:
        return f"[P{self.number}] {' '.join(self.text.split())}"

    def find(self, quote: str) -> tuple[int, int] | None:
        """Where the quote stands in the source, as code points: word for word, in one run, in any spacing.

        None where it does not, or where it begins or ends inside a word.
        """
        words = quote.split()
        if not words:
            return None
        pattern = r"\s+".join(re.escape(word) for word in words)
        before = r"(?<!\w)" if words[0][0].isalnum() else ""
        after = r"(?!\w)" if words[-1][-1].isalnum() else ""
        found = re.search(before + pattern + after, self.text)
        return (self.start + found.start(), self.start + found.end()) if found else None


def passages_of(source: str, text: str, first: int = 1) -> list[Passage]:
    """The whole text as passages in order, numbered from `first`; only white space is left out."""
    places = [place for match in _PARAGRAPH.finditer(text) for place in _pieces(text, *match.span())]
    return [
        Passage(number=number, source=source, start=start, end=end, text=text[start:end])
        for number, (start, end) in enumerate(places, start=first)
    ]


def visible_passages(document: Document) -> tuple[list[Passage], int]:
    """A document's passages without those that hold text a reader of the page cannot see, and how many those are."""
    every = passages_of(document.id, document.text)
    shown = [passage for passage in every if not document.is_hidden(passage.start, passage.end)]
    return shown, len(every) - len(shown)


def batches(passages: Sequence[Passage], most_chars: int) -> Iterator[list[Passage]]:
    """The passages in runs of so many characters at most, in order; none is left out or cut."""
    batch: list[Passage] = []
    size = 0
    for passage in passages:
        if batch and size + len(passage.line) > most_chars:
            yield batch
            batch, size = [], 0
        batch.append(passage)
        size += len(passage.line) + 1
    if batch:
        yield batch


def shown(passages: Sequence[Passage]) -> str:
    """The passages as the model sees them, one a line."""
    return "\n".join(passage.line for passage in passages)


def chart_span(document: Document, start: int, end: int) -> Span:
    """The span of a chart document at these code points."""
    quote = document.text[start:end]
    return Span(document_id=document.id, start=start, end=end, quote=quote, page=document.page_at(start))


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """A paragraph's passages, each without white space at its ends."""
    while start < end:
        stop = end if end - start <= _LONGEST else _cut(text, start)
        piece = text[start:stop]
        if piece.strip():
            yield start + len(piece) - len(piece.lstrip()), stop - (len(piece) - len(piece.rstrip()))
        start = stop


def _cut(text: str, start: int) -> int:
    """The last place to part at within the longest passage: a line's end, a sentence's, white space, or any."""
    limit = start + _LONGEST
    line = text.rfind("\n", start + 1, limit)
    if line > start:
        return line
    ends = [last for _, last in sentences(text, start, limit) if start < last < limit]
    if ends:
        return ends[-1]
    space = max(text.rfind(" ", start + 1, limit), text.rfind("\t", start + 1, limit))
    return space if space > start else limit

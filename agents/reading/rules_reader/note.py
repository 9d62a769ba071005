"""A note under reading: its sentences, its table rows written out behind them, its dates, and where each stands."""

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

from agents.reading.rules_reader.calendar_words import DatedWords, dated_words
from agents.reading.rules_reader.conditions import Condition, conditions_in
from agents.reading.rules_reader.frame import LISTED, Frame, frame_of
from agents.reading.rules_reader.layout import Layout, Section, Sentence, lay_out
from agents.reading.rules_reader.scan_text import cleaned
from agents.reading.rules_reader.table_rows import RowSentence, row_sentences
from cases.document import Document, DocumentKind
from cases.evidence import DateBasis, FactDate, Span

_HEAD = 400
"""How far into a note its own date is looked for."""
_HEADING_REACH = 40
"""How far behind a heading its own date may stand."""

_COVER_LINES = 4
"""In the first lines of a page it says that it is a cover."""

Cues = Mapping[str, re.Pattern[str]]


@dataclass(frozen=True)
class _Row:
    """A row written out at [start, end) of the note's text."""

    start: int
    end: int
    row: RowSentence


@dataclass(frozen=True)
class Note:
    """A note laid out. `text` is the document's own, unticked options blanked, with its table rows behind it.

    `sentences` are those of the prose, then those of the rows; `dateless` is `text` with all dates blanked.
    """

    document: Document
    layout: Layout
    text: str
    sentences: tuple[Sentence, ...]
    rows: tuple[_Row, ...]
    cues: Cues
    frame: Frame
    dates: tuple[DatedWords, ...]
    dateless: str
    _conditions: dict[tuple[int, int], tuple[Condition, ...]] = field(default_factory=dict, compare=False)

    def conditions(self, start: int, end: int) -> tuple[Condition, ...]:
        """Conditions stated in [start, end) of `text`, sought once for each place."""
        place = (start, end)
        if place not in self._conditions:
            self._conditions[place] = tuple(conditions_in(self.text, start, end, self.cues))
        return self._conditions[place]

    @property
    def written(self) -> date | None:
        return self.frame.written

    def dates_in(self, start: int, end: int) -> tuple[DatedWords, ...]:
        first = bisect_left(self.dates, start, key=lambda words: words.start)
        last = bisect_left(self.dates, end, key=lambda words: words.start)
        return tuple(words for words in self.dates[first:last] if words.end <= end)

    @cached_property
    def written_spans(self) -> tuple[Span, ...]:
        """The words that give the day the note was written; the first of that day."""
        same = (words for words in self.dates if words.day == self.written and not words.relative)
        words = next(same, None)
        return (self.span(words.start, words.end),) if words else ()

    @cached_property
    def paragraphs(self) -> Mapping[int, Sequence[Sentence]]:
        """Sentences of the prose by paragraph."""
        grouped: dict[int, list[Sentence]] = defaultdict(list)
        for sentence in self.layout.sentences:
            grouped[sentence.paragraph].append(sentence)
        return grouped

    @cached_property
    def _row_starts(self) -> list[int]:
        return [row.start for row in self.rows]

    def date_spans(self, words: DatedWords) -> tuple[Span, ...]:
        """The words that give a day; for `today` and its like, also those that say when the note was written."""
        return (self.span(words.start, words.end), *(self.written_spans if words.relative else ()))

    def is_listed(self, sentence: Sentence) -> bool:
        """Whether a sentence is an item of an attendance list, whose remarks tell of the visit and not of findings."""
        if not self.frame.therapist:
            return False
        start = self.layout.lines.rfind("\n", 0, sentence.start) + 1
        return LISTED.match(self.layout.lines, start) is not None

    def in_row(self, start: int) -> bool:
        """Whether an offset is of a row written out, not of the document's own text."""
        return start > len(self.document.text)

    def span(self, start: int, end: int) -> Span:
        """The passage of the document for [start, end) of `text`; of a row, the part of its line that it covers."""
        if self.in_row(start):
            start, end = self._source(start, end)
        quote = self.document.text[start:end]
        lead, trail = len(quote) - len(quote.lstrip()), len(quote) - len(quote.rstrip())
        start, end = start + lead, end - trail
        page = self.document.page_at(start)
        return Span(document_id=self.document.id, start=start, end=end, quote=self.document.text[start:end], page=page)

    def _source(self, start: int, end: int) -> tuple[int, int]:
        written = self.rows[bisect_right(self._row_starts, start) - 1]
        first, last = written.row.line
        place, covered = written.start, []
        for piece in written.row.pieces:
            stop = place + len(piece.words)
            if place < end and start < stop and first <= piece.source < last:
                begins = piece.source + max(0, start - place)
                covered.append((begins, piece.source + min(len(piece.words), end - place)))
            place = stop
        if not covered:
            return first, last
        return min(item[0] for item in covered), max(item[1] for item in covered)


def open_note(document: Document, cues: Cues, births: frozenset[date], gender: str = "") -> Note:
    """Lay a note out; `births` are the dates of birth known in the chart, so that none is taken for another date."""
    scanned = document.kind is DocumentKind.SCAN
    layout = _without_covers(lay_out(cleaned(document.text) if scanned else document.text, cues), document, cues)
    rows = list(_written_out(row_sentences(layout.lines), len(layout.text) + 1))
    text = "\n".join([layout.text, *(item.row.text for item in rows)])
    taken = [item.row.line for item in rows]
    sentences = (*_outside(layout.sentences, taken), *_of_rows(rows, layout.sentences))
    written = _written(document, layout.text, births)
    everything = tuple(dated_words(text, 0, len(text), written))
    return Note(
        document=document,
        layout=layout,
        text=text,
        sentences=sentences,
        rows=tuple(rows),
        cues=cues,
        frame=frame_of(document.text, layout, cues, written, gender),
        dates=tuple(words for words in everything if words.day not in births),
        dateless=_blanked(text, everything),
    )


def _without_covers(layout: Layout, document: Document, cues: Cues) -> Layout:
    """The layout with everything on a cover page as a listing: it names what is sent and is no evidence of it."""
    pages = [(page.start, page.end) for page in document.pages] or [(0, len(document.text))]
    covers = [
        (start, end)
        for start, end in pages
        if cues["cover_page"].search("\n".join(document.text[start:end].strip().splitlines()[:_COVER_LINES]))
    ]
    if not covers:
        return layout
    sentences = tuple(
        replace(one, section=Section.LISTING) if any(start <= one.start < end for start, end in covers) else one
        for one in layout.sentences
    )
    return replace(layout, sentences=sentences)


def _written_out(rows: Sequence[RowSentence], place: int) -> Iterator[_Row]:
    for row in rows:
        yield _Row(place, place + len(row.text), row)
        place += len(row.text) + 1


def _outside(sentences: Sequence[Sentence], taken: Sequence[tuple[int, int]]) -> Iterator[Sentence]:
    """The sentences that no table row takes up; both come in order of place."""
    waiting = iter(sorted(set(taken)))
    line = next(waiting, None)
    for sentence in sentences:
        while line is not None and line[1] <= sentence.start:
            line = next(waiting, None)
        if line is None or sentence.end <= line[0]:
            yield sentence


def _of_rows(rows: Sequence[_Row], sentences: Sequence[Sentence]) -> Iterator[Sentence]:
    starts = [sentence.start for sentence in sentences]
    for number, item in enumerate(rows):
        at = bisect_right(starts, item.row.line[0]) - 1
        near = sentences[max(at, 0)] if sentences else Sentence(0, 0, Section.PLAIN, "", 0, 0, 0)
        yield Sentence(item.start, item.end, near.section, near.heading, near.heading_start, -1 - number, -1 - number)


def _written(document: Document, text: str, births: frozenset[date]) -> date | None:
    """The day of writing: the document's own, else the first full date in the note's head."""
    if document.dated is not None:
        return document.dated
    head = dated_words(text, 0, min(len(text), _HEAD), None)
    return next((words.day for words in head if words.exact and not words.relative and words.day not in births), None)


def _blanked(text: str, dates: Sequence[DatedWords]) -> str:
    """The text without its dates, so that no part of a date is taken for a value."""
    pieces, place = [], 0
    for words in dates:
        pieces += [text[place : words.start], " " * (words.end - words.start)]
        place = words.end
    return "".join([*pieces, text[place:]])


def when_of(note: Note, sentence: Sentence, scope: tuple[int, int]) -> tuple[FactDate | None, tuple[Span, ...]]:
    """The day of a fact: stated beside it, on the line of its heading, or the note's; with the words that say so."""
    heading = ((sentence.heading_start, _heading_end(note, sentence)),) if sentence.heading else ()
    for place in (scope, (sentence.start, sentence.end), *heading):
        words = nearest(note.dates_in(*place))
        if words is not None:
            return stated(words), note.date_spans(words)
    if note.written is None:
        return None, ()
    return FactDate(on=note.written, basis=DateBasis.NOTE), note.written_spans


def _heading_end(note: Note, sentence: Sentence) -> int:
    named = sentence.heading_start + len(sentence.heading)
    line = note.layout.lines.find("\n", named)
    return min(named + _HEADING_REACH, sentence.start, line if line >= 0 else sentence.start)


def nearest(found: Sequence[DatedWords]) -> DatedWords | None:
    """One date decides; of several that differ, none is trusted more than the earliest."""
    return min(found, key=lambda words: words.day or date.min, default=None)


def stated(words: DatedWords) -> FactDate | None:
    """The day as a fact's date; None where the words place it nowhere."""
    return FactDate(on=words.day, basis=DateBasis.STATED) if words.day else None

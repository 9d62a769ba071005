"""Facts from one note: every mention of a concept with its stance, date, conditions and value."""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property

from agents.reading.rules_reader.assertion import Stance, stance_of
from agents.reading.rules_reader.calendar_words import DatedWords, dated_words
from agents.reading.rules_reader.conditions import ACTIVITY, AIR, Condition, conditions_in
from agents.reading.rules_reader.layout import Layout, Sentence, lay_out
from agents.reading.rules_reader.tables import Table, TableReading, tables_in
from agents.reading.rules_reader.values import Reading, readings
from cases.document import Document, DocumentKind
from cases.evidence import Assertion, DateBasis, Experiencer, Fact, FactDate, Origin, Setting, Span
from cases.ids import FactId
from knowledge.vocabulary import Concept, ConceptKind, Mention, Vocabulary

_ACTS = frozenset({ConceptKind.PROCEDURE, ConceptKind.TREATMENT})
_PROSE_RELIABILITY = 0.95
_VALUE = re.compile(r"\d\s?%|\d\s?mm\s?Hg|\d\s?kPa")
_LABELLED = re.compile(r"\s*[A-Za-z][\w ()/&'-]{0,40}:")
_HEAD = 400
"""How far into a note its own date is looked for."""
_HEADING_REACH = 40
"""How far behind a heading its own date may stand."""
_INHERITED = 0.95
"""Factor for a condition stated in the sentence before."""


@dataclass(frozen=True)
class _Note:
    """A note under reading; `dateless` is the layout's text with all dates blanked, offsets kept."""

    document: Document
    layout: Layout
    cues: Mapping[str, re.Pattern[str]]
    written: date | None
    dates: tuple[DatedWords, ...]
    dateless: str

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
        """Sentences by paragraph."""
        grouped: dict[int, list[Sentence]] = defaultdict(list)
        for sentence in self.layout.sentences:
            grouped[sentence.paragraph].append(sentence)
        return grouped

    def date_spans(self, words: DatedWords) -> tuple[Span, ...]:
        """The words that give a day; for `today` and its like, also those that say when the note was written."""
        return (self.span(words.start, words.end), *(self.written_spans if words.relative else ()))

    def span(self, start: int, end: int) -> Span:
        quote = self.document.text[start:end]
        lead, trail = len(quote) - len(quote.lstrip()), len(quote) - len(quote.rstrip())
        start, end = start + lead, end - trail
        page = self.document.page_at(start)
        return Span(document_id=self.document.id, start=start, end=end, quote=self.document.text[start:end], page=page)


def facts_of_note(
    document: Document, vocabulary: Vocabulary, cues: Mapping[str, re.Pattern[str]], births: frozenset[date]
) -> list[Fact]:
    """Every fact of a note, in order of place; the caller decides which of them count for what.

    `births` are the dates of birth known in the chart, so that none is taken for the date of an event.
    """
    layout = lay_out(document.text, cues)
    written = _written(document, layout.text, births)
    everything = tuple(dated_words(layout.text, 0, len(layout.text), written))
    dates = tuple(words for words in everything if words.day not in births)
    note = _Note(document, layout, cues, written, dates, _blanked(layout.text, everything))
    tables = tables_in(layout.text, vocabulary)
    facts = [fact for table in tables for fact in _table_facts(note, table)]
    before: Sentence | None = None
    for sentence in _outside(layout.sentences, tables):
        facts += _sentence_facts(note, sentence, before, vocabulary)
        before = sentence
    return sorted(facts, key=lambda fact: (fact.span.start, fact.concept))


def _outside(sentences: Sequence[Sentence], tables: Sequence[Table]) -> Iterator[Sentence]:
    """The sentences that no table takes up; both come in order of place."""
    waiting = iter(tables)
    table = next(waiting, None)
    for sentence in sentences:
        while table is not None and table.end <= sentence.start:
            table = next(waiting, None)
        if table is None or sentence.end <= table.start:
            yield sentence


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


def _sentence_facts(note: _Note, sentence: Sentence, before: Sentence | None, vocabulary: Vocabulary) -> Iterator[Fact]:
    text = note.layout.text
    found = vocabulary.mentions(text[sentence.start : sentence.end])
    mentions = [m.model_copy(update={"start": m.start + sentence.start, "end": m.end + sentence.start}) for m in found]
    measured = readings(note.dateless, sentence.start, sentence.end, mentions, note.cues)
    for reading in measured:
        yield _measured_fact(note, sentence, before, reading)
    for mention in mentions:
        if mention.concept.kind is not ConceptKind.MEASUREMENT:
            yield _mentioned_fact(note, sentence, mention)


def _measured_fact(note: _Note, sentence: Sentence, before: Sentence | None, reading: Reading) -> Fact:
    text = note.layout.text
    stance = stance_of(text, sentence, reading.start, reading.end, note.cues, measured=True, act=False)
    conditions = conditions_in(text, reading.scope_start, reading.scope_end, note.cues)
    conditions += _shared_label(note, sentence, reading, conditions)
    inherited = _inherited(note, sentence, before, conditions)
    inherited += _from_form(note, sentence, [*conditions, *inherited])
    when, words = _when(note, sentence, (reading.scope_start, reading.scope_end))
    partial = reading.bound or _of_a_part(note, reading)
    assertion = Assertion.UNCERTAIN if partial and stance.assertion is Assertion.AFFIRMED else stance.assertion
    supporting = (*words, *(note.span(item.start, item.end) for item in inherited))
    return _fact(
        note, sentence, reading.concept, (reading.start, reading.end), stance,
        assertion=assertion,
        historical=stance.historical and (when is None or when.basis is DateBasis.NOTE),
        value=reading.value, value_high=reading.high,
        when=None if stance.historical and when and when.basis is DateBasis.NOTE else when,
        settings=frozenset(item.setting for item in (*conditions, *inherited)),
        supporting=supporting,
        reliability=_PROSE_RELIABILITY * (_INHERITED if inherited else 1.0),
    )  # fmt: skip


def _of_a_part(note: _Note, reading: Reading) -> bool:
    """Whether the value is of a part of the test only (supine, REM) and not said to be the whole."""
    text, cues = note.layout.text, note.cues
    if cues["whole_test"].search(text, reading.scope_start, reading.end):
        return False
    return bool(cues["part_of_the_test"].search(text, reading.scope_start, reading.scope_end))


def _mentioned_fact(note: _Note, sentence: Sentence, mention: Mention) -> Fact:
    act = mention.concept.kind in _ACTS
    stance = stance_of(note.layout.text, sentence, mention.start, mention.end, note.cues, measured=False, act=act)
    when, words = _when(note, sentence, (sentence.start, sentence.end))
    return _fact(
        note, sentence, mention.concept, (mention.start, mention.end), stance,
        assertion=stance.assertion, historical=stance.historical, when=when,
        supporting=words,
    )  # fmt: skip


def _fact(
    note: _Note,
    sentence: Sentence,
    concept: Concept,
    place: tuple[int, int],
    stance: Stance,
    *,
    assertion: Assertion,
    historical: bool,
    when: FactDate | None,
    supporting: tuple[Span, ...],
    value: Decimal | None = None,
    value_high: Decimal | None = None,
    settings: frozenset[Setting] = frozenset(),
    reliability: float = _PROSE_RELIABILITY,
) -> Fact:
    span = note.span(*place)
    scanned = note.document.kind is DocumentKind.SCAN
    if value is not None and not concept.is_plausible(value):
        value = None
    return Fact(
        id=FactId(f"{span.document_id}:{span.start}-{span.end}:{concept.id}"),
        concept=concept.id,
        statement=_statement(concept, value, value_high, span),
        assertion=assertion,
        origin=Origin.OCR if scanned else Origin.PROSE,
        span=span,
        context=note.span(sentence.start, sentence.end),
        experiencer=stance.experiencer,
        historical=historical,
        value=value,
        value_high=value_high,
        unit=concept.unit,
        when=when,
        settings=settings,
        patient_id=note.document.patient_id,
        supporting=supporting,
        reliability=reliability * _page_confidence(note.document, span),
        hidden=note.document.is_hidden(span.start, span.end),
    )


def _statement(concept: Concept, value: Decimal | None, high: Decimal | None, span: Span) -> str:
    if value is None:
        return f"{concept.label}: {' '.join(span.quote.split())}"
    amount = f"{value.normalize():f}" + (f" to {high.normalize():f}" if high is not None else "")
    return f"{concept.label} {amount} {concept.unit}".strip()


def _page_confidence(document: Document, span: Span) -> float:
    page = next((page for page in document.pages if page.number == span.page), None)
    return page.confidence if page and page.confidence is not None else 1.0


def _when(note: _Note, sentence: Sentence, scope: tuple[int, int]) -> tuple[FactDate | None, tuple[Span, ...]]:
    """The day of a fact: stated beside it, in its heading, or the note's; with the words that say so."""
    heading_end = min(sentence.heading_start + len(sentence.heading) + _HEADING_REACH, sentence.start)
    heading = ((sentence.heading_start, heading_end),) if sentence.heading else ()
    for place in (scope, (sentence.start, sentence.end), *heading):
        words = _nearest(note.dates_in(*place))
        if words is not None:
            return _stated(words), note.date_spans(words)
    if note.written is None:
        return None, ()
    return FactDate(on=note.written, basis=DateBasis.NOTE), note.written_spans


def _nearest(found: Sequence[DatedWords]) -> DatedWords | None:
    """One date decides; of several that differ, none is trusted more than the earliest."""
    return min(found, key=lambda words: words.day or date.min, default=None)


def _stated(words: DatedWords) -> FactDate | None:
    return FactDate(on=words.day, basis=DateBasis.STATED) if words.day else None


def _shared_label(note: _Note, sentence: Sentence, reading: Reading, own: Sequence[Condition]) -> list[Condition]:
    """Conditions before a colon at the head of the sentence hold for every value, unless the value has its own."""
    text = note.layout.text
    colon = text.find(":", sentence.start, min(reading.start, sentence.start + 60))
    if colon < 0 or reading.scope_start <= sentence.start:
        return []
    return _of_missing_kind(conditions_in(text, sentence.start, colon, note.cues), own)


def _inherited(note: _Note, sentence: Sentence, before: Sentence | None, own: Sequence[Condition]) -> list[Condition]:
    """Conditions of the sentence before, where that sentence is of the same paragraph and holds no value itself."""
    if before is None or before.block != sentence.block:
        return []
    text = note.layout.text
    if _VALUE.search(text, before.start, before.end):
        return []
    return _of_missing_kind(conditions_in(text, before.start, before.end, note.cues), own)


def _from_form(note: _Note, sentence: Sentence, own: Sequence[Condition]) -> list[Condition]:
    """Conditions on the labelled lines around a labelled line, as forms have them; none if another value is near."""
    text = note.layout.text
    if not _LABELLED.match(text, sentence.start):
        return []
    lines = [line for line in note.paragraphs[sentence.paragraph] if line is not sentence]
    if any(_VALUE.search(text, line.start, line.end) for line in lines):
        return []
    labelled = [line for line in lines if _LABELLED.match(text, line.start)]
    found = [item for line in labelled for item in conditions_in(text, line.start, line.end, note.cues)]
    return _of_missing_kind(found, own)


def _of_missing_kind(candidates: Sequence[Condition], own: Sequence[Condition]) -> list[Condition]:
    settled = [kind for kind in (ACTIVITY, AIR) if any(item.setting in kind for item in own)]
    return [item for item in candidates if not any(item.setting in kind for kind in settled)]


def _table_facts(note: _Note, table: Table) -> Iterator[Fact]:
    sentence = next(
        (s for s in reversed(note.layout.sentences) if s.start <= table.start), note.layout.sentences[0]
    )  # fmt: skip
    for item in table.readings:
        fact = _cell_fact(note, sentence, item)
        if fact is not None:
            yield fact


def _cell_date(note: _Note, sentence: Sentence, item: TableReading) -> tuple[FactDate | None, tuple[Span, ...]]:
    """The date in the value's own row or head; else that of the table's heading or the note."""
    for cell in (*item.row, item.head):
        words = _nearest(note.dates_in(cell.start, cell.end))
        if words is not None:
            return _stated(words), note.date_spans(words)
    return _when(note, sentence, (item.value.start, item.value.start))


def _cell_fact(note: _Note, sentence: Sentence, item: TableReading) -> Fact | None:
    text, concept = note.layout.text, item.mention.concept
    cell = text[item.value.start : item.value.end].strip()
    match = re.match(r"(\d{1,4}(?:\.\d+)?)\s?(.*)$", cell)
    if match is None:
        return None
    head_unit = re.search(r"[(\[]\s?([^)\]]+?)\s?[)\]]", text[item.head.start : item.head.end])
    unit = match[2] or (head_unit[1] if head_unit else "")
    conditions = [
        condition
        for part in (item.head, *item.row)
        for condition in conditions_in(text, part.start, part.end, note.cues)
    ]
    when, words = _cell_date(note, sentence, item)
    head = note.span(item.head.start, item.head.end)
    plain = Stance(Assertion.AFFIRMED, Experiencer.PATIENT, historical=False)
    stance = stance_of(text, sentence, sentence.start, sentence.start, note.cues, measured=True, act=False)
    return _fact(
        note, replace(sentence, start=item.row[0].start, end=item.value.end), concept,
        (item.value.start, item.value.end), plain,
        assertion=stance.assertion, historical=False, when=when, value=concept.canonical(Decimal(match[1]), unit),
        settings=frozenset(condition.setting for condition in conditions),
        supporting=(*words, head),
    )  # fmt: skip

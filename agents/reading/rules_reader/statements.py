"""Facts from statements: what sentences and table rows say by the vocabulary's patterns, each fully qualified."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from agents.reading.rules_reader.calendar_words import DatedWords
from agents.reading.rules_reader.conditions import Condition
from agents.reading.rules_reader.copied import copied_from
from agents.reading.rules_reader.films import of_its_films
from agents.reading.rules_reader.lasting import fasted_before, lasting, with_outcome_after, with_words_before
from agents.reading.rules_reader.layout import Section, Sentence
from agents.reading.rules_reader.note import Note, stated
from agents.reading.rules_reader.places import level_of, side_of
from agents.reading.rules_reader.stance import (
    clause_of,
    is_deed,
    of_a_denial,
    statement_assertion,
    surroundings,
    undone,
)
from agents.reading.rules_reader.subject import in_a_pedigree, subject_of
from agents.reading.rules_reader.treatment_course import course_of, days_of
from agents.reading.rules_reader.values import values_of
from agents.reading.rules_reader.visit_dated import on_its_visit
from cases.document import Document, DocumentKind
from cases.evidence import Assertion, Course, DateBasis, Experiencer, Fact, FactDate, Laterality, Origin, Setting, Span
from cases.ids import ConceptId, FactId
from knowledge.vocabulary import Concept, ConceptKind, Vocabulary

RELIABILITY = 0.95
_FROM_FRAME = 0.95
"""Factor for a side that only the note's head gives."""
_NO = re.compile(r"(?:no|without|not|never)\b", re.IGNORECASE)
_LABEL_ENDS = re.compile(r"[^.;\n]{0,25}:|\s{4,}")
_IN_OTHER_WORDS = 12
"""Within so few characters a second name of one drug only explains the first: `adalimumab-adaz (biosimilar)`."""
_OF_BEFORE = re.compile(r"\s\((?:was|were|previously|prior|up from|down from)\b")
_LEAD = 60
"""How far into a paragraph its leading date may stand."""
_EXCLUSIVE = (
    frozenset({Setting.REST, Setting.EXERCISE, Setting.SLEEP}),
    frozenset({Setting.ROOM_AIR, Setting.ON_OXYGEN}),
    frozenset({Setting.FASTING, Setting.NOT_FASTING}),
    frozenset({Setting.WEIGHT_BEARING, Setting.NOT_WEIGHT_BEARING}),
    frozenset({Setting.IN_PERSON, Setting.VIDEO, Setting.TELEPHONE}),
    frozenset({Setting.SUPERVISED, Setting.UNSUPERVISED}),
)


@dataclass(frozen=True)
class Match:
    """One pattern's match in a sentence: code points of the note's text, and its value where it has one."""

    concept: Concept
    denies: bool
    start: int
    end: int
    value: Decimal | None = None
    high: Decimal | None = None
    measured: bool = False


@dataclass(frozen=True)
class Statement:
    """A match in its place: the sentence, the clause around it, and where the next treatment's words begin."""

    note: Note
    sentence: Sentence
    match: Match
    clause: tuple[int, int]
    until: int


def statement_facts(note: Note, vocabulary: Vocabulary) -> Iterator[Fact]:
    """Every statement of the vocabulary's pattern concepts in a note."""
    for sentence in note.sentences:
        matches = [
            match
            for match in _matches(note, sentence, vocabulary)
            if _in_context(note, sentence, match.concept, vocabulary)
        ]
        for match in matches:
            clause = clause_of(note.text, sentence, match.start, match.end, note.cues)
            statement = Statement(note, sentence, match, clause, _until(match, matches, sentence))
            yield of_its_films(_placed(fact_of(statement), statement, vocabulary), note, sentence)
    yield from _document_facts(note, vocabulary)


def _in_context(note: Note, sentence: Sentence, concept: Concept, vocabulary: Vocabulary) -> bool:
    """Whether paragraph, heading and note hold what the concept needs, and the sentence nothing against it."""
    needed = vocabulary.contexts.get(concept.id)
    if needed is None:
        return True
    if vocabulary.is_ruled_out(concept.id, note.text[sentence.start : sentence.end]):
        return False
    if needed.note and not needed.note.search(note.layout.text):
        return False
    if needed.paragraph is None:
        return True
    around = [one for one in note.paragraphs[sentence.paragraph] if one.block == sentence.block] or [sentence]
    found = needed.paragraph.search(note.text, around[0].start, around[-1].end)
    signed = needed.paragraph.search(note.frame.closing) if concept.kind is ConceptKind.DOCUMENT else None
    return bool(found or signed or needed.paragraph.search(sentence.heading))


def _document_facts(note: Note, vocabulary: Vocabulary) -> Iterator[Fact]:
    """Notes that are a document of some kind by all its signs; what a report of a procedure denies is left aside."""
    text = note.text
    for concept_id, signs in vocabulary.documents.items():
        if not all(sign.search(text) for sign in signs):
            continue
        concept = vocabulary.concepts[concept_id]
        report = _reported(note, signs[0])
        facts: list[Fact] = []
        for found in signs[-1].finditer(text):
            sentence = _holding(note, found.start())
            if sentence is None:
                continue
            denies = bool(concept.denials) and _NO.match(found[0]) is not None
            match = Match(concept, denies=denies, start=found.start(), end=min(found.end(), sentence.end))
            clause = clause_of(note.text, sentence, match.start, match.end, note.cues)
            statement = Statement(note, sentence, match, clause, sentence.end)
            fact = _placed(fact_of(statement), statement, vocabulary, report)
            facts.append(on_its_visit(fact, note, sentence, signs[0]))
        reports = concept.kind is ConceptKind.PROCEDURE and not concept.denials
        yield from [fact for fact in facts if reports and fact.assertion is Assertion.AFFIRMED] or facts


def _reported(note: Note, sign: re.Pattern[str]) -> tuple[int, int]:
    """The line by which a note says what kind of document it is."""
    found = sign.search(note.layout.lines)
    if found is None:
        return (0, 0)
    end = note.layout.lines.find("\n", found.end())
    return note.layout.lines.rfind("\n", 0, found.end()) + 1, end if end >= 0 else len(note.layout.lines)


def _holding(note: Note, place: int) -> Sentence | None:
    return next((one for one in note.sentences if one.start <= place < one.end), None)


def _placed(fact: Fact, statement: Statement, vocabulary: Vocabulary, report: tuple[int, int] = (0, 0)) -> Fact:
    """The fact with the body regions that its concept tells apart.

    They are those of the line that says what a `report` is of, else of its words, its sentence, or the note.
    """
    regions = vocabulary.sites.get(fact.concept)
    if not regions:
        return fact
    note, sentence, match = statement.note, statement.sentence, statement.match
    places = (report, (match.start, match.end), (sentence.start, sentence.end), (0, len(note.frame.head)))
    for start, end in places:
        named = sorted(name for name, words in regions.items() if words.search(note.text, start, end))
        if named:
            return fact.model_copy(update={"site": "+".join(named)})
    return fact.model_copy(update={"site": ""})


def _matches(note: Note, sentence: Sentence, vocabulary: Vocabulary) -> Iterator[Match]:
    for pattern in vocabulary.statements.possible(note.text[sentence.start : sentence.end].lower()):
        concept = vocabulary.concepts[ConceptId(pattern.concept_id)]
        text = note.dateless if "v" in pattern.regex.groupindex else note.text
        for found in pattern.regex.finditer(text, sentence.start, sentence.end):
            groups = found.groupdict()
            value, high = values_of(concept, groups)
            yield Match(concept, pattern.denies, found.start(), found.end(), value, high, bool(groups.get("v")))


def _until(match: Match, matches: Sequence[Match], sentence: Sentence) -> int:
    """Where the words about a treatment end: at the next other treatment of the sentence."""
    others = [
        other.start
        for other in matches
        if other.concept.kind is ConceptKind.TREATMENT
        and other.start >= match.end
        and not (other.concept.id == match.concept.id and other.start - match.end < _IN_OTHER_WORDS)
    ]
    return min(others, default=sentence.end)


def fact_of(statement: Statement, concept: Concept | None = None) -> Fact:
    """The fact that a statement makes, with everything that qualifies it."""
    note, sentence, match = statement.note, statement.sentence, statement.match
    concept = concept or match.concept
    copied, origin_day = copied_from(note, sentence)
    course, days = course_in(statement)
    when, dated = _when(statement)
    if copied:
        when = FactDate(on=origin_day, basis=DateBasis.STATED) if origin_day else None
    elif concept.kind is ConceptKind.TREATMENT and course and (course.starts or course.ends):
        first = course.starts or course.ends
        assert first is not None
        when = FactDate(on=first, basis=DateBasis.STATED, until=course.ends)
    side, framed = side_in(statement)
    settings, said = _settings(statement)
    span = note.span(match.start, match.end)
    return Fact(
        id=FactId(f"{span.document_id}:{match.start}-{match.end}:{concept.id}:s"),
        concept=concept.id,
        statement=_words(concept, match, span),
        assertion=_assertion(statement),
        origin=Origin.OCR if note.document.kind is DocumentKind.SCAN else Origin.PROSE,
        span=span,
        context=note.span(sentence.start, sentence.end),
        experiencer=subject_in(statement),
        historical=_is_past(statement),
        value=match.value,
        value_high=match.high,
        unit=concept.unit,
        when=when,
        settings=settings,
        laterality=side,
        course=course,
        duration_days=days,
        first_written=origin_day if copied else None,
        patient_id=note.document.patient_id,
        supporting=(*dated, *said),
        reliability=RELIABILITY * (_FROM_FRAME if framed else 1.0) * _page_confidence(note.document, span),
        hidden=note.document.is_hidden(span.start, span.end),
        site=level_of(note.text, sentence, match.start, match.end),
    )


def _words(concept: Concept, match: Match, span: Span) -> str:
    if match.value is None:
        return f"{concept.label}: {' '.join(span.quote.split())}"
    amount = f"{match.value.normalize():f}" + (f" to {match.high.normalize():f}" if match.high is not None else "")
    return f"{concept.label} {amount} {concept.unit}".strip()


def _page_confidence(document: Document, span: Span) -> float:
    page = next((page for page in document.pages if page.number == span.page), None)
    return page.confidence if page and page.confidence is not None else 1.0


def _assertion(statement: Statement) -> Assertion:
    note, match = statement.note, statement.match
    around = surroundings(note.text, statement.sentence, statement.clause, match.start, match.end)
    found = statement_assertion(
        around,
        statement.sentence,
        note.cues,
        plan_counts=match.concept.plan_counts,
        hedges_count=match.measured,
    )
    if found is Assertion.AFFIRMED and _is_act(match.concept) and statement.sentence.section is Section.PLAN:
        done = note.cues["done"].search(around.rest) or note.cues["done_within"].search(around.said)
        found = found if done else Assertion.PLANNED
    if found is Assertion.AFFIRMED and is_deed(match.concept):
        found = undone(around, note.cues) or found
    if match.denies:
        found = of_a_denial(found, around, note.cues)
    remark = match.concept.kind is ConceptKind.FINDING and note.is_listed(statement.sentence)
    doubted = note.frame.unfinal or (match.measured and note.frame.doubted) or remark
    if doubted and found in (Assertion.AFFIRMED, Assertion.NEGATED):
        return Assertion.UNCERTAIN
    return found


def _is_act(concept: Concept) -> bool:
    """Whether a plan's line that names it says nothing of its having been done."""
    return concept.kind is ConceptKind.PROCEDURE or (concept.kind is ConceptKind.DOCUMENT and not concept.plan_counts)


def subject_in(statement: Statement) -> Experiencer:
    match = statement.match
    place = (match.start, match.end)
    note = statement.note
    if note.frame.of_other or _other_attended(note, statement.sentence):
        return Experiencer.OTHER
    return subject_of(note.text, statement.sentence, statement.clause, place, note.cues, note.frame.gender)


def _other_attended(note: Note, sentence: Sentence) -> bool:
    """Whether somebody else was seen in the patient's place, by the words of the paragraph."""
    block = [one for one in note.paragraphs[sentence.paragraph] if one.block == sentence.block] or [sentence]
    return note.cues["other_attended"].search(note.text, block[0].start, block[-1].end) is not None


def _is_past(statement: Statement) -> bool:
    note, match = statement.note, statement.match
    if subject_in(statement) is Experiencer.FAMILY and in_a_pedigree(
        note.layout.text, note.text, statement.sentence, note.cues
    ):
        return True
    if match.concept.past_counts or match.concept.kind is ConceptKind.TREATMENT:
        return False
    before = note.text[statement.clause[0] : match.start]
    after = note.text[match.end : statement.sentence.end]
    said = note.text[match.start : match.end]
    past = (
        note.cues["past"].search(before)
        or note.cues["over_within"].search(said)
        or note.cues["over_after"].search(after)
    )
    return bool(past) or statement.sentence.section is Section.PAST


def _when(statement: Statement) -> tuple[FactDate | None, tuple[Span, ...]]:
    """The day: in its words, its clause, its sentence, at its paragraph's head, in its heading, or the note's.

    A plan may name a day to come; it was made when the note was written.
    """
    note, sentence, match = statement.note, statement.sentence, statement.match
    label = _LABEL_ENDS.match(note.text, match.end, sentence.end)
    aside = _OF_BEFORE.search(note.text, match.end, sentence.end)
    reach = (aside.start() if aside else sentence.end) if match.measured or label else match.start
    for start, end in ((match.start, match.end), statement.clause, (sentence.start, reach)):
        found = note.dates_in(start, end)
        if found:
            words = min(found, key=lambda item: _distance(item, match))
            if not (match.concept.plan_counts and words.day and note.written and words.day > note.written):
                return stated(words), note.date_spans(words)
    lead = _lead(note, sentence)
    if lead is not None:
        return stated(lead), note.date_spans(lead)
    if note.written is None:
        return None, ()
    return FactDate(on=note.written, basis=DateBasis.NOTE), note.written_spans


def _distance(words: DatedWords, match: Match) -> int:
    return max(match.start - words.end, words.start - match.end, 0)


def _lead(note: Note, sentence: Sentence) -> DatedWords | None:
    """The date at the head of the sentence's paragraph (`Nutrition, September 10:`) or in its heading."""
    if sentence.block >= 0:
        first = next((one for one in note.paragraphs[sentence.paragraph] if one.block == sentence.block), sentence)
        found = note.dates_in(first.start, min(first.start + _LEAD, first.end))
        if found and _leads(note, first, found[0]):
            return found[0]
    if sentence.heading:
        line = note.layout.lines.find("\n", sentence.heading_start + len(sentence.heading))
        headed = note.dates_in(sentence.heading_start, line if line >= 0 else sentence.start)
        return headed[0] if headed and headed[0].start < sentence.start else None
    return None


def _leads(note: Note, sentence: Sentence, words: DatedWords) -> bool:
    """Whether a date stands behind a title of a few words and before a comma or colon."""
    before, after = note.text[sentence.start : words.start], note.text[words.end : words.end + 3]
    return bool(note.cues["leads_with_date"].fullmatch(before) and re.match(r"\s?[,:(]", after))


def side_in(statement: Statement) -> tuple[Laterality | None, bool]:
    """The body side, and whether only the note's head gives it."""
    note, match = statement.note, statement.match
    found = side_of(note.text, statement.sentence, statement.clause, (match.start, match.end))
    return (found, False) if found else (note.frame.side, note.frame.side is not None)


def _settings(statement: Statement) -> tuple[frozenset[Setting], tuple[Span, ...]]:
    """Conditions in the words, the clause, the sentence, the heading and of the note; nearer ones shut out farther."""
    note, sentence, match = statement.note, statement.sentence, statement.match
    heading = (sentence.heading_start, sentence.heading_start + len(sentence.heading)) if sentence.heading else (0, 0)
    found: list[Condition] = []
    own = note.conditions(sentence.start, sentence.end)
    for start, end in ((match.start, match.end), statement.clause, (sentence.start, sentence.end)):
        near = [item for item in own if start <= item.start and item.end <= end]
        found += _new(near, [item.setting for item in found])
    found += _new(note.conditions(*heading), [item.setting for item in found])
    settings = {item.setting for item in found}
    if match.measured and not settings & {Setting.FASTING, Setting.NOT_FASTING}:
        settings |= fasted_before(note, sentence)
    if Setting.UNSUPERVISED in note.frame.mode:
        settings -= {Setting.SUPERVISED}
    settings |= {mode for mode in note.frame.mode if not settings & _kind(mode)}
    if Setting.VIDEO in settings:
        settings |= note.frame.mode & {Setting.TELEPHONE}
    said = dict.fromkeys(note.span(item.start, item.end) for item in found)
    return frozenset(settings), tuple(said)


def _new(candidates: Sequence[Condition], have: Sequence[Setting]) -> list[Condition]:
    settled = {setting for own in have for setting in _kind(own)}
    return [item for item in candidates if item.setting not in settled]


def _kind(setting: Setting) -> frozenset[Setting]:
    return next((kind for kind in _EXCLUSIVE if setting in kind), frozenset({setting}))


def course_in(statement: Statement) -> tuple[Course | None, int | None]:
    """A treatment's course; of a finding, the day since when it lasts."""
    note, match, sentence = statement.note, statement.match, statement.sentence
    if match.concept.kind is not ConceptKind.TREATMENT:
        return lasting(note, sentence)
    words, before = note.text[match.start : statement.until], note.text[sentence.start : match.start]
    course = course_of(words, note.text[statement.until : sentence.end], note.written, note.cues, before)
    if statement.until == sentence.end:
        course = with_outcome_after(course, note, sentence)
    days = days_of(course, words, before)
    if note.cues["not_regular"].search(words):
        return course, days
    return with_words_before(course, days, before, note)

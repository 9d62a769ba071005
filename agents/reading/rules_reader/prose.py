"""Facts from one note: every mention of a concept with its stance, date, conditions and value."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from agents.reading.rules_reader.assertion import Stance, stance_of
from agents.reading.rules_reader.conditions import ACTIVITY, AIR, Condition, conditions_in
from agents.reading.rules_reader.diary import diary_facts
from agents.reading.rules_reader.layout import Sentence
from agents.reading.rules_reader.note import Note, open_note, when_of
from agents.reading.rules_reader.one_of_several import without_partial_denials
from agents.reading.rules_reader.pedigree import pedigree_facts
from agents.reading.rules_reader.recordings import of_the_recording
from agents.reading.rules_reader.requalified import requalified
from agents.reading.rules_reader.statements import statement_facts
from agents.reading.rules_reader.stay import stay_facts
from agents.reading.rules_reader.still_lasting import as_of_writing
from agents.reading.rules_reader.therapy import therapy_facts
from agents.reading.rules_reader.unnamed import unnamed_saturations
from agents.reading.rules_reader.values import Reading, readings
from agents.reading.rules_reader.visit_log import visit_log_facts
from cases.document import Document, DocumentKind
from cases.evidence import Assertion, DateBasis, Fact, FactDate, Origin, Setting, Span
from cases.ids import FactId
from knowledge.vocabulary import Concept, ConceptKind, Mention, Vocabulary

_ACTS = frozenset({ConceptKind.PROCEDURE, ConceptKind.TREATMENT})
_PROSE_RELIABILITY = 0.95
_VALUE = re.compile(r"(?<!F[iI]O2 )(?<!F[iI]O2 \d)\d\s?%|\d\s?mm\s?Hg|\d\s?kPa")
_SAME_RECORDING = re.compile(r"\b(?:nadir|lowest|low|minimum|min)\b")
"""Before a further value: of the recording that the sentence began with."""
_FALLEN = re.compile(r"\bfrom \d{2,3}\s?(?:%|percent)? (?:down )?to $")
"""Before the second value of a fall: taken as the first was."""
_OWN_VALUE = re.compile(r"(?: (?:AHI|index|apneas?|events))?\s?[:=]?\s?(?:of |was )?\d")
_PASSED = re.compile(
    r"\b(?:resolv\w+|gestational|pregnan\w+|post-?partum|in remission|no longer|cured|normali[sz]ed|used to|"
    r"came off|off (?:all )?(?:\w+ )?(?:meds|medications?|treatment|pills))\b",
    re.IGNORECASE,
)
"""In a sentence that names a condition which as a rule does not go away: that it did."""
_NO_PARTS = frozenset({"pao2", "paco2"})
_LABELLED = re.compile(r"\s*[A-Za-z][\w ()/&'-]{0,40}:")
_HEAD = 400
"""How far into a note its own date is looked for."""
_SENTENCES_BACK = 3
"""So many sentences before a value, of its own paragraph, may state its conditions."""
_OF_THE_GAS = re.compile(r"\W*(?:pH|P?a?CO2|HCO3|BE|base|s(?:at)?O2|COHb|lactate)\b", re.IGNORECASE)
_SAMPLE_LINES = 5
"""So many lines above a blood gas may say how it was drawn."""
_HEADING_REACH = 40
"""How far behind a heading its own date may stand."""
_INHERITED = 0.95
"""Factor for a condition stated in the sentence before."""


def facts_of_note(
    document: Document,
    vocabulary: Vocabulary,
    cues: Mapping[str, re.Pattern[str]],
    births: frozenset[date],
    gender: str = "",
) -> list[Fact]:
    """Every fact of a note, in order of place; the caller decides which of them count for what.

    `births` are the dates of birth known in the chart, so that none is taken for the date of an event; `gender` is
    the patient's in the record's words, empty where it is not known.
    """
    note = open_note(document, cues, births, gender)
    facts: list[Fact] = []
    before: list[Sentence] = []
    for sentence in note.sentences:
        facts += _sentence_facts(note, sentence, before, vocabulary)
        before = [*before[1 - _SENTENCES_BACK :], sentence]
    facts += [*statement_facts(note, vocabulary), *therapy_facts(note, vocabulary), *diary_facts(note, vocabulary)]
    facts += [*stay_facts(note, vocabulary), *pedigree_facts(note, vocabulary)]
    facts += visit_log_facts(note, vocabulary)
    facts = [as_of_writing(fact, note) for fact in without_partial_denials(facts)]
    return sorted(facts, key=lambda fact: (fact.span.start, fact.concept))


def _sentence_facts(
    note: Note, sentence: Sentence, before: Sequence[Sentence], vocabulary: Vocabulary
) -> Iterator[Fact]:
    text = note.text
    found = vocabulary.mentions(text[sentence.start : sentence.end])
    mentions = [m.model_copy(update={"start": m.start + sentence.start, "end": m.end + sentence.start}) for m in found]
    mentions += unnamed_saturations(note, sentence, mentions, vocabulary)
    measured = readings(note.dateless, sentence.start, sentence.end, mentions, note.cues)
    for reading in measured:
        if vocabulary.is_ruled_out(reading.concept.id, text[sentence.start : sentence.end]):
            continue
        yield _measured_fact(note, sentence, before, reading)
    for mention in mentions:
        if mention.concept.kind is not ConceptKind.MEASUREMENT:
            yield _mentioned_fact(note, sentence, mention)


def _measured_fact(note: Note, sentence: Sentence, before: Sequence[Sentence], reading: Reading) -> Fact:
    text = note.text
    stance = stance_of(text, sentence, reading.start, reading.end, note.cues, measured=True, act=False)
    conditions = conditions_in(text, reading.scope_start, reading.scope_end, note.cues)
    conditions += _shared_label(note, sentence, reading, conditions)
    if not conditions and _FALLEN.search(text, sentence.start, reading.start):
        conditions += conditions_in(text, sentence.start, reading.start, note.cues)
    if not conditions and _SAME_RECORDING.search(text, max(sentence.start, reading.start - 12), reading.end):
        conditions += conditions_in(text, sentence.start, reading.start, note.cues)
    inherited = _inherited(note, sentence, before, conditions)
    inherited += of_the_recording(note, sentence, reading, [*conditions, *inherited])
    inherited += _from_form(note, sentence, [*conditions, *inherited])
    if reading.concept.id in _NO_PARTS:
        inherited += _of_sample(note, sentence, reading, [*conditions, *inherited])
    when, words = when_of(note, sentence, (reading.scope_start, reading.scope_end))
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


def _of_a_part(note: Note, reading: Reading) -> bool:
    """Whether the value is of a part of the test only (supine, REM) and not said to be the whole.

    A part named behind the value with a value of its own (`AHI 27 (central 0.4)`) says nothing of this one.
    """
    text, cues = note.text, note.cues
    if reading.concept.id in _NO_PARTS or cues["whole_test"].search(text, reading.scope_start, reading.end):
        return False
    return any(
        part.start() < reading.end or not _OWN_VALUE.match(text, part.end())
        for part in cues["part_of_the_test"].finditer(text, reading.scope_start, reading.scope_end)
    )


def _mentioned_fact(note: Note, sentence: Sentence, mention: Mention) -> Fact:
    act = mention.concept.kind in _ACTS
    lasting = mention.concept.kind is ConceptKind.CONDITION and mention.concept.past_counts
    stays = lasting and not _PASSED.search(note.text, sentence.start, sentence.end)
    stance = stance_of(note.text, sentence, mention.start, mention.end, note.cues, measured=False, act=act, stays=stays)
    when, words = when_of(note, sentence, (sentence.start, sentence.end))
    if stays and when and note.written and when.on < note.written:
        when, words = FactDate(on=note.written, basis=DateBasis.NOTE), note.written_spans
    return _fact(
        note, sentence, mention.concept, (mention.start, mention.end), stance,
        assertion=stance.assertion, historical=stance.historical, when=when,
        supporting=words,
    )  # fmt: skip


def _fact(
    note: Note,
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
    fact = Fact(
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
    return requalified(note, sentence, concept, place, fact)


def _statement(concept: Concept, value: Decimal | None, high: Decimal | None, span: Span) -> str:
    if value is None:
        return f"{concept.label}: {' '.join(span.quote.split())}"
    amount = f"{value.normalize():f}" + (f" to {high.normalize():f}" if high is not None else "")
    return f"{concept.label} {amount} {concept.unit}".strip()


def _page_confidence(document: Document, span: Span) -> float:
    page = next((page for page in document.pages if page.number == span.page), None)
    return page.confidence if page and page.confidence is not None else 1.0


def _shared_label(note: Note, sentence: Sentence, reading: Reading, own: Sequence[Condition]) -> list[Condition]:
    """Conditions before a colon at the head of the sentence hold for every value, unless the value has its own."""
    text = note.text
    colon = text.find(":", sentence.start, min(reading.start, sentence.start + 60))
    if colon < 0 or reading.scope_start <= sentence.start:
        return []
    return _of_missing_kind(conditions_in(text, sentence.start, colon, note.cues), own)


def _inherited(note: Note, sentence: Sentence, before: Sequence[Sentence], own: Sequence[Condition]) -> list[Condition]:
    """Conditions of the sentences before, of the same block and back to the first that holds a value itself.

    What the patient did is taken from the sentence right before alone; what was breathed holds until something else is.
    """
    text = note.text
    found: list[Condition] = []
    for back, earlier in enumerate(reversed(before)):
        if earlier.block != sentence.block or _VALUE.search(text, earlier.start, earlier.end):
            break
        stated = conditions_in(text, earlier.start, earlier.end, note.cues, AIR if back else Setting)
        found += _of_missing_kind(stated, [*own, *found])
    return found


def _from_form(note: Note, sentence: Sentence, own: Sequence[Condition]) -> list[Condition]:
    """Conditions on the labelled lines around a labelled line, as forms have them; none if another value is near."""
    text = note.text
    if not _LABELLED.match(text, sentence.start):
        return []
    lines = [line for line in note.paragraphs[sentence.paragraph] if line is not sentence]
    valued = [line for line in lines if _VALUE.search(text, line.start, line.end)]
    if valued:
        return _of_missing_kind(_air_above(note, lines, min(line.start for line in (*valued, sentence))), own)
    labelled = [line for line in lines if _LABELLED.match(text, line.start)]
    found = [item for line in labelled for item in conditions_in(text, line.start, line.end, note.cues)]
    return _of_missing_kind(found, own)


def _of_sample(note: Note, sentence: Sentence, reading: Reading, own: Sequence[Condition]) -> list[Condition]:
    """Conditions under which a blood gas was drawn: those that what stands before it agrees on."""
    above = [line for line in note.paragraphs[sentence.paragraph] if line.end <= sentence.start][-_SAMPLE_LINES:]
    valued = [
        number
        for number, line in enumerate(above)
        if _VALUE.search(note.text, line.start, line.end) and not _OF_THE_GAS.match(note.text, line.start)
    ]
    above = above[valued[-1] + 1 :] if valued else above
    places = [*((line.start, line.end) for line in above), (sentence.start, reading.start)]
    found = [item for start, end in places for item in conditions_in(note.text, start, end, note.cues)]
    agreed = [
        item
        for kind in (ACTIVITY - {Setting.AWAKE}, AIR)
        for item in found
        if item.setting in kind and len({one.setting for one in found if one.setting in kind}) == 1
    ]
    return _of_missing_kind(agreed, own)


def _air_above(note: Note, lines: Sequence[Sentence], first_value: int) -> list[Condition]:
    """What was breathed, where the lines of a form before its first value say one thing of it."""
    above = [line for line in lines if line.end <= first_value]
    airs = [item for line in above for item in conditions_in(note.text, line.start, line.end, note.cues, AIR)]
    return airs if len({item.setting for item in airs}) == 1 else []


def _of_missing_kind(candidates: Sequence[Condition], own: Sequence[Condition]) -> list[Condition]:
    settled = [kind for kind in (ACTIVITY, AIR) if any(item.setting in kind for item in own)]
    return [item for item in candidates if not any(item.setting in kind for kind in settled)]

"""A hospital stay reckoned from status orders: inpatient midnights, and the days until the next admission."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from agents.reading.rules_reader.layout import Sentence
from agents.reading.rules_reader.note import Note
from agents.reading.rules_reader.partial_dates import ANY_DAY, day_of
from agents.reading.rules_reader.stance import clause_of
from agents.reading.rules_reader.statements import Match, Statement, fact_of
from cases.evidence import Assertion, Fact
from cases.ids import ConceptId
from knowledge.vocabulary import Vocabulary

MIDNIGHTS = ConceptId("inpatient_midnights")
TO_FACILITY = ConceptId("days_to_facility")
_WITHIN = 45


def stay_facts(note: Note, vocabulary: Vocabulary) -> Iterator[Fact]:
    """Midnights from the inpatient order to discharge, and days from there to the facility, where dates tell."""
    if MIDNIGHTS not in vocabulary.concepts:
        return
    text, cues = note.layout.text, note.cues
    if not cues["discharged_from_stay"].search(text):
        return
    admitted = _dated(note, cues["inpatient_order"])
    discharged = _dated(note, cues["discharged_from_stay"])
    withdrawn = cues["inpatient_withdrawn"].search(text) is not None
    if discharged is None:
        return
    sentence, left = discharged
    if admitted and admitted[1] <= left:
        midnights = Decimal((left - admitted[1]).days)
        assertion = Assertion.UNCERTAIN if withdrawn else Assertion.AFFIRMED
        yield _counted(note, vocabulary, MIDNIGHTS, admitted[0], midnights, assertion)
    arrival = _arrival(note, left)
    if arrival is not None:
        yield _counted(note, vocabulary, TO_FACILITY, arrival[0], Decimal((arrival[1] - left).days), Assertion.AFFIRMED)


def _dated(note: Note, cue: re.Pattern[str]) -> tuple[Sentence, date] | None:
    """The first sentence of a kind of event with its day: the date in its line that stands nearest to it."""
    for sentence in note.sentences:
        found = cue.search(note.text, sentence.start, sentence.end)
        if not found or note.cues["undone_status"].search(note.text, found.end(), sentence.end):
            continue
        days = [
            (abs(match.start() - found.start()), day)
            for match in ANY_DAY.finditer(
                note.text, max(sentence.start, found.start() - _WITHIN), found.end() + _WITHIN
            )
            if (day := day_of(match[0], note.written, late=False))
        ]
        if days:
            return sentence, min(days)[1]
    return None


def _arrival(note: Note, left: date) -> tuple[Sentence, date] | None:
    """The stated day of admission to the facility, else the day of discharge where the words say the same day."""
    for sentence in note.sentences:
        found = note.cues["to_facility"].search(note.text, sentence.start, sentence.end)
        if not found:
            continue
        days = [
            day
            for match in ANY_DAY.finditer(note.text, found.start(), sentence.end)
            if (day := day_of(match[0], None, late=False))
        ]
        if days:
            return sentence, max(days)
        if note.cues["same_day"].search(note.text, sentence.start, sentence.end):
            return sentence, left
    return None


def _counted(
    note: Note, vocabulary: Vocabulary, concept_id: ConceptId, sentence: Sentence, value: Decimal, assertion: Assertion
) -> Fact:
    match = Match(vocabulary.concepts[concept_id], False, sentence.start, sentence.end, value=value, measured=True)
    clause = clause_of(note.text, sentence, match.start, match.end, note.cues)
    fact = fact_of(Statement(note, sentence, match, clause, sentence.end))
    doubtful = fact.assertion in (Assertion.UNCERTAIN, Assertion.HYPOTHETICAL)
    return fact.model_copy(update={"assertion": fact.assertion if doubtful else assertion})

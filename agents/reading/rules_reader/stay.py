"""A hospital stay reckoned from status orders: inpatient midnights, and the days until the next admission."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from agents.reading.rules_reader.layout import Sentence
from agents.reading.rules_reader.note import Note
from agents.reading.rules_reader.partial_dates import ANY_DAY, RANGE, day_of, run_in
from agents.reading.rules_reader.stance import clause_of
from agents.reading.rules_reader.statements import Match, Statement, fact_of
from cases.evidence import Assertion, Fact
from cases.ids import ConceptId
from knowledge.vocabulary import Vocabulary

MIDNIGHTS = ConceptId("inpatient_midnights")
TO_FACILITY = ConceptId("days_to_facility")
_WITHIN = 45
_UNTIL_ADMITTED = 90
"""So many days after discharge a day without a year may still be of the next admission."""
_AHEAD = timedelta(days=7)
"""So far ahead may an order for discharge be written."""


def stay_facts(note: Note, vocabulary: Vocabulary) -> Iterator[Fact]:
    """Midnights from the inpatient order to discharge, and days from there to the facility, where dates tell."""
    if MIDNIGHTS not in vocabulary.concepts:
        return
    text, cues = note.layout.text, note.cues
    spanned = _spanned(note)
    if not spanned and not cues["discharged_from_stay"].search(text):
        return
    admitted = _dated(note, cues["inpatient_order"]) or (spanned and (spanned[0], spanned[1]))
    discharged = _dated(note, cues["discharged_from_stay"]) or (spanned and (spanned[0], spanned[2]))
    withdrawn = cues["inpatient_withdrawn"].search(text) is not None
    if discharged is None:
        return
    sentence, left = discharged
    if admitted and admitted[1] <= left:
        midnights = Decimal((left - admitted[1]).days)
        assertion = Assertion.UNCERTAIN if withdrawn else Assertion.AFFIRMED
        yield _counted(note, vocabulary, MIDNIGHTS, admitted[0], midnights, assertion)
    arrival = _arrival(note, left)
    if arrival is not None and arrival[1] >= left:
        yield _counted(note, vocabulary, TO_FACILITY, arrival[0], Decimal((arrival[1] - left).days), Assertion.AFFIRMED)


def _spanned(note: Note) -> tuple[Sentence, date, date] | None:
    """First and last day of a stay that is said to have been an inpatient's, where a range gives both."""
    for sentence in note.sentences:
        found = RANGE.search(note.text, sentence.start, sentence.end)
        if found and note.cues["inpatient_through"].search(note.text[sentence.start : found.start()][-_WITHIN:]):
            run = run_in(found[0], note.written)
            if run.first and run.last and run.first <= run.last:
                return sentence, run.first, run.last
    return None


def _dated(note: Note, cue: re.Pattern[str]) -> tuple[Sentence, date] | None:
    """The first sentence of a kind of event with its day: the date in its line that stands nearest to it."""
    for sentence in note.sentences:
        found = cue.search(note.text, sentence.start, sentence.end)
        if not found or note.cues["undone_status"].search(note.text, found.end(), sentence.end):
            continue
        days = [
            (max(match.start() - found.end(), found.start() - match.end()), day)
            for match in ANY_DAY.finditer(
                note.text, max(sentence.start, found.start() - _WITHIN), found.end() + _WITHIN
            )
            if (day := day_of(match[0], _soon(note.written), late=False))
        ]
        if days:
            return sentence, min(days)[1]
    return None


def _soon(written: date | None) -> date | None:
    return written + _AHEAD if written else None


def _arrival(note: Note, left: date) -> tuple[Sentence, date] | None:
    """The stated day of admission to the facility, else the day of discharge where the words say the same day."""
    for sentence in note.sentences:
        found = note.cues["to_facility"].search(note.text, sentence.start, sentence.end)
        if not found and note.cues["names_facility"].search(note.layout.text):
            found = note.cues["bed_at_facility"].search(note.text, sentence.start, sentence.end)
        if not found:
            continue
        days = [
            day
            for match in ANY_DAY.finditer(note.text, found.start(), sentence.end)
            if (day := day_of(match[0], left + timedelta(days=_UNTIL_ADMITTED), late=False))
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

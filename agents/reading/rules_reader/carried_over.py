"""Sentences that a later note repeats word for word: what they say is as old as the first note that says it."""

from collections.abc import Sequence
from datetime import date

from cases.evidence import DateBasis, Fact, FactDate, Origin
from cases.ids import PatientId

_SHORTEST = 60
"""Shorter sentences (`No acute distress today.`) come alike in notes that were each written anew."""
_WRITTEN = frozenset({Origin.PROSE, Origin.OCR})

_Passage = tuple[PatientId | None, str]


def counted_from_first(facts: Sequence[Fact]) -> tuple[Fact, ...]:
    """The facts, those of a repeated sentence dated by the oldest note that holds it.

    Only where the note's own day is what dates them: a day that the sentence states is the same in both notes.
    """
    first: dict[_Passage, date] = {}
    for fact in facts:
        passage = _passage(fact)
        if passage and fact.when:
            first[passage] = min(fact.when.on, first.get(passage, date.max))
    return tuple(_from(fact, first.get(passage)) if (passage := _passage(fact)) else fact for fact in facts)


def _passage(fact: Fact) -> _Passage | None:
    words = " ".join(fact.context.quote.split()).casefold()
    if fact.origin not in _WRITTEN or len(words) < _SHORTEST or fact.when is None:
        return None
    return (fact.patient_id, words) if fact.when.basis is DateBasis.NOTE else None


def _from(fact: Fact, on: date | None) -> Fact:
    if on is None or fact.when is None or on >= fact.when.on:
        return fact
    return fact.model_copy(update={"when": FactDate(on=on, basis=DateBasis.NOTE), "first_written": on})

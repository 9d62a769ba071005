"""What was begun or given up on a day and lasts: the day is its beginning, and the note's own day is when it was so."""

from agents.reading.rules_reader.note import Note
from cases.evidence import DateBasis, Fact, FactDate
from cases.ids import ConceptId

_LASTS = frozenset({ConceptId("nicotine_stopped")})


def as_of_writing(fact: Fact, note: Note) -> Fact:
    """The fact dated by its note where the only day it names is the day from which it lasts."""
    begun = fact.course.starts if fact.course else None
    if fact.concept not in _LASTS or begun is None or fact.when is None or fact.when.on != begun:
        return fact
    if note.written is None or fact.first_written is not None:
        return fact
    when = FactDate(on=note.written, basis=DateBasis.NOTE)
    return fact.model_copy(update={"when": when, "supporting": (*fact.supporting, *note.written_spans)})

"""The day of a document that its own sentence does not give: that of the visit it tells of."""

import re

from agents.reading.rules_reader.layout import Sentence
from agents.reading.rules_reader.note import Note, stated
from cases.evidence import DateBasis, Fact


def on_its_visit(fact: Fact, note: Note, sentence: Sentence, sign: re.Pattern[str]) -> Fact:
    """A document's fact without a day of its own is of the visit that its paragraph dates before it."""
    if fact.when is None or fact.when.basis is not DateBasis.NOTE:
        return fact
    for earlier in reversed([one for one in note.paragraphs[sentence.paragraph] if one.end <= sentence.start]):
        found = note.dates_in(earlier.start, earlier.end)
        if found and sign.search(note.text, earlier.start, earlier.end):
            when = stated(found[0])
            return fact.model_copy(update={"when": when}) if when else fact
    return fact

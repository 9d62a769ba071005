"""Values by month written as one line: `Aug/Sep/Oct: headache days 16/17/15`."""

import calendar
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from agents.reading.rules_reader.layout import Sentence
from agents.reading.rules_reader.note import Note
from agents.reading.rules_reader.stance import clause_of
from agents.reading.rules_reader.statements import Match, Statement, fact_of
from cases.evidence import DateBasis, Fact, FactDate
from cases.ids import ConceptId
from knowledge.vocabulary import Vocabulary

_NAMES = {name.casefold(): number for number, name in enumerate(calendar.month_abbr) if name}
_MONTH = rf"(?:{'|'.join(_NAMES)})[a-z]*\.?"
_MONTHS = re.compile(rf"\b(?P<months>{_MONTH}(?:\s?[/,]\s?{_MONTH})+)", re.IGNORECASE)
_VALUES = r"{}\s*:?\s*(?P<values>\d{{1,2}}(?:\s?/\s?\d{{1,2}})+)"
_COUNTED = {
    ConceptId("monthly_headache_days"): re.compile(_VALUES.format(r"\b(?:headache|HA) days"), re.IGNORECASE),
    ConceptId("monthly_migraine_days"): re.compile(_VALUES.format(r"\bmigraine days"), re.IGNORECASE),
}


def diary_facts(note: Note, vocabulary: Vocabulary) -> Iterator[Fact]:
    """One fact for each month and value of a line that names as many months as it gives values."""
    for sentence in note.sentences:
        named = _MONTHS.search(note.text, sentence.start, sentence.end)
        months = _months(named["months"], note.written) if named else []
        for concept_id, pattern in _COUNTED.items() if months else ():
            found = pattern.search(note.text, sentence.start, sentence.end)
            if found:
                yield from _facts(note, sentence, vocabulary, concept_id, found, months)


def _facts(
    note: Note,
    sentence: Sentence,
    vocabulary: Vocabulary,
    concept_id: ConceptId,
    found: re.Match[str],
    months: list[date],
) -> Iterator[Fact]:
    values = [Decimal(part) for part in re.findall(r"\d+", found["values"])]
    if len(values) != len(months):
        return
    clause = clause_of(note.text, sentence, found.start(), found.end(), note.cues)
    for month, value in zip(months, values, strict=True):
        concept = vocabulary.concepts[concept_id]
        match = Match(concept, False, found.start(), found.end(), value=value, measured=True)
        fact = fact_of(Statement(note, sentence, match, clause, sentence.end))
        last = month.replace(day=calendar.monthrange(month.year, month.month)[1])
        yield fact.model_copy(
            update={
                "id": f"{fact.id}:{month.isoformat()}",
                "when": FactDate(on=month, basis=DateBasis.STATED, until=last),
            }
        )


def _months(words: str, written: date | None) -> list[date]:
    """First days of the months named, in order, the last of them over before the day of writing."""
    numbers = [_NAMES[part[:3].casefold()] for part in re.findall(r"[A-Za-z]{3,}", words)]
    if written is None:
        return []
    year = written.year if numbers[-1] < written.month else written.year - 1
    found = [date(year, numbers[-1], 1)]
    for number in reversed(numbers[:-1]):
        later = found[0]
        found.insert(0, date(later.year if number < later.month else later.year - 1, number, 1))
    return found

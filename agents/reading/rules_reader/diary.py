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
_HEADACHE = (
    r"\b(?:(?:headache|HA|head pain)[- ]days?|days? (?:with|of) (?:an? |any |some |the )?(?:headaches?|HA|head pain)|"
    r"(?:headaches?|HA)(?= on \d))"
)
_MIGRAINE = r"\b(?:migraine[- ]days?|days? (?:with|of) (?:an? |any |the )?(?:\w+ )?migraines?|migraines?(?= on \d))"
_LABELS = {
    ConceptId("monthly_headache_days"): re.compile(_HEADACHE, re.IGNORECASE),
    ConceptId("monthly_migraine_days"): re.compile(_MIGRAINE, re.IGNORECASE),
}
_COUNTED = {
    ConceptId("monthly_headache_days"): re.compile(_VALUES.format(r"\b(?:headache|HA) days"), re.IGNORECASE),
    ConceptId("monthly_migraine_days"): re.compile(_VALUES.format(r"\bmigraine days"), re.IGNORECASE),
}
_PAIR = re.compile(
    rf"(?:\bin )?\b(?P<m>{_MONTH})(?: (?P<y>(?:19|20)\d\d))?(?: had| was| with)?(?:[:=-]| -| –)? ?(?P<v>\d{{1,2}})"
    rf"(?! ?[-–(]? ?\d)(?: days?)?\b(?! ?\((?:to|until|so far)|,? so far)|"
    rf"\b(?P<w>\d{{1,2}})(?: days?)?,? (?:in|for|during) (?P<n>{_MONTH})\b(?: (?P<z>(?:19|20)\d\d))?",
    re.IGNORECASE,
)
"""A month with its value, `July 19 days` or `11 in August`."""
_AROUND = re.compile(
    rf",? (?:in|for|during) (?P<n>{_MONTH})\b(?: (?P<z>(?:19|20)\d\d))?[\s,;]*(?:and|then)?[\s,]*", re.IGNORECASE
)
_NAMED_BEFORE = re.compile(
    rf"\b(?P<n>{_MONTH})(?: (?P<z>(?:19|20)\d\d))?[:,]? (?:she had |he had |with |had )?"
    r"(?:\d{1,2} (?:headache|HA) days?,? (?:and |with |of which )?)?(?P<v>\d{1,2}) (?:were |was )?$",
    re.IGNORECASE,
)
_HEADS_LINE = re.compile(rf"[\s>*•-]*(?P<m>{_MONTH})(?: (?P<y>(?:19|20)\d\d))? ?[:=|–-]", re.IGNORECASE)
_SO_FAR = re.compile(
    r"\bso far\b|\bto date\b|\bup to\b|\bthrough\b|\buntil\b|\bmissing\b|\bincomplete\b|\babout\b|~|\?", re.IGNORECASE
)
_DAYS_OF = {
    ConceptId("monthly_headache_days"): re.compile(
        r"(?<!migraine )\b(?:any )?(?:headaches?|HA|head pain)(?: on)?[ :,=]{1,3}(?P<v>\d{1,2}) ?(?:days?|d)\b",
        re.IGNORECASE,
    ),
    ConceptId("monthly_migraine_days"): re.compile(
        r"\bmigraines?(?:[- ]type| headaches?)?(?: on)?[ :,=]{1,3}(?P<v>\d{1,2}) ?(?:days?|d)\b", re.IGNORECASE
    ),
}
_JOINS = re.compile(r"[\s,;]*(?:and|then)?[\s,]*")
_OPENS = re.compile(
    r"(?: days?)?(?: (?:were|was|numbered|counted|charted|per|by|the|calendar|month|monthly|a|on|for|diary))*"
    r"[\s:,=(–-]{0,4}",
    re.IGNORECASE,
)


def diary_facts(note: Note, vocabulary: Vocabulary) -> Iterator[Fact]:
    """One fact for each month and value of a line that names as many months as it gives values."""
    for sentence in note.sentences:
        named = _MONTHS.search(note.text, sentence.start, sentence.end)
        months = _months(named["months"], note.written) if named else []
        for concept_id, pattern in _COUNTED.items():
            found = pattern.search(note.text, sentence.start, sentence.end) if months else None
            if found:
                values = [Decimal(part) for part in re.findall(r"\d+", found["values"])]
                pairs = list(zip(months, values, strict=True)) if len(values) == len(months) else []
                yield from _facts(note, sentence, vocabulary, concept_id, (found.start(), found.end()), pairs)
            else:
                yield from _listed(note, sentence, vocabulary, concept_id)
                yield from _of_its_line(note, sentence, vocabulary, concept_id)


def _of_its_line(note: Note, sentence: Sentence, vocabulary: Vocabulary, concept_id: ConceptId) -> Iterator[Fact]:
    """The days told behind the month that heads a line (`July: any headache 18 days. Migraine-type 10 days.`)."""
    told = _DAYS_OF[concept_id].search(note.text, sentence.start, sentence.end)
    line = note.text.rfind("\n", 0, told.start()) + 1 if told else 0
    head = _HEADS_LINE.match(note.text, line, sentence.end) if told else None
    if told is None or head is None or head.end() > told.start() or _SO_FAR.search(note.text, line, sentence.end):
        return
    if len(re.findall(rf"\b{_MONTH}", note.text[line : sentence.end], re.IGNORECASE)) > 1:
        return
    months = _dated([(head["m"], head["y"] or "")], note.written)
    yield from _facts(
        note, sentence, vocabulary, concept_id, told.span(), [(one, Decimal(told["v"])) for one in months]
    )


def _listed(note: Note, sentence: Sentence, vocabulary: Vocabulary, concept_id: ConceptId) -> Iterator[Fact]:
    """Pairs of month and value behind the words for what is counted, the first perhaps around them."""
    label = _LABELS[concept_id].search(note.text, sentence.start, sentence.end)
    if label is None:
        return
    pairs: list[tuple[str, str, str]] = []
    place = label.end()
    around = _AROUND.match(note.text, place, sentence.end)
    lead = note.text[max(sentence.start, label.start() - 60) : label.start()]
    before = re.search(r"(\d{1,2}) (?:\w+ )?$", lead)
    named = _NAMED_BEFORE.search(lead)
    if named:
        pairs = [(named["n"], named["z"] or "", named["v"])]
        joined = _JOINS.match(note.text, place, sentence.end)
        place = joined.end() if joined else place
    elif around and before:
        pairs, place = [(around["n"], around["z"] or "", before[1])], around.end()
    else:
        opened = _OPENS.match(note.text, place, sentence.end)
        place = opened.end() if opened else place
    while found := _PAIR.match(note.text, place, sentence.end):
        pairs.append((found["m"] or found["n"], found["y"] or found["z"] or "", found["v"] or found["w"]))
        joined = _JOINS.match(note.text, found.end(), sentence.end)
        place = joined.end() if joined else found.end()
    months = _dated([(month, year) for month, year, _ in pairs], note.written)
    if months and len(set(months)) == len({month[:3].casefold() for month, _, _ in pairs}) == len(pairs):
        values = [Decimal(value) for _, _, value in pairs]
        span = (label.start(), max(label.end(), place))
        yield from _facts(note, sentence, vocabulary, concept_id, span, list(zip(months, values, strict=True)))


def _dated(named: list[tuple[str, str]], written: date | None) -> list[date]:
    """First days of the months named; those without a year as `_months` places them."""
    if not named:
        return []
    if all(year for _, year in named):
        return [date(int(year), _NAMES[month[:3].casefold()], 1) for month, year in named]
    return _months(" ".join(month for month, _ in named), written) if not any(year for _, year in named) else []


def _facts(
    note: Note,
    sentence: Sentence,
    vocabulary: Vocabulary,
    concept_id: ConceptId,
    span: tuple[int, int],
    pairs: list[tuple[date, Decimal]],
) -> Iterator[Fact]:
    clause = clause_of(note.text, sentence, span[0], span[1], note.cues)
    for month, value in pairs:
        concept = vocabulary.concepts[concept_id]
        match = Match(concept, False, span[0], span[1], value=value, measured=True)
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

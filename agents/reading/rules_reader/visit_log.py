"""Visits of a weight programme as logs and letters list them: a line for each, days in one line, or months."""

import calendar
import re
from collections.abc import Iterator
from datetime import date

from agents.reading.rules_reader.layout import Section, Sentence
from agents.reading.rules_reader.note import Note
from agents.reading.rules_reader.partial_dates import day_of
from agents.reading.rules_reader.stance import clause_of
from agents.reading.rules_reader.statements import Match, Statement, fact_of
from cases.evidence import Assertion, DateBasis, Experiencer, Fact, FactDate, Setting
from cases.ids import ConceptId
from knowledge.vocabulary import Vocabulary

_VISIT = ConceptId("weight_programme_visit")
_MONTHS = {name.casefold(): number for number, name in enumerate(calendar.month_abbr) if name}
_MONTH = rf"(?:{'|'.join(_MONTHS)})[a-z]{{0,6}}\b\.?"
_DAY = rf"(?:\d{{1,2}}[/-]\d{{1,2}}(?:[/-](?:\d{{4}}|\d\d))?|{_MONTH} \d{{1,2}}(?:,? \d{{4}})?)(?![\d/-])"
_OF_PROGRAMME = re.compile(
    r"\b(?:weight|wt|bariatric|obesity)\b[^\n]{0,40}\b(?:log|visits?|record|program(?:me)?|sheet|management|mgmt)\b",
    re.IGNORECASE,
)
_BY_CLINICIAN = re.compile(
    r"\b(?:supervised|medical(?:ly)? (?:visits?|weight|supervised)|(?:with|saw|by) (?:either )?(?:me|us)\b|"
    r"obesity medicine|with (?:the |our )?(?:physician|doctor|clinician|NP|PA))\b|"
    r"(?-i:\bDr\.? [A-Z]|[a-z],? (?:MD|DO|F?NP(?:-C)?|DNP|PA|PA-C|APRN)\b)",
    re.IGNORECASE,
)
_LINE = re.compile(
    rf"^[ \t|]*(?:(?:visit|no\.?|month|#) ?\d{{1,2}}[.):|]?[ \t|]+)?(?P<day>{_DAY})[ \t|:,.-]{{1,8}}"
    r"(?P<rest>(?:(?:came|attended|seen|kept|present|arrived)\b|"
    r"(?:(?:video|office|clinic|in[- ]?person|telehealth|visit|virtual)[ \t|]+)?"
    r"(?:(?:yes|y|done|completed)\b|\d{2,3}(?:\.\d)? ?(?:kg|lbs?)\b)|"
    r"[^\n|]{1,40}\|[^\n]{0,60}\| *(?:yes|y|kept|attended|done) *(?:\||$))[^\n]*)",
    re.IGNORECASE | re.MULTILINE,
)
_NO_VISIT = re.compile(
    r"\b(?:no[- ]?show|cancel\w*|did not|not attended|(?<!none )missed(?! none\b| nothing\b)|phone\b|"
    r"by (?:phone|mail)|telephone|support group|"
    r"dieti[ct]ian|nutritionist|booked|scheduled|attended:? (?:no|n))\b|(?-i:\bRDN?\b)",
    re.IGNORECASE,
)
_WORD = r"\b(?:visits?|seen|attended|came|kept|(?:I|we) saw (?:him|her|them|pt|the patient))\b"
_OF_DIETITIAN = re.compile(
    r"\b(?:visits|sessions|appointments) (?:(?:are|were|all) ){0,2}(?:with|by) (?:[^.;:\n]|(?<=[A-Z])\.){0,30}\b"
    r"(?:RDN?|dieti[ct]ian|nutritionist)\b(?![^.;:\n]{0,20}\b(?:and|or|also|plus)\b)",
    re.IGNORECASE,
)
_BESIDE_DIETITIAN = re.compile(
    r"\b(?:same day|also|then) (?:w/|with|saw|seen by) (?:the )?(?:RDN?|dietitian)\b", re.IGNORECASE
)
_DAYS = re.compile(
    rf"{_WORD}(?:[^\n\d.;]|(?<=[A-Z])\.){{0,60}}?"
    rf"(?P<days>{_DAY}(?: \([a-z ]{{1,15}}\))?(?:,? (?:and )?{_DAY}(?: \([a-z ]{{1,15}}\))?){{2,20}})",
    re.IGNORECASE,
)
_LISTED_MONTHS = re.compile(
    rf"{_WORD}[^.;\n\d]{{0,30}}?\b(?P<months>{_MONTH}(?:,? (?:and )?{_MONTH}){{3,11}}),?(?: (?P<year>\d{{4}}))?",
    re.IGNORECASE,
)
_COUNT = r"(?:[6-9]|1[0-2]|six|seven|eight|nine|ten|eleven|twelve)"
_EACH_MONTH = re.compile(
    rf"{_WORD}[^.;\n]{{0,60}}?\b(?:every|each) (?:calendar )?month,? from (?P<first>{_MONTH}(?: \d{{4}})?) "
    rf"(?:to|through|until) (?P<last>{_MONTH}(?: \d{{4}})?)|"
    rf"\b(?:completed|attended|kept|had) {_COUNT} (?:\w+ )?monthly (?:\w+ )?(?:visits|sessions|appointments)"
    rf"[^.;\n\d]{{0,80}}?,? (?:from )?(?P<from>{_MONTH}(?: \d{{4}})?) "
    rf"(?:to|through|until) (?P<to>{_MONTH}(?: \d{{4}})?)",
    re.IGNORECASE,
)
_A_LOG = 3
"""So many lines make a log, which then speaks alone."""


def visit_log_facts(note: Note, vocabulary: Vocabulary) -> Iterator[Fact]:
    """One fact for each visit, or month with one, that a note on a weight programme lists as attended."""
    if _VISIT not in vocabulary.concepts or not _OF_PROGRAMME.search(note.layout.lines):
        return
    if _OF_DIETITIAN.search(note.layout.lines):
        return
    lines = list(_LINE.finditer(note.layout.lines))
    if len(lines) >= _A_LOG:
        for line in lines:
            day = day_of(line["day"].replace("-", "/"), note.written, late=False)
            sentence = _holding(note, line.start("day"))
            if day and sentence and not _NO_VISIT.search(_BESIDE_DIETITIAN.sub("", line["rest"])):
                fact = _fact(note, vocabulary, sentence, (line.start("day"), line.start("rest") + 4), day)
                sure = not note.frame.unfinal and not note.frame.of_other
                updates = {"assertion": Assertion.AFFIRMED, "experiencer": Experiencer.PATIENT} if sure else {}
                yield fact.model_copy(update=updates)
        return
    for sentence in note.layout.sentences:
        if sentence.section is Section.PLAN or _NO_VISIT.search(note.text, sentence.start, sentence.end):
            continue
        for place, day in _told(note, sentence):
            yield _fact(note, vocabulary, sentence, place, day)


def _told(note: Note, sentence: Sentence) -> Iterator[tuple[tuple[int, int], date]]:
    """The days, and the first days of the months, in which a sentence says that visits were."""
    listed = _DAYS.search(note.text, sentence.start, sentence.end)
    for match in re.finditer(_DAY, listed["days"], re.IGNORECASE) if listed else ():
        day = day_of(match[0].replace("-", "/"), note.written, late=False)
        if day and listed:
            yield listed.span(), day
    named = _LISTED_MONTHS.search(note.text, sentence.start, sentence.end)
    if named:
        numbers = [
            _MONTHS[word[:3].casefold()] for word in re.findall(r"[A-Za-z]{3,}", named["months"]) if word != "and"
        ]
        for day in _back_from(numbers, int(named["year"]) if named["year"] else None, note.written):
            yield named.span(), day
    run = _EACH_MONTH.search(note.text, sentence.start, sentence.end)
    if run and note.written:
        begins, ends = run["first"] or run["from"], run["last"] or run["to"]
        first, last = (_MONTHS[name[:3].casefold()] for name in (begins, ends))
        numbers = [(first + step - 1) % 12 + 1 for step in range((last - first) % 12 + 1)]
        year = re.search(r"\d{4}", ends)
        for day in _back_from(numbers, int(year[0]) if year else None, note.written):
            yield run.span(), day


def _back_from(numbers: list[int], year: int | None, written: date | None) -> list[date]:
    """First days of months in order, the last of them in `year`, else over when the note was written."""
    if written is None:
        return []
    year = year or (written.year if numbers[-1] <= written.month else written.year - 1)
    found = [date(year, numbers[-1], 1)]
    for number in reversed(numbers[:-1]):
        later = found[0]
        found.insert(0, date(later.year if number < later.month else later.year - 1, number, 1))
    return found


def _holding(note: Note, place: int) -> Sentence | None:
    return next((one for one in note.layout.sentences if one.start <= place < one.end), None)


def _fact(note: Note, vocabulary: Vocabulary, sentence: Sentence, place: tuple[int, int], day: date) -> Fact:
    match = Match(vocabulary.concepts[_VISIT], False, *place)
    fact = fact_of(Statement(note, sentence, match, clause_of(note.text, sentence, *place, note.cues), sentence.end))
    near = _BY_CLINICIAN.search(note.text, sentence.start, sentence.end)
    told = near or _BY_CLINICIAN.search(note.frame.head) or _BY_CLINICIAN.search(note.frame.closing)
    unwatched = Setting.UNSUPERVISED in fact.settings | note.frame.mode
    return fact.model_copy(
        update={
            "id": f"{fact.id}:{day.isoformat()}",
            "when": FactDate(on=day, basis=DateBasis.STATED),
            "settings": fact.settings | ({Setting.SUPERVISED} if told and not unwatched else set()),
        }
    )

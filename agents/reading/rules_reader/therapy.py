"""Courses of supervised therapy: from a therapist's record as a whole, or from one line of another note."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from agents.reading.rules_reader.frame import sides_in
from agents.reading.rules_reader.layout import Section, Sentence
from agents.reading.rules_reader.note import Note
from agents.reading.rules_reader.numbers import NUMBER_WORD, number_of
from agents.reading.rules_reader.partial_dates import ANY_DAY, BETWEEN, RANGE, day_of, run_in
from agents.reading.rules_reader.statements import Match, Statement, fact_of
from agents.reading.rules_reader.treatment_course import outcomes_in
from cases.evidence import Assertion, Course, DateBasis, Fact, FactDate, Laterality, Setting
from cases.ids import ConceptId
from knowledge.vocabulary import Concept, Vocabulary

REGIONS = ("low_back", "neck", "knee")
"""Body regions whose therapy is a concept of its own, `therapy_<region>`; a cue `region_<region>` names each."""

_D = ANY_DAY.pattern
_FIRST = re.compile(
    rf"\b(?:first(?: (?:attended )?(?:visit|session|seen|time|attendance|appointment|treatment))?|"
    r"initial (?:evaluation|eval|visit|session)|evaluat(?:ed|ion)|"
    rf"eval(?: date)?|start of care|(?-i:SOC)|start(?:ed)?|began|begun|from)"
    rf"(?: (?:was|on|date))?\W{{0,3}}(?:on )?(?P<day>{_D})",
    re.IGNORECASE,
)
_LAST = re.compile(
    r"\b(?:last(?: (?:attended )?(?:visit|session|treatment|tx|seen|attended|time|attendance|appointment|day))?|"
    r"(?:last|final) (?:attended )?(?:(?:PT|(?:physical )?therapy|physio(?:therapy)?|clinic) )?(?:visit|session)|"
    rf"(?:end|completion) of (?:her |his |the )?(?:PT|(?:physical )?therapy|physiotherapy|rehab)|"
    rf"end(?:ed)?|discharged?(?: date)?|(?-i:D/?C))(?: (?:was|on|date))?\W{{0,3}}(?:on )?(?P<day>{_D})",
    re.IGNORECASE,
)
_N = rf"\d{{1,3}}|{NUMBER_WORD}"
_NOT_OF = r"(?<!\bof )(?<!/)(?<!/ )\b"
_VISITS = re.compile(
    rf"\b(?:attended|arrived|kept|came|visits? completed)"
    rf"(?: (?:appointments|visits|sessions))?[:=]? (?P<a>{_N})\b(?![/-])(?! ?(?:%|percent))|"
    rf"\b(?P<e>{_N}) (?:out )?of (?:\w+ )?(?:{_N}) (?:\w+ )?(?:visits|sessions|appointments)? ?"
    rf"(?:attended|completed|kept)|"
    rf"{_NOT_OF}(?P<b>{_N}) (?:\w+ )?(?:visits?|sessions?|treatments?|appointments)(?: were| was)? "
    rf"(?:attended|completed|kept)|{_NOT_OF}(?P<c>{_N}) (?:attended|completed|kept|attendances)\b|"
    rf"\b(?:seen|treated)\b[^.;\n\d]{{0,40}}\b(?P<f>{_N}) (?:times|occasions)\b|"
    rf"(?<!authorized )(?<!approved )(?<!scheduled )\bvisits?:? (?P<h>{_N}) ?(?:/|of|out of) ?\d{{1,2}}\b"
    r"(?! ?[,/;&]| (?:and|auth|sched|plan))|"
    rf"\b(?:total |number of )visits(?: attended| completed| to date| seen)?: ?(?P<i>{_N})\b(?! ?/)|"
    rf"(?<!authorized )(?<!approved )(?<!scheduled )\bvisits: ?(?P<j>{_N})\b(?= ?\()|"
    rf"\bvisit ?# ?(?P<g>\d{{1,2}}),? \(?attended|"
    rf"{_NOT_OF}(?P<d>{_N}) (?:supervised |clinic |in-person |total |PT )?"
    rf"(?:visits|sessions|attendances|appointments)\b"
    r"(?! (?:booked|scheduled|authori[sz]ed|planned|approved|to be|ordered|remain\w*|left|missed))",
    re.IGNORECASE,
)
_OF_A_MODALITY = re.compile(
    r"\b(?:traction|ultrasound|needling|massage|e-?stim\w*|taping|aquatic|pool|cupping|laser)\b[^.;\n]{0,12}$",
    re.IGNORECASE,
)
_LISTED = re.compile(
    rf"(?:^|[|;])[ \t]*(?:(?:visit|no\.?|#)?[ \t]*[\d-]{{1,3}}[.)]?[ \t]+)?(?P<day>{_D})"
    r"(?![ \t]*(?:to|through|-|–)[ \t]*\d)(?P<rest>[^\n|;]*)",
    re.IGNORECASE | re.MULTILINE,
)
_IN_ONE_LINE = re.compile(
    r"\b(?:visits?|attended|seen|kept|sessions?|dates?|arrived|came|treated)\b[^\n\d.]{0,30}?"
    rf"(?P<days>{_D}(?:(?:,? and |[,;]? ?){_D}){{2,40}})",
    re.IGNORECASE,
)
_A_LIST = 3
"""So many dated lines make an attendance list."""


@dataclass(frozen=True)
class _Episode:
    """Where the words of one episode stand, and whether they are the therapist's own record."""

    sentence: Sentence
    start: int
    end: int
    first_hand: bool


def therapy_facts(note: Note, vocabulary: Vocabulary) -> Iterator[Fact]:
    """Each course of therapy of a note, by the body region treated."""
    for episode in _episodes(note):
        words = (note.layout.lines if episode.first_hand else note.text)[episode.start : episode.end]
        region = _region(note, words, first_hand=episode.first_hand)
        concept = vocabulary.concepts.get(ConceptId(f"therapy_{region}")) if region else None
        if concept is not None:
            yield _fact(note, episode, words, concept)


def _episodes(note: Note) -> Iterator[_Episode]:
    cues = note.cues
    if not note.sentences:
        return
    if note.frame.therapist:
        first = next(
            (s for s in note.sentences if cues["therapy_dates"].search(note.text, s.start, s.end)), note.sentences[0]
        )
        yield _Episode(first, 0, len(note.layout.text), first_hand=True)
        return
    for sentence in note.sentences:
        if cues["therapy_mention"].search(note.text, sentence.start, sentence.end):
            yield _Episode(sentence, sentence.start, sentence.end, first_hand=False)


def _region(note: Note, words: str, *, first_hand: bool) -> str:
    """The region treated: as a labelled line of the record says, else as the words themselves or the note's head do."""
    places = [match[0] for match in note.cues["therapy_region"].finditer(words)] if first_hand else [words]
    for place in [*places, note.frame.title]:
        found = _regions_in(place, note.cues)
        if found:
            return found[0] if found[0] in REGIONS else ""
    everywhere = _regions_in(note.layout.text, note.cues)
    if not everywhere and note.cues["region_low_back_implied"].search(note.layout.text):
        return "low_back"
    named = [one for one in everywhere if first_hand or one in REGIONS]
    return named[0] if len(set(named)) == 1 and named[0] in REGIONS else ""


def _regions_in(words: str, cues: Mapping[str, re.Pattern[str]]) -> list[str]:
    found = [
        (match.start(), region) for region in (*REGIONS, "other") for match in cues[f"region_{region}"].finditer(words)
    ]
    return [region for _, region in sorted(found)]


def _fact(note: Note, episode: _Episode, words: str, concept: Concept) -> Fact:
    sentence = episode.sentence
    match = Match(concept, denies=False, start=sentence.start, end=sentence.end)
    fact = fact_of(Statement(note, sentence, match, (sentence.start, sentence.end), sentence.end))
    first, last = _days(words, note.written)
    visits = _visits(words)
    listed = _attended(words, note) if episode.first_hand else []
    if listed:
        first, last = min(listed), max(listed)
        visits = min(len(listed), visits if visits and visits >= _A_LIST else len(listed))
    course = Course(starts=first, ends=last, visits=visits, outcomes=outcomes_in(words, note.cues))
    return fact.model_copy(
        update={
            "course": course,
            "duration_days": (last - first).days if first and last else None,
            "when": FactDate(on=first or last, basis=DateBasis.STATED, until=last) if first or last else fact.when,
            "settings": _settings(note, words, seen=episode.first_hand and bool(visits) and last is not None),
            "assertion": _assertion(
                note,
                fact,
                words,
                attended=last is not None and visits is not None,
                listed=sentence.section is Section.LISTING,
            ),
            "laterality": _side(note, fact, episode),
            "first_hand": episode.first_hand,
            "historical": False,
        }
    )


def _days(words: str, written: date | None) -> tuple[date | None, date | None]:
    first, last = _FIRST.search(words), _LAST.search(words)
    if first and last:
        ends = day_of(last["day"], written, late=False)
        return day_of(first["day"], ends or written, late=True), ends
    run = run_in(words, written) if RANGE.search(words) or BETWEEN.search(words) else None
    if run:
        return run.first, run.last
    return (day_of(first["day"], written, late=True) if first else None), (
        day_of(last["day"], written, late=False) if last else None
    )


def _attended(words: str, note: Note) -> list[date]:
    """The days that an attendance list shows as attended; empty where the record holds no such list."""
    items = list(_LISTED.finditer(words))
    if len(items) < _A_LIST:
        return _in_one_line(words, note)
    kept = (item for item in items if not note.cues["visit_missed"].search(item["rest"]))
    days = {day_of(item["day"], note.written, late=False) for item in kept}
    return sorted(day for day in days if day)


def _in_one_line(words: str, note: Note) -> list[date]:
    """The days that one line lists behind a word for attended visits (`Seen: 7/13, 7/20, 8/3/2026`)."""
    for found in _IN_ONE_LINE.finditer(words):
        if note.cues["visit_missed"].search(words[max(0, found.start() - 12) : found.start("days")]):
            continue
        named = [day_of(match[0], note.written, late=False) for match in ANY_DAY.finditer(found["days"])]
        return sorted({day for day in named if day})
    return []


def _visits(words: str) -> int | None:
    """Visits attended; the fewest where the words give several numbers."""
    found = []
    for match in _VISITS.finditer(words):
        if _OF_A_MODALITY.search(words[max(0, match.start() - 30) : match.start()]):
            continue
        number = number_of(next(group for group in match.groups() if group))
        if number is not None:
            found.append(int(number))
    return found[0] if found else None


def _settings(note: Note, words: str, *, seen: bool) -> frozenset[Setting]:
    """Whether a therapist was there; visits that the therapist's own record counts as attended say so."""
    if note.cues["therapy_unsupervised"].search(words) or note.cues["not_a_therapist"].search(words):
        return frozenset({Setting.UNSUPERVISED})
    return frozenset({Setting.SUPERVISED}) if seen or note.cues["supervised"].search(words) else frozenset()


def _assertion(note: Note, fact: Fact, words: str, *, attended: bool, listed: bool) -> Assertion:
    if note.frame.unfinal:
        return Assertion.UNCERTAIN
    if listed:
        return Assertion.HYPOTHETICAL
    if note.cues["therapy_none"].search(words) and not attended:
        return Assertion.NEGATED
    if note.cues["therapy_declined"].search(words):
        return Assertion.REFUSED
    if note.cues["therapy_planned"].search(words):
        return Assertion.PLANNED
    if fact.assertion in (Assertion.REFUSED, Assertion.HYPOTHETICAL, Assertion.NEGATED) and not attended:
        return fact.assertion
    return Assertion.AFFIRMED if attended or fact.assertion is Assertion.AFFIRMED else fact.assertion


def _side(note: Note, fact: Fact, episode: _Episode) -> Laterality | None:
    if not episode.first_hand:
        return fact.laterality
    named = set(sides_in(note.layout.lines))
    return note.frame.side or fact.laterality or (next(iter(named)) if len(named) == 1 else None)

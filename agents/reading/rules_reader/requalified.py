"""What the whole statement around a fact read from a name or a value adds to it or takes from it."""

import re

from agents.reading.rules_reader.copied import copied_from
from agents.reading.rules_reader.layout import Sentence
from agents.reading.rules_reader.note import Note
from agents.reading.rules_reader.places import level_of
from agents.reading.rules_reader.stance import clause_of, is_deed, supposed_from_the_start, surroundings, undone
from agents.reading.rules_reader.statements import Match, Statement, course_in, side_in, subject_in
from cases.evidence import Assertion, DateBasis, Experiencer, Fact, FactDate, Setting
from knowledge.vocabulary import Concept, ConceptKind

_NEAR = 24
"""Within so many characters before a value, and no figure between, `baseline` or `diagnostic` is of it."""


def requalified(note: Note, sentence: Sentence, concept: Concept, place: tuple[int, int], fact: Fact) -> Fact:
    """A fact read from a name or a measured value, with what the whole statement around it adds or takes away.

    It only becomes less sure: of somebody else, doubted, withdrawn, of an earlier day. Side, site and course are added.
    """
    clause = clause_of(note.text, sentence, place[0], place[1], note.cues)
    match = Match(concept, denies=False, start=place[0], end=place[1], measured=fact.value is not None)
    statement = Statement(note, sentence, match, clause, sentence.end)
    updates: dict[str, object] = {"site": level_of(note.text, sentence, *place)}
    side, _ = side_in(statement)
    updates["laterality"] = side
    updates["settings"] = fact.settings | _treated(note, sentence, place, fact)
    if fact.experiencer is Experiencer.PATIENT:
        updates["experiencer"] = subject_in(statement)
    if fact.assertion in (Assertion.AFFIRMED, Assertion.NEGATED):
        updates["assertion"] = _less_sure(statement, fact.assertion)
    if concept.kind is ConceptKind.TREATMENT:
        course, days = course_in(statement)
        updates |= {"course": course, "duration_days": days}
        if course and (course.starts or course.ends):
            first = course.starts or course.ends
            assert first is not None
            updates["when"] = FactDate(on=first, basis=DateBasis.STATED, until=course.ends)
    copied, origin_day = copied_from(note, sentence)
    if copied:
        updates["when"] = FactDate(on=origin_day, basis=DateBasis.STATED) if origin_day else None
        updates["first_written"] = origin_day
    return fact.model_copy(update=updates)


def _treated(note: Note, sentence: Sentence, place: tuple[int, int], fact: Fact) -> frozenset[Setting]:
    """That the value was taken under treatment: as its part of the night says, else as the note as a whole does.

    A part called diagnostic or baseline, by its own words or the last line above that opens a part, is not.
    """
    held = frozenset({Setting.ON_TREATMENT})
    if fact.value is None:
        return note.frame.mode & held
    untreated = note.cues["part_untreated"]
    before = note.text[sentence.start : place[0]]
    near = untreated.search(before[-_NEAR:])
    if note.cues["opens_untreated"].match(before) or (near and not re.search(r"\d", before[-_NEAR:][near.end() :])):
        return frozenset()
    end = min(sentence.start, len(note.layout.lines))
    opened = [match[0] for match in note.cues["part_of_night"].finditer(note.layout.lines, 0, end)]
    if opened:
        return held if note.cues["part_treated"].search(untreated.sub(" ", opened[-1])) else frozenset()
    return note.frame.mode & held


def _less_sure(statement: Statement, read: Assertion) -> Assertion:
    """Doubt, a withdrawal or a supposition that the wider sentence states; else what was read."""
    note, match = statement.note, statement.match
    if note.frame.unfinal or (match.measured and note.frame.doubted):
        return Assertion.UNCERTAIN
    around = surroundings(note.text, statement.sentence, statement.clause, match.start, match.end)
    cues = note.cues
    if supposed_from_the_start(around, cues) or cues["statement_of_rules"].search(around.sentence):
        return Assertion.HYPOTHETICAL
    if cues["voided"].search(around.rest) or cues["voided_before"].search(around.before):
        return Assertion.UNCERTAIN
    if is_deed(match.concept) and (instead := undone(around, cues)):
        return instead
    if cues["unsure_after"].search(around.after) or (match.measured and cues["hedged_before"].search(around.before)):
        return Assertion.UNCERTAIN
    return read

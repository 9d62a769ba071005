"""What a written-out statement comes to: shown, denied, refused, planned, supposed, doubted or withdrawn."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from agents.reading.rules_reader.layout import Section, Sentence
from cases.evidence import Assertion
from knowledge.vocabulary import Concept, ConceptKind

_DEEDS = frozenset({ConceptKind.PROCEDURE, ConceptKind.TREATMENT, ConceptKind.DOCUMENT})
Cues = Mapping[str, re.Pattern[str]]
_WORD = re.compile(r"\w")
_ANSWERED = re.compile(r"\[\s?[xX✓✔]\s?\] ?(?:yes|no|none)$", re.IGNORECASE)
_NOT_BEFORE = re.compile(r"\b(?:not|isn['’]t|aren['’]t)\s(?:to be\s)?$", re.IGNORECASE)
_ADDED = re.compile(r"(?:\band|,)\s*$", re.IGNORECASE)


@dataclass(frozen=True)
class Surroundings:
    """The words around a statement: its sentence, its clause before and after it, and the rest of the sentence.

    `place` is how far into the sentence the statement begins.
    """

    sentence: str
    place: int
    before: str
    said: str
    after: str
    rest: str


def clause_of(text: str, sentence: Sentence, start: int, end: int, cues: Cues) -> tuple[int, int]:
    """The clause that holds [start, end): between breaks that lie outside it."""
    first, last = sentence.start, sentence.end
    for match in cues["statement_break"].finditer(text, sentence.start, sentence.end):
        if match.end() <= start:
            first = match.end()
        elif match.start() >= end:
            last = match.start()
            break
    return first, last


def surroundings(text: str, sentence: Sentence, clause: tuple[int, int], start: int, end: int) -> Surroundings:
    """The words around [start, end) of a sentence."""
    return Surroundings(
        sentence=text[sentence.start : sentence.end],
        place=start - sentence.start,
        before=text[clause[0] : start],
        said=text[start:end],
        after=text[end : clause[1]],
        rest=text[end : sentence.end],
    )


def statement_assertion(
    around: Surroundings, sentence: Sentence, cues: Cues, *, plan_counts: bool, hedges_count: bool
) -> Assertion:
    """The first stance that applies, the most disqualifying first.

    `plan_counts` is for concepts that are plans themselves (a dose to be given); `hedges_count` for measured values,
    which `about` and `roughly` make unusable.
    """
    if _supposed(around, sentence, cues) or (not plan_counts and cues["supposes_within"].search(around.said)):
        return Assertion.HYPOTHETICAL
    if cues["voided"].search(around.rest) or cues["voided_before"].search(around.before):
        return Assertion.UNCERTAIN
    if cues["unsure_within"].search(around.said) and not _ANSWERED.search(around.said):
        return Assertion.UNCERTAIN
    if cues["refused_before"].search(around.before) or cues["undone_after"].search(around.after):
        return Assertion.REFUSED
    if not plan_counts and _planned(around, sentence, cues):
        return Assertion.PLANNED
    near = re.split(r",|:\s", around.before)[-1] if hedges_count else around.before
    denied = _denied(near, cues) and not cues["begins_anew"].match(around.said)
    denied = denied and not (cues["own_denial"].match(around.said) and _ADDED.search(near))
    asked = _asks(around.after) or not _WORD.search(around.after)
    answered = cues["negated_after"].search(around.rest if asked else around.after)
    boxed = cues["boxed_no"].match(around.rest)
    if boxed and (denied or _denied(around.said, cues)):
        return Assertion.UNCERTAIN
    if denied or answered or boxed:
        return Assertion.UNCERTAIN if cues["denial_unsure"].search(around.rest) else Assertion.NEGATED
    if cues["unsure_before"].search(around.before) or cues["unsure_after"].search(around.after):
        return Assertion.UNCERTAIN
    if hedges_count and (
        cues["hedged_before"].search(around.before + around.said) or cues["hedged_after"].search(around.after)
    ):
        return Assertion.UNCERTAIN
    return Assertion.NEGATED if cues["undone_within"].search(around.said) else Assertion.AFFIRMED


def of_a_denial(found: Assertion, around: Surroundings, cues: Cues) -> Assertion:
    """What a statement that denies in its own words says: the absence, unless that is doubted or denied in its turn."""
    if found is Assertion.NEGATED and _NOT_BEFORE.search(around.before):
        return Assertion.UNCERTAIN
    if found is not Assertion.AFFIRMED:
        return found
    unsure = cues["denial_unsure"].search(around.before) or cues["denial_unsure"].search(around.rest)
    return Assertion.UNCERTAIN if unsure else Assertion.NEGATED


def is_deed(concept: Concept) -> bool:
    """Whether the concept is something to be done or written, so that asking for it does not show it."""
    return concept.kind in _DEEDS and not concept.plan_counts


def undone(around: Surroundings, cues: Cues) -> Assertion | None:
    """What an act or a document is instead of done: asked for or to come, or another's; None where nothing says so."""
    if cues["by_another_after"].search(around.after):
        return Assertion.UNCERTAIN
    if cues["never_begun"].search(around.rest) or cues["wanted_before"].search(around.before):
        return Assertion.PLANNED
    wanted = cues["wanted_after"].search(around.after) and not cues["wanted_and_done"].search(around.after)
    return Assertion.PLANNED if wanted else None


def _supposed(around: Surroundings, sentence: Sentence, cues: Cues) -> bool:
    if sentence.section in (Section.POLICY, Section.INSTRUCTIONS, Section.LISTING):
        return True
    if cues["lists_documents"].match(around.sentence):
        return True
    if supposed_from_the_start(around, cues) or cues["supposes_before"].search(around.before):
        return True
    return bool(cues["statement_of_rules"].search(around.sentence) or cues["orders_the_reader"].search(around.sentence))


def supposed_from_the_start(around: Surroundings, cues: Cues) -> bool:
    """Whether the sentence opens with a supposition before the statement begins."""
    opening = cues["supposes_sentence"].match(around.sentence)
    return opening is not None and opening.end() <= max(around.place, 1)


def _planned(around: Surroundings, sentence: Sentence, cues: Cues) -> bool:
    if cues["intends_before"].search(around.before) or cues["intended_after"].search(around.after):
        return True
    return bool(cues["intends_within"].search(around.said))


def _asks(after: str) -> bool:
    """Whether only a form's question stands behind a statement, its answer in the next column."""
    return not after.strip(" \t\n:?") or after.rstrip().endswith((":", "?"))


def _denied(before: str, cues: Cues) -> bool:
    """Whether a denial reaches the statement: nothing between them starts a new one."""
    spurious = [match.span() for match in cues["not_negation"].finditer(before)]
    for match in cues["negates"].finditer(before):
        inside = any(start < match.end() and match.start() < end for start, end in spurious)
        if not inside and not cues["restart"].search(before, match.end()):
            return True
    return False

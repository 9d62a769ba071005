"""What the writer says of a mention: affirmed, denied, doubted, planned, supposed, someone else's, or past."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from agents.reading.rules_reader.layout import Section, Sentence
from cases.evidence import Assertion, Experiencer

Cues = Mapping[str, re.Pattern[str]]


@dataclass(frozen=True)
class Stance:
    """What is said of one mention."""

    assertion: Assertion
    experiencer: Experiencer
    historical: bool


@dataclass(frozen=True)
class _Around:
    """A mention's surroundings: its sentence, its words, its clause around it, and the comma-free part before."""

    sentence: Sentence
    whole: str
    before: str
    near: str
    said: str
    after: str


def stance_of(
    text: str, sentence: Sentence, start: int, end: int, cues: Cues, *, measured: bool, act: bool, stays: bool = False
) -> Stance:
    """The stance on the mention [start, end) of a sentence.

    `measured` is for a mention with a value: a denial or doubt then has to stand in the same comma-free part.
    `act` is for procedures and treatments, where a plan is not a deed, `stays`
    for conditions that do not go away, so that a list of the past still holds them.
    """
    first, last = _clause(text, sentence, start, end, cues)
    before, after = text[first:start], text[end:last]
    around = _Around(
        sentence=sentence,
        whole=text[sentence.start : sentence.end],
        before=before,
        near=re.split(r",|:\s", before)[-1] if measured else before,
        said=text[start:end],
        after=after,
    )
    historical = bool(cues["past"].search(before) or cues["past_after"].search(after))
    return Stance(
        assertion=_assertion(around, cues, act=act),
        experiencer=_experiencer(around, cues),
        historical=historical or (sentence.section is Section.PAST and not stays),
    )


def _clause(text: str, sentence: Sentence, start: int, end: int, cues: Cues) -> tuple[int, int]:
    first, last = sentence.start, sentence.end
    for match in cues["clause_break"].finditer(text, sentence.start, sentence.end):
        if match.end() <= start:
            first = match.end()
        elif match.start() >= end:
            last = match.start()
            break
    return first, last


def _assertion(around: _Around, cues: Cues, *, act: bool) -> Assertion:
    """The first stance that applies, the most disqualifying first."""
    if _is_about_rules(around, cues) or cues["supposes"].search(around.before):
        return Assertion.HYPOTHETICAL
    if cues["not_done_after"].search(around.after) or cues["refuses"].search(around.near):
        return Assertion.REFUSED
    if _denied(around.near, cues) or cues["negated_after"].search(around.after):
        return Assertion.NEGATED
    if cues["doubts"].search(around.near) or cues["doubted_after"].search(around.after):
        return Assertion.UNCERTAIN
    if act:
        return _deed(around, cues)
    return Assertion.PLANNED if cues["future"].search(around.near) else Assertion.AFFIRMED


def _is_about_rules(around: _Around, cues: Cues) -> bool:
    """Pasted policy, instructions to the patient, and orders to whoever reads the note state no fact."""
    if around.sentence.section in (Section.POLICY, Section.INSTRUCTIONS, Section.LISTING):
        return True
    if cues["lists_documents"].match(around.whole):
        return True
    return bool(cues["policy_talk"].search(around.whole) or cues["orders_the_reader"].search(around.whole))


def _denied(before: str, cues: Cues) -> bool:
    """Whether a denial reaches the mention: nothing between them starts a new statement."""
    spurious = [match.span() for match in cues["not_negation"].finditer(before)]
    for match in cues["negates"].finditer(before):
        inside = any(start < match.end() and match.start() < end for start, end in spurious)
        if not inside and not cues["restart"].search(before, match.end()):
            return True
    return False


def _deed(around: _Around, cues: Cues) -> Assertion:
    """A procedure or treatment is affirmed only where the words show that it happened."""
    done = cues["done"].search(around.before) or cues["done"].search(around.after)
    done = done or cues["done"].search(around.said) or re.search(r"\d", around.after)
    if cues["not_yet"].search(around.whole):
        return Assertion.PLANNED
    if cues["plans"].search(around.before) or cues["planned_after"].search(around.after):
        return Assertion.AFFIRMED if cues["done_after_plan"].search(around.after) else Assertion.PLANNED
    if around.sentence.section is Section.PLAN and not done:
        return Assertion.PLANNED
    alone = not around.before.strip(" \t-*•:#.0123456789)")
    return Assertion.AFFIRMED if done or alone else Assertion.UNCERTAIN


def _experiencer(around: _Around, cues: Cues) -> Experiencer:
    if around.sentence.section is Section.FAMILY or cues["family_history"].search(around.before):
        return Experiencer.FAMILY
    if cues["kin_after"].search(around.after):
        return Experiencer.FAMILY
    if cues["kin"].search(around.before) and not cues["kin_tells"].search(around.before):
        return Experiencer.FAMILY
    return Experiencer.PATIENT

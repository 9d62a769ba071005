"""Concepts that any one of several symptoms shows: to deny one of them says nothing of the others."""

import re
from collections.abc import Sequence

from cases.evidence import Assertion, Fact
from cases.ids import ConceptId

_ATTACHMENT = ConceptId("bed_attachment_needed")
_ONE_OF_SEVERAL = frozenset({ConceptId("knee_mechanical_symptom"), _ATTACHMENT})
_THERAPY_DAYS = ConceptId("therapy_days_per_week")
_DISCIPLINE = re.compile(r"\b(?:PT|OT|SLP|ST|[Pp]hysical|[Oo]ccupational|[Ss]peech)\b")
_KINDS = re.compile(r"traction|trapeze")
_STEM = 3
"""So many first letters tell the symptoms apart: `lock`, `catch`, `giving way`."""


def without_partial_denials(facts: Sequence[Fact]) -> list[Fact]:
    """The facts of a note without the denials of one symptom where another of the same side and day is affirmed."""
    facts = [fact for fact in facts if not any(_is_less(fact, other) for other in facts)]
    shown = [fact for fact in facts if fact.concept in _ONE_OF_SEVERAL and fact.assertion is Assertion.AFFIRMED]
    return [fact for fact in facts if not any(_is_another(fact, other) for other in shown)]


def _is_less(fact: Fact, other: Fact) -> bool:
    """Whether another discipline comes oftener in the same note: the most frequent tells how often therapy is."""
    if {fact.concept, other.concept} != {_THERAPY_DAYS} or fact.value is None or other.value is None:
        return False
    if other.assertion is not Assertion.AFFIRMED or fact.when != other.when or other.value <= fact.value:
        return False
    named = [_discipline(one) for one in (fact, other)]
    return bool(named[0] and named[1] and named[0] != named[1])


def _discipline(fact: Fact) -> str:
    words = fact.context.quote[: fact.span.end - fact.context.start]
    found = _DISCIPLINE.findall(words)
    return found[-1][0].casefold() if found else ""


def _is_another(denied: Fact, shown: Fact) -> bool:
    if denied.assertion is not Assertion.NEGATED or denied.concept != shown.concept:
        return False
    if denied.concept == _ATTACHMENT:
        return (denied.when, denied.experiencer) == (shown.when, shown.experiencer) and not _shares(denied, shown)
    same_place = (denied.laterality, denied.when, denied.experiencer) == (
        shown.laterality,
        shown.when,
        shown.experiencer,
    )
    return same_place and _stem(denied) != _stem(shown)


def _shares(denied: Fact, shown: Fact) -> bool:
    """Whether the denial names a piece of equipment that the other calls for."""
    kinds = [set(_KINDS.findall(fact.span.quote.casefold())) for fact in (denied, shown)]
    return not (kinds[0] and kinds[1]) or bool(kinds[0] & kinds[1])


def _stem(fact: Fact) -> str:
    return fact.span.quote.casefold()[:_STEM].replace("gav", "giv")

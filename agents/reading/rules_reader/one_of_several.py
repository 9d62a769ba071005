"""Concepts that any one of several symptoms shows: to deny one of them says nothing of the others."""

from collections.abc import Sequence

from cases.evidence import Assertion, Fact
from cases.ids import ConceptId

_ONE_OF_SEVERAL = frozenset({ConceptId("knee_mechanical_symptom")})
_STEM = 3
"""So many first letters tell the symptoms apart: `lock`, `catch`, `giving way`."""


def without_partial_denials(facts: Sequence[Fact]) -> list[Fact]:
    """The facts of a note without the denials of one symptom where another of the same side and day is affirmed."""
    shown = [fact for fact in facts if fact.concept in _ONE_OF_SEVERAL and fact.assertion is Assertion.AFFIRMED]
    return [fact for fact in facts if not any(_is_another(fact, other) for other in shown)]


def _is_another(denied: Fact, shown: Fact) -> bool:
    if denied.assertion is not Assertion.NEGATED or denied.concept != shown.concept:
        return False
    same_place = (denied.laterality, denied.when, denied.experiencer) == (
        shown.laterality,
        shown.when,
        shown.experiencer,
    )
    return same_place and _stem(denied) != _stem(shown)


def _stem(fact: Fact) -> str:
    return fact.span.quote.casefold()[:_STEM].replace("gav", "giv")
